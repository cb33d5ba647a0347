import { clockSources } from '../ir/check/crossing.ts';
import type { Flat } from '../ir/flatten.ts';
import type { DomainId, NodeId, Statement } from '../ir/netlist.ts';
import { dependencies, driversOf } from '../ir/visit.ts';

/** Says at whose edges a thing is to be looked at. */
export class Clocks {
  readonly #sources: readonly ReadonlyMap<DomainId, NodeId>[] | undefined;

  constructor(private readonly flat: Flat) {
    if (flat.domains.length < 2) return;
    const drivers = driversOf(flat.body);
    this.#sources = clockSources(flat, flat.nodes.map((n) => dependencies(n, drivers)));
  }

  /** The clock of the state that a node depends on, the first one if it is several; `otherwise` if it is none. */
  ofNode(id: NodeId, otherwise: DomainId): DomainId {
    if (this.#sources === undefined) return 0;
    const found = this.#sources[id]!;
    return found.size === 0 ? otherwise : Math.min(...found.keys());
  }

  /** The clock of the first state that a statement changes; where it only drives wires, that of what it depends on. */
  ofStatement(s: Statement, otherwise: DomainId): DomainId {
    if (this.#sources === undefined) return 0;
    return this.#changed(s) ?? this.ofNode(s.kind === 'when' ? s.arms[0]!.condition! : s.kind === 'assign' ? s.value : s.kind === 'write' ? s.address : s.condition, otherwise);
  }

  #changed(s: Statement): DomainId | undefined {
    if (s.kind === 'write' || s.kind === 'check') return s.domain;
    if (s.kind === 'assign') {
      const target = this.flat.nodes[s.target]!;
      return target.kind === 'reg' ? target.domain : undefined;
    }
    for (const arm of s.arms) {
      for (const inner of arm.body) {
        const domain = this.#changed(inner);
        if (domain !== undefined) return domain;
      }
    }
    return undefined;
  }
}
