import { maskOf } from '../bits/math.ts';
import type { Engine } from '../sim/engine.ts';
import type { Flat } from '../ir/flatten.ts';
import type { DomainId, NodeId } from '../ir/netlist.ts';
import { driversOf, type Driver } from '../ir/visit.ts';
import { assign, when, type Addition } from './addition.ts';
import type { Clocks } from './clocks.ts';

/** Machine words are what engines are fast with: signals of few instances are watched in packs of so many bits. */
const PACK = 32;

/** From so many instances on, a signal of all of them is watched as a Vec, as engines keep it that turn such instances into Vecs. */
const MANY = 4;

/** Some bits of a signal, and where in a pack they are. */
interface Piece {
  readonly node: NodeId;
  readonly lo: number;
  readonly width: number;
  readonly pack: Pack;
  readonly at: number;
}

interface Pack {
  readonly domain: DomainId;
  /** Only registers: they start at values that are known. */
  readonly registers: boolean;
  readonly pieces: Piece[];
  /** Makes what is watched. */
  readonly value: () => NodeId;
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
  /** Those that are filled with signals of few instances. */
  readonly #small: Pack[] = [];

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

  /** Watches one signal in all instances of a type; `outer` are the clocks of those that depend on no state. */
  watch(signals: readonly NodeId[], outer: readonly DomainId[]): void {
    const alike = new Map<string, { readonly ids: NodeId[]; readonly domain: DomainId; readonly registers: boolean }>();
    signals.forEach((signal, i) => {
      const id = this.source(signal);
      if (this.#pieces.has(id) || this.isConstant(id)) return;
      this.#pieces.set(id, []);
      const registers = this.#flat.nodes[id]!.kind === 'reg';
      const domain = this.clocks.ofNode(id, outer[i]!);
      const key = `${domain}:${registers}`;
      const same = alike.get(key) ?? { ids: [], domain, registers };
      alike.set(key, same);
      same.ids.push(id);
    });
    for (const { ids, domain, registers } of alike.values()) {
      const { width, lanes } = this.#flat.nodes[ids[0]!]!;
      if (lanes > 1) {
        for (const id of ids) this.#put(id, 0, width * lanes, this.#open(domain, registers, () => id));
      } else if (ids.length >= MANY) {
        const pack = this.#open(domain, registers, () => this.addition.op('pack', ids));
        for (const id of ids) this.#put(id, 0, width, pack);
      } else {
        for (const id of ids) for (let lo = 0; lo < width; lo += PACK) this.#put(id, lo, Math.min(PACK, width - lo), this.#room(Math.min(PACK, width - lo), domain, registers));
      }
    }
  }

  #open(domain: DomainId, registers: boolean, value: () => NodeId): Pack {
    const pack: Pack = { domain, registers, pieces: [], value, used: 0, first: -1, left: -1, back: -1 };
    this.#packs.push(pack);
    return pack;
  }

  #put(node: NodeId, lo: number, width: number, pack: Pack): void {
    const piece: Piece = { node, lo, width, pack, at: pack.used };
    pack.pieces.push(piece);
    pack.used += width;
    this.#pieces.get(node)!.push(piece);
  }

  /** The fullest pack that has room; it need not be the best of all packings. */
  #room(width: number, domain: DomainId, registers: boolean): Pack {
    let best: Pack | undefined;
    for (const pack of this.#small) {
      if (pack.domain === domain && pack.registers === registers && pack.used + width <= PACK && (best === undefined || pack.used > best.used)) best = pack;
    }
    if (best === undefined) {
      const pack: Pack = this.#open(domain, registers, () => this.#joined(pack));
      this.#small.push((best = pack));
    }
    return best;
  }

  #joined({ pieces }: Pack): NodeId {
    const { addition } = this;
    const parts = pieces.map(({ node, lo, width }) => (width === addition.shape(node).width ? node : addition.op('slice', [node], [lo, width])));
    return parts.length === 1 ? parts[0]! : addition.op('cat', parts.reverse());
  }

  /**
   * Makes the hardware. What has been seen in both directions needs no more watching, and soon that is most bits: each pack lies in a branch
   * that is then left out.
   */
  finish(): void {
    const { addition } = this;
    const started = new Map<DomainId, NodeId>();
    for (const pack of this.#packs) {
      const { domain, registers } = pack;
      let running = started.get(domain);
      if (running === undefined) {
        started.set(domain, (running = addition.reg(1, domain)));
        addition.statement(assign(running, addition.constant(1n, 1)));
      }
      const value = pack.value();
      const shape = addition.shape(value);
      pack.left = addition.reg(shape, domain);
      pack.back = addition.reg(shape, domain);
      pack.first = registers ? addition.constant(this.#initial(pack), shape) : addition.reg(shape, domain);
      const away = addition.op('xor', [value, pack.first]);
      const watch = [
        assign(pack.left, addition.op('or', [pack.left, away])),
        assign(pack.back, addition.op('or', [pack.back, addition.op('and', [pack.left, addition.op('not', [away])])])),
      ];
      const open = addition.reg(1, domain, { initial: 1n });
      const missing = addition.op('ne', [addition.op('foldAnd', [pack.back]), addition.constant(maskOf(shape.width), shape.width)]);
      addition.statement(when(open, [assign(open, missing), ...(registers ? watch : [when(running, watch, [assign(pack.first, value)])])]));
    }
  }

  #initial({ pieces }: Pack): bigint {
    return pieces.reduce((all, { node, lo, width, at }) => {
      const reg = this.#flat.nodes[node]!;
      const initial = reg.kind === 'reg' ? reg.initial : 0n;
      return all | (BigInt.asUintN(width, initial >> BigInt(lo)) << BigInt(at));
    }, 0n);
  }

  /** What an engine has seen of a signal so far. */
  read(engine: Engine, signal: NodeId): Toggled {
    let rose = 0n;
    let fell = 0n;
    for (const { lo, width, pack, at } of this.#pieces.get(this.source(signal)) ?? []) {
      const take = (node: NodeId): bigint => BigInt.asUintN(width, engine.peek(node) >> BigInt(at));
      const [first, left, back] = [take(pack.first), take(pack.left), take(pack.back)];
      rose |= ((left & ~first) | (back & first)) << BigInt(lo);
      fell |= ((left & first) | (back & ~first)) << BigInt(lo);
    }
    return { rose, fell };
  }
}
