import { powerOf } from '../bits/math.ts';
import { Origin } from '../diag/index.ts';
import type { Flat } from '../ir/flatten.ts';
import type { Check, DomainId, NodeId, Statement, When } from '../ir/netlist.ts';
import type { Addition } from './addition.ts';
import type { Clocks } from './clocks.ts';
import type { Placed } from './hierarchy.ts';

/** How often something happened: what a cover counted, or what is left of one count when others are taken away. */
export type Count = { readonly cover: Check } | { readonly all: Count; readonly less: readonly Count[] };

export function evaluate(count: Count, hits: (cover: Check) => number): number {
  return 'cover' in count ? hits(count.cover) : count.less.reduce((rest, c) => rest - evaluate(c, hits), evaluate(count.all, hits));
}

export interface ArmCount {
  readonly label: string;
  readonly origin: Origin;
  readonly taken: Count;
}
export interface BranchCount {
  readonly origin: Origin;
  readonly reached: Count;
  readonly arms: readonly ArmCount[];
}
/** How often the branches, statements and checks of an instance are reached; in the same order for all instances of a type. */
export interface BranchCounts {
  readonly branches: readonly BranchCount[];
  readonly lines: readonly { readonly origin: Origin; readonly count: Count }[];
  readonly checks: readonly { readonly source: Check; readonly evaluated: Count }[];
}

/** A place in the added statements that is reached when an arm of the design is, and what is counted there. */
class Place {
  readonly #counts = new Map<DomainId, Count>();
  /** Arms inside that are taken under the same conditions share one count. */
  readonly #shared = new Map<string, Count>();

  constructor(
    readonly body: Statement[],
    private readonly always: NodeId,
  ) {}

  /** How often this place is reached at edges of a clock. */
  count(domain: DomainId): Count {
    let count = this.#counts.get(domain);
    if (count === undefined) {
      const cover: Check = { kind: 'check', check: 'cover', condition: this.always, message: '', values: [], domain, origin: Origin.unknown };
      this.body.push(cover);
      this.#counts.set(domain, (count = { cover }));
    }
    return count;
  }

  known(domain: DomainId, count: Count): void {
    this.#counts.set(domain, count);
  }

  shared(key: string, make: () => Count): Count {
    let count = this.#shared.get(key);
    if (count === undefined) this.#shared.set(key, (count = make()));
    return count;
  }
}

/**
 * Counts arms with covers: the `when`s of an instance once more behind the design, with nothing in their arms but what counts. The last arm
 * (or the case that none is taken) needs no counter: it is what the others leave of the times that the `when` was reached.
 */
export class BranchPlan {
  readonly #always: NodeId;
  readonly #root: Place;
  readonly #body: Statement[] = [];

  constructor(
    private readonly addition: Addition,
    private readonly clocks: Clocks,
  ) {
    this.#always = addition.constant(1n, 1);
    this.#root = new Place(this.#body, this.#always);
  }

  /** Edges of a clock outside its reset. */
  edges(domain: DomainId): Count {
    return this.#root.count(domain);
  }

  /** Puts the statements behind the design, once all instances have been seen. */
  finish(): void {
    this.addition.statement(...this.#body);
  }

  count(placed: Placed): BranchCounts {
    const counts: Growing = { branches: [], lines: [], checks: [] };
    this.#statements(placed.body, this.#root, placed.domain, counts);
    return counts;
  }

  #statements(list: readonly Statement[], place: Place, outer: DomainId, to: Growing): void {
    for (const s of list) {
      const domain = this.clocks.ofStatement(s, outer);
      if (s.kind === 'when') this.#when(s, place, domain, to);
      else if (s.kind !== 'assign' || !isLabel(this.addition.flat, s.target)) {
        const count = place.count(domain);
        to.lines.push({ origin: s.origin, count });
        if (s.kind === 'check') to.checks.push({ source: s, evaluated: count });
      }
    }
  }

  #when(s: When, place: Place, domain: DomainId, to: Growing): void {
    const reached = place.count(domain);
    const copy: When = { kind: 'when', arms: [], origin: s.origin };
    place.body.push(copy);
    const arms: ArmCount[] = [];
    to.branches.push({ origin: s.origin, reached, arms });
    const tried: NodeId[] = [];
    const places = s.arms.map(({ condition, origin }) => {
      const arm = new Place([], this.#always);
      copy.arms.push({ condition, body: arm.body, origin });
      if (condition === undefined) arm.known(domain, rest(reached, arms));
      else {
        tried.push(condition);
        arm.known(domain, place.shared(`${domain}:${tried.join()}`, () => arm.count(domain)));
      }
      const taken = arm.count(domain);
      arms.push({ label: condition === undefined ? 'otherwise' : `arm ${arms.length + 1}`, origin, taken });
      to.lines.push({ origin, count: taken });
      return arm;
    });
    if (tried.length === s.arms.length && !exhaustive(this.addition.flat, tried)) arms.push({ label: 'implied else', origin: s.origin, taken: rest(reached, arms) });
    s.arms.forEach(({ body }, i) => this.#statements(body, places[i]!, domain, to));
  }
}

type Growing = { readonly [K in keyof BranchCounts]: BranchCounts[K][number][] };

const rest = (all: Count, arms: readonly ArmCount[]): Count => ({ all, less: arms.map((a) => a.taken) });

const isLabel = (flat: Flat, target: NodeId): boolean => {
  const node = flat.nodes[target]!;
  return node.kind === 'wire' && node.label === true;
};

/** Do the conditions compare one value with everything that it can be (all states, if it is an enumeration)? Then no case is left over. */
function exhaustive(flat: Flat, conditions: readonly NodeId[]): boolean {
  const values = new Set<bigint>();
  let compared: NodeId | undefined;
  const gather = (id: NodeId): boolean => {
    const node = flat.nodes[id]!;
    if (node.kind !== 'op') return false;
    if (node.op === 'or') return node.args.every(gather);
    if (node.op !== 'eq') return false;
    const [value, constant] = node.args.map((a) => flat.nodes[a]!);
    if (constant?.kind !== 'const' || (compared !== undefined && compared !== value!.id)) return false;
    compared = value!.id;
    values.add(constant.value);
    return true;
  };
  if (!conditions.every(gather) || compared === undefined) return false;
  const { width, view } = flat.nodes[compared]!;
  const names = view?.enum?.values;
  return names === undefined ? BigInt(values.size) === powerOf(width) : [...names.keys()].every((v) => values.has(BigInt(v)));
}
