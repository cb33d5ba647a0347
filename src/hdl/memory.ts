import { indexWidth } from '../bits/index.ts';
import { Origin } from '../diag/index.ts';
import type { Memory as MemoryNode } from '../ir/netlist.ts';
import type { Hardware } from './hardware.ts';
import type { Reg } from './assign.ts';
import { Signal, type Fit, type Operand } from './signal.ts';

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
  readonly #writes: { enable: Signal; address: Signal; data: Signal; domain: number }[] = [];

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
  readSync(name: string, address: Signal, { enable, during = 'old' }: ReadSync = {}): Signal<W> {
    const q = this.hw.reg(name, { kind: 'bits', width: this.width });
    let word: Signal = this.read(address);
    if (during === 'new') {
      for (const w of this.#writes) {
        if (w.domain !== this.hw.builder.domain) {
          this.hw.builder.report('read-during-write', `a read of memory "${this.node.name}" cannot return the new word of a write in another clock domain`, [Origin.here()]);
        }
        word = w.enable.and(w.address.eq(address)).mux(w.data, word);
      }
    }
    const load = (): void => (q as unknown as Reg).next(word);
    if (enable === undefined) load();
    else this.hw.when(enable, load);
    return q;
  }

  /** Writes at the clock edge, under the conditions of the enclosing `when`s. Declare writes before reads that are to see the new word. */
  write<T extends Operand>(address: Signal | number, data: T & Fit<W, 1, T>): void {
    const origin = Origin.here();
    const { builder } = this.hw;
    const a = this.#address(address, origin);
    const value: Operand = data;
    const d = value instanceof Signal ? builder.fitted(value.id, { width: this.width, lanes: 1 }, `memory ${this.node.name}`, origin) : builder.literal(value, { width: this.width, lanes: 1 }, origin);
    builder.statement({ kind: 'write', memory: this.node.id, address: a, data: d, domain: builder.domain, origin });
    this.#writes.push({ enable: this.hw.path(), address: new Signal(builder, a), data: new Signal(builder, d), domain: builder.domain });
  }

  #address(address: Signal | number, origin: Origin): number {
    const { builder } = this.hw;
    const want = { width: this.addressWidth, lanes: 1 };
    return address instanceof Signal ? builder.fitted(address.id, want, `address of memory ${this.node.name}`, origin) : builder.literal(address, want, origin);
  }
}
