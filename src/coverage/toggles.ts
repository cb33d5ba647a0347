import { maskOf } from '../bits/math.ts';
import type { Engine } from '../sim/engine.ts';
import type { Flat } from '../ir/flatten.ts';
import type { DomainId, NodeId, Statement } from '../ir/netlist.ts';
import { driversOf, type Driver } from '../ir/visit.ts';
import { assign, when, type Addition } from './addition.ts';
import type { Clocks } from './clocks.ts';

/** Machine words are what engines are fast with: signals are watched in packs of so many bits. */
const PACK = 32;

/** Packs that are left out together. */
const GROUP = 8;

/** Some bits of a lane of a signal, and where in a pack they are. */
interface Piece {
  readonly node: NodeId;
  readonly lane: number;
  readonly lo: number;
  readonly width: number;
  pack: Pack;
  at: number;
}

interface Pack {
  readonly domain: DomainId;
  /** Only registers: they start at values that are known. */
  readonly registers: boolean;
  readonly pieces: Piece[];
  used: number;
  /** What the bits were at the first edge, which ones have left that, and which ones have come back. */
  first: NodeId;
  left: NodeId;
  back: NodeId;
}

/** Which bits rose and fell, packed. */
export interface Toggled {
  readonly rose: bigint;
  readonly fell: bigint;
}

/**
 * Watches bits at the edges of their clocks. A bit that has left its first value has changed in one direction, one that then came back in
 * both: two bits of state for each, and no memory of the last cycle.
 */
export class TogglePlan {
  readonly #flat: Flat;
  readonly #drivers: ReadonlyMap<NodeId, readonly Driver[]>;
  readonly #pieces = new Map<NodeId, Piece[]>();
  readonly #packs: Pack[] = [];

  constructor(
    private readonly addition: Addition,
    private readonly clocks: Clocks,
  ) {
    this.#flat = addition.flat;
    this.#drivers = driversOf(this.#flat.body);
  }

  /** The node that a wire is only another name of. */
  source(id: NodeId): NodeId {
    let at = id;
    for (let hops = 0; hops < this.#flat.nodes.length; hops++) {
      const drivers = this.#drivers.get(at);
      if (this.#flat.nodes[at]!.kind !== 'wire' || drivers?.length !== 1) return at;
      const { value, lane, conditions } = drivers[0]!;
      if (lane !== undefined || conditions.length > 0) return at;
      at = value;
    }
    return at;
  }

  isConstant(id: NodeId): boolean {
    return this.#flat.nodes[this.source(id)]!.kind === 'const';
  }

  /** Watches a signal; `outer` is the clock of one that depends on no state. */
  watch(signal: NodeId, outer: DomainId): void {
    const id = this.source(signal);
    if (this.#pieces.has(id) || this.isConstant(id)) return;
    const node = this.#flat.nodes[id]!;
    const pieces: Piece[] = [];
    for (let lane = 0; lane < node.lanes; lane++) {
      for (let lo = 0; lo < node.width; lo += PACK) {
        const width = Math.min(PACK, node.width - lo);
        const pack = this.#pack(width, this.clocks.ofNode(id, outer), node.kind === 'reg');
        const piece = { node: id, lane, lo, width, pack, at: pack.used };
        pack.pieces.push(piece);
        pack.used += width;
        pieces.push(piece);
      }
    }
    this.#pieces.set(id, pieces);
  }

  /** The fullest pack that has room; it need not be the best of all packings. */
  #pack(width: number, domain: DomainId, registers: boolean): Pack {
    let best: Pack | undefined;
    for (const pack of this.#packs) {
      if (pack.domain === domain && pack.registers === registers && pack.used + width <= PACK && (best === undefined || pack.used > best.used)) best = pack;
    }
    if (best === undefined) this.#packs.push((best = { domain, registers, pieces: [], used: 0, first: -1, left: -1, back: -1 }));
    return best;
  }

  /**
   * Makes the hardware. What has been seen in both directions needs no more watching, and soon that is most bits: packs, and groups of them,
   * lie in branches that are then left out.
   */
  finish(): void {
    const { addition } = this;
    const clocks = new Map<DomainId, Pack[]>();
    for (const pack of this.#packs) clocks.set(pack.domain, [...(clocks.get(pack.domain) ?? []), pack]);
    for (const [domain, packs] of clocks) {
      const running = addition.reg(1, domain);
      addition.statement(assign(running, addition.constant(1n, 1)));
      for (let i = 0; i < packs.length; i += GROUP) {
        const watched = packs.slice(i, i + GROUP).map((pack) => this.#watch(pack, running));
        const open = addition.reg(1, domain, { initial: 1n });
        const any = watched.map((w) => w.open).reduce((a, b) => addition.op('or', [a, b]));
        addition.statement(when(open, [assign(open, any), ...watched.map((w) => w.statement)]));
      }
    }
  }

  #watch(pack: Pack, running: NodeId): { readonly open: NodeId; readonly statement: Statement } {
    const { addition } = this;
    const { domain, used } = pack;
    const value = this.#value(pack);
    pack.left = addition.reg(used, domain);
    pack.back = addition.reg(used, domain);
    pack.first = pack.registers ? addition.constant(this.#initial(pack), used) : addition.reg(used, domain);
    const away = addition.op('xor', [value, pack.first]);
    const open = addition.op('ne', [pack.back, addition.constant(maskOf(used), used)]);
    const watch = [
      assign(pack.left, addition.op('or', [pack.left, away])),
      assign(pack.back, addition.op('or', [pack.back, addition.op('and', [pack.left, addition.op('not', [away])])])),
    ];
    const statement = when(open, pack.registers ? watch : [when(running, watch, [assign(pack.first, value)])]);
    return { open, statement };
  }

  #value({ pieces }: Pack): NodeId {
    const { addition } = this;
    const parts = pieces.map(({ node, lane, lo, width }) => {
      const shape = addition.shape(node);
      const one = shape.lanes === 1 ? node : addition.op('lane', [node], [lane]);
      return width === shape.width ? one : addition.op('slice', [one], [lo, width]);
    });
    return parts.length === 1 ? parts[0]! : addition.op('cat', parts.reverse());
  }

  #initial({ pieces }: Pack): bigint {
    return pieces.reduce((all, { node, lane, lo, width, at }) => {
      const reg = this.#flat.nodes[node]!;
      const initial = reg.kind === 'reg' ? reg.initial : 0n;
      return all | (BigInt.asUintN(width, initial >> BigInt(lane * reg.width + lo)) << BigInt(at));
    }, 0n);
  }

  /** What an engine has seen of a signal so far. */
  read(engine: Engine, signal: NodeId): Toggled {
    const id = this.source(signal);
    const { width } = this.#flat.nodes[id]!;
    let rose = 0n;
    let fell = 0n;
    for (const { lane, lo, width: w, pack, at } of this.#pieces.get(id) ?? []) {
      const take = (node: NodeId): bigint => BigInt.asUintN(w, engine.peek(node) >> BigInt(at));
      const [first, left, back] = [take(pack.first), take(pack.left), take(pack.back)];
      const up = (left & ~first) | (back & first);
      const down = (left & first) | (back & ~first);
      const place = BigInt(lane * width + lo);
      rose |= up << place;
      fell |= down << place;
    }
    return { rose, fell };
  }
}
