import { Bits } from '../../src/index.ts';
import type { Graph, GraphNode } from '../../src/ir/graph.ts';
import { operators } from '../../src/ir/operators/index.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { components } from '../../src/ir/visit.ts';
import { randomBits } from '../../src/export/cosim/stimulus.ts';

const argsOf = (n: GraphNode): readonly number[] => (n.kind === 'op' || n.kind === 'read' ? n.args : []);

/** Obeys a graph with nothing but the meaning of each operator. Outputs of models are whatever the stimulus says. */
export class GraphInterpreter {
  readonly #order: number[][];
  readonly #values: Bits[];
  readonly #memories: Map<number, bigint>[];

  constructor(private readonly graph: Graph) {
    this.#order = components(graph.nodes.length, (id) => argsOf(graph.nodes[id]!));
    this.#values = graph.nodes.map((n) => Bits.unchecked(bitsOf(n), n.kind === 'reg' ? n.initial : 0n));
    this.#memories = graph.memories.map((m) => new Map(m.initial.map((v, i) => [i, v])));
  }

  /** Settles on what inputs (by name), models' outputs and resets have. */
  settle(given: (what: string, bits: number) => bigint, reset: readonly boolean[]): void {
    for (const group of this.#order) {
      // Bits that do not depend on each other come to rest, however their nodes stand.
      for (let again = true, rounds = 0; again && rounds < 1000; rounds++) {
        again = false;
        for (const id of group) {
          const before = this.#values[id]!;
          const after = this.#evaluate(this.graph.nodes[id]!, before, given, reset);
          this.#values[id] = after;
          again ||= group.length > 1 && after.value !== before.value;
        }
      }
    }
  }

  #evaluate(n: GraphNode, old: Bits, given: (what: string, bits: number) => bigint, reset: readonly boolean[]): Bits {
    switch (n.kind) {
      case 'const':
        return Bits.unchecked(bitsOf(n), n.value);
      case 'input':
        return Bits.unchecked(bitsOf(n), given(n.name!, bitsOf(n)));
      case 'port':
        return Bits.unchecked(bitsOf(n), given(`${n.instance}.${n.port}`, bitsOf(n)));
      case 'reset':
        return Bits.bool(reset[n.domain]!);
      case 'reg':
        return old;
      case 'read': {
        const address = this.#values[n.args[0]]!.value;
        return Bits.unchecked(n.width, this.#memories[n.memory]!.get(Number(address)) ?? 0n);
      }
      case 'op':
        return operators[n.op].value(n.args.map((a) => this.#values[a]!), n.args.map((a) => this.graph.nodes[a]!), n.attrs);
    }
  }

  /** The clock edge of some domains. */
  tick(ticks: readonly boolean[], reset: readonly boolean[]): void {
    const { nodes, next, writes, memories } = this.graph;
    const after = [...next].flatMap(([reg, value]) => {
      const n = nodes[reg]!;
      if (n.kind !== 'reg' || !ticks[n.domain]!) return [];
      return [{ reg, value: reset[n.domain]! && n.resets ? Bits.unchecked(bitsOf(n), n.initial) : this.#values[value]! }];
    });
    for (const w of writes) {
      const address = Number(this.value(w.address));
      if (ticks[w.domain]! && this.value(w.enable) === 1n && address < memories[w.memory]!.depth) this.#memories[w.memory]!.set(address, this.value(w.data));
    }
    for (const { reg, value } of after) this.#values[reg] = value;
  }

  value(id: number): bigint {
    return this.#values[id]!.value;
  }
}

/** Runs two graphs of one design side by side; what differs first, or undefined. */
export function difference(a: Graph, b: Graph, cycles: number, next: () => number): string | undefined {
  const [x, y] = [new GraphInterpreter(a), new GraphInterpreter(b)];
  for (let cycle = 0; cycle < cycles; cycle++) {
    const known = new Map<string, bigint>();
    const given = (what: string, bits: number): bigint => {
      let v = known.get(what);
      if (v === undefined) known.set(what, (v = next() % 3 === 0 ? 0n : randomBits(next, bits)));
      return v;
    };
    const reset = a.domains.map(() => cycle % 16 === 0 && (cycle === 0 || next() % 2 === 0));
    x.settle(given, reset);
    y.settle(given, reset);
    for (const [flat, id] of a.image.entries()) {
      const other = b.image[flat]!;
      if (id === -1 || other === -1) continue;
      if (x.value(id) !== y.value(other)) return `cycle ${cycle}: flat node ${flat}: ${x.value(id)} and ${y.value(other)}`;
    }
    for (const [i, check] of a.checks.entries()) {
      for (const part of ['active', 'condition'] as const) if (x.value(check[part]) !== y.value(b.checks[i]![part])) return `cycle ${cycle}: ${part} of check ${i}`;
    }
    for (const [i, model] of a.models.entries()) {
      for (const [port, id] of model.inputs) if (x.value(id) !== y.value(b.models[i]!.inputs.get(port)!)) return `cycle ${cycle}: input ${port} of model ${i}`;
    }
    const ticks = a.domains.map(() => next() % 8 !== 0);
    x.tick(ticks, reset);
    y.tick(ticks, reset);
  }
  return undefined;
}
