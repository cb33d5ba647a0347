import { indexWidth } from '../bits/index.ts';
import { knownKeys, Origin } from '../diag/index.ts';
import type { Memory as MemoryNode } from '../ir/netlist.ts';
import type { Hardware } from './hardware.ts';
import type { Reg } from './assign.ts';
import { Signal, type Fitting, type Operand } from './signal.ts';

export interface ReadSync {
  /** Read only in cycles in which this is 1; the output keeps its value otherwise. Default: always. */
  readonly enable?: Signal;
  /** What a read of the word that is being written in the same cycle returns: the `old` word (default), or the `new` one. */
  readonly during?: 'old' | 'new';
}

/**
 * A memory of `depth` words of W bits. All reads see the words as they were before this cycle's writes. Writes happen at the clock edge; of
 * two writes to one address the later statement wins. Addresses beyond the depth read zero and write nothing.
 */
export class Memory<W extends number = number> {
  readonly #writes: { enable: Signal; address: Signal; data: Signal; domain: number; origin: Origin }[] = [];

  constructor(
    private readonly hw: Hardware,
    /** @internal */ readonly node: MemoryNode,
    readonly width: W,
  ) {}

  get depth(): number {
    return this.node.depth;
  }

  get addressWidth(): number {
    return indexWidth(this.depth);
  }

  /** The word at an address, in the same cycle. */
  read(address: Signal | number): Signal<W> {
    const origin = Origin.here();
    const { builder } = this.hw;
    const id = builder.add({ kind: 'read', memory: this.node.id, args: [this.#address(address, origin)], width: this.width, lanes: 1, origin });
    return new Signal(builder, id);
  }

  /** A registered read port: the word appears in the next cycle. */
  readSync(name: string, address: Signal, options: ReadSync = {}): Signal<W> {
    knownKeys(`read port "${name}"`, options, ['enable', 'during']);
    const { enable, during = 'old' } = options;
    const q = this.hw.reg(name, { kind: 'bits', width: this.width });
    const word: Signal = during === 'old' ? this.read(address) : this.#readNew(address);
    const load = (): void => (q as unknown as Reg).next(word);
    if (enable === undefined) load();
    else this.hw.when(enable, load);
    return q;
  }

  /** The word as it will be after this cycle's writes. All of them are known only when the module is complete. */
  #readNew(address: Signal): Signal<W> {
    const origin = Origin.here();
    const { builder } = this.hw;
    const { domain } = builder;
    const word = builder.wire(undefined, { width: this.width, lanes: 1 }, origin, undefined, { label: true });
    const old = this.read(address);
    builder.atEnd(() => {
      let now: Signal = old;
      for (const w of this.#writes) {
        if (w.domain !== domain) {
          builder.report('read-during-write', `a read of memory "${this.node.name}" cannot return the new word of a write in another clock domain`, [origin, w.origin]);
        }
        const hit = w.enable.and(w.address.eq(address));
        // A write beyond the depth writes nothing, and so there is no new word.
        now = (this.depth < 2 ** this.addressWidth ? hit.and(address.lt(this.depth)) : hit).mux(w.data, now);
      }
      builder.statement({ kind: 'assign', target: word, value: now.id, origin });
    });
    return new Signal(builder, word);
  }

  /** Writes at the clock edge, under the conditions of the enclosing `when`s. */
  write<V extends number, M extends number>(address: Signal | number, data: Fitting<W, 1, V, M>): void {
    const origin = Origin.here();
    const { builder } = this.hw;
    const a = this.#address(address, origin);
    const value: Operand = data;
    const d = value instanceof Signal ? builder.fitted(builder.own(value, origin), { width: this.width, lanes: 1 }, `memory ${this.node.name}`, origin) : builder.literal(value, { width: this.width, lanes: 1 }, origin);
    builder.statement({ kind: 'write', memory: this.node.id, address: a, data: d, domain: builder.domain, origin });
    this.#writes.push({ enable: this.hw.path(), address: new Signal(builder, a), data: new Signal(builder, d), domain: builder.domain, origin });
  }

  #address(address: Signal | number, origin: Origin): number {
    const { builder } = this.hw;
    const want = { width: this.addressWidth, lanes: 1 };
    return address instanceof Signal ? builder.fitted(builder.own(address, origin), want, `address of memory ${this.node.name}`, origin) : builder.literal(address, want, origin);
  }
}
