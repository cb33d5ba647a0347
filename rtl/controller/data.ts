import { bit, indexWidth, uint, vec, type Hardware, type Reg, type Signal } from '../../src/index.ts';
import type { ControllerShape } from './config.ts';

type Words = Signal<32, number>;

const part = (hw: Hardware, v: Words, from: number, length: number): Words => hw.vec(v.toArray().slice(from, from + length));

/** Data of queued writes by slot: a slot is taken with the request and free when its data are on their way to DQ. */
export class WriteData {
  readonly free: Signal<1>;
  readonly slot: Signal;
  readonly #busy: Reg;
  readonly #data;
  readonly #mask;

  constructor(
    private readonly hw: Hardware,
    shape: ControllerShape,
    slots: number,
  ) {
    this.#busy = hw.reg('slotBusy', uint<number>(slots), { reset: 0 });
    this.#data = hw.mem('writeData', slots, uint<number>(32 * shape.words));
    this.#mask = hw.mem('writeMask', slots, uint<number>(shape.bytes));
    const free = this.#busy.not();
    this.free = free.reduceOr();
    this.slot = free.firstOne();
  }

  data(slot: Signal): Signal {
    return this.#data.read(slot);
  }
  mask(slot: Signal): Signal {
    return this.#mask.read(slot);
  }
  put(when: Signal<1>, data: Signal, mask: Signal): void {
    this.hw.when(when, () => {
      this.#data.write(this.slot, data);
      this.#mask.write(this.slot, mask);
    });
  }
  update(taken: Signal<1>, freed: Signal<1>, slot: Signal): void {
    const width = this.#busy.width;
    const none = this.hw.lit<number>(width, 0);
    this.hw.when(taken.or(freed), () => this.#busy.next(this.#busy.or(taken.mux(this.slot.oneHot(width), none)).and(freed.mux(slot.oneHot(width), none).not())));
  }
}

/**
 * The data of another client's writes beside those of queued ones: a place is used again when so many writes later that its data are on DQ.
 * Slots are one bit longer, and that is 1.
 */
export class GuestData {
  readonly slot: Signal;
  readonly #data;
  readonly #next;
  readonly #bits: number;

  constructor(
    private readonly hw: Hardware,
    shape: ControllerShape,
    private readonly store: WriteData,
    latency: number,
  ) {
    this.#bits = indexWidth(latency + 3);
    this.#data = hw.mem('guestData', 2 ** this.#bits, uint<number>(32 * shape.words));
    this.#next = hw.reg('guestSlot', uint<number>(this.#bits), { reset: 0 });
    this.slot = hw.lit(1, 1).cat(this.#next.zext<number>(this.#slotBits - 1));
  }

  get #slotBits(): number {
    return Math.max(this.store.slot.width, this.#bits) + 1;
  }
  #isGuests(slot: Signal): Signal<1> {
    return slot.bit(slot.width - 1);
  }
  /** A slot of the queues, as long as those here. */
  extend(slot: Signal): Signal {
    return slot.zext<number>(this.#slotBits);
  }
  data(slot: Signal): Signal {
    return this.#isGuests(slot).mux(this.#data.read(slot.slice<number, number>(this.#bits - 1, 0)), this.store.data(this.#queued(slot)));
  }
  mask(slot: Signal): Signal {
    const mask = this.store.mask(this.#queued(slot));
    return this.#isGuests(slot).mux(this.hw.lit<number>(mask.width, 0), mask);
  }
  put(when: Signal<1>, data: Signal): void {
    this.hw.when(when, () => {
      this.#data.write(this.#next, data);
      this.#next.next(this.#next.add(1));
    });
  }
  /** Frees what belongs to the queues. */
  update(taken: Signal<1>, freed: Signal<1>, slot: Signal): void {
    this.store.update(taken, freed.and(this.#isGuests(slot).not()), this.#queued(slot));
  }
  #queued(slot: Signal): Signal {
    return slot.slice<number, number>(this.store.slot.width - 1, 0);
  }
}

/** Numbers in the order in which they were put in. */
function ring(hw: Hardware, name: string, depth: number, width: number, put: Signal<1>, value: Signal, take: Signal<1>): Signal {
  const size = 2 ** indexWidth(depth);
  const words = hw.mem(name, size, uint<number>(width));
  const [head, tail] = ['Head', 'Tail'].map((end) => hw.reg(name + end, uint<number>(indexWidth(size)), { reset: 0 })) as [Reg, Reg];
  hw.when(put, () => {
    words.write(tail, value);
    tail.next(tail.add(1));
  });
  hw.when(take, () => head.next(head.add(1)));
  return words.read(head);
}

/** Write commands to data on DQ, WL cycles behind them. Commands stand on the port one cycle after they are chosen. */
export function writePath(
  hw: Hardware,
  shape: ControllerShape,
  latency: number,
  store: Pick<WriteData, 'data' | 'mask'>,
  write: { readonly when: Signal<1>; readonly slot: Signal; readonly pc: Signal<1> },
): { readonly wdq: Words; readonly dm: Signal; readonly freed: Signal<1>; readonly slot: Signal; readonly busy: Signal<1> } {
  const { words, bytes, beats, pseudoChannels } = shape;
  const pipe = hw.reg('writePipe', uint<number>(latency), { reset: 0 });
  pipe.next(latency === 1 ? write.when : pipe.slice<number, number>(latency - 2, 0).cat(write.when));
  const starts = pipe.bit(latency - 1);
  const next = ring(hw, 'writesToCome', latency + 2, write.slot.width + 1, write.when, write.pc.cat(write.slot), starts);
  const slot = next.slice<number, number>(write.slot.width - 1, 0);
  const pc = next.bit(write.slot.width);
  const [perCycle, bytesPerCycle] = [words / beats, bytes / beats];
  const data = store.data(slot).unbits(words) as Words;
  const mask = store.mask(slot);
  const lanes: Words[] = [];
  const masks: Signal[] = [];
  let busy: Signal<1> = pipe.ne(0);
  for (let p = 0; p < pseudoChannels; p++) {
    const wdq = hw.reg(`wdq${p}`, vec<number, ReturnType<typeof uint<32>>>(perCycle, uint(32)));
    const dm = hw.reg(`dm${p}`, uint<number>(bytesPerCycle));
    const mine = pseudoChannels === 1 ? starts : starts.and(pc.eq(p));
    const begin = (): void => {
      wdq.next(part(hw, data, 0, perCycle));
      dm.next(mask.slice<number, number>(bytesPerCycle - 1, 0));
    };
    if (beats === 1) hw.when(mine, begin);
    else {
      const rest = hw.reg(`wdqRest${p}`, vec<number, ReturnType<typeof uint<32>>>(perCycle, uint(32)));
      const restMask = hw.reg(`dmRest${p}`, uint<number>(bytesPerCycle));
      const more = hw.reg(`wdqMore${p}`, bit, { reset: 0 });
      more.next(mine);
      hw.when(mine, () => {
        begin();
        rest.next(part(hw, data, perCycle, perCycle));
        restMask.next(mask.slice<number, number>(bytes - 1, bytesPerCycle));
      }).elsewhen(more, () => {
        wdq.next(rest);
        dm.next(restMask);
      });
      busy = busy.or(more);
    }
    lanes.push(wdq as Words);
    masks.push(dm);
  }
  const dm = masks.reduce((low, high): Signal => high.cat(low));
  return { wdq: hw.vec(lanes.flatMap((l) => l.toArray())), dm, freed: starts, slot, busy };
}

/** Data on DQ, a burst at a time: two pseudo-channels never end one in the same cycle, as their commands come one after the other. */
export function arrivals(hw: Hardware, shape: ControllerShape, port: { readonly rdq: Words; readonly rvalid: Signal }): { readonly done: Signal<1>; readonly data: Words } {
  const { words, beats, pseudoChannels } = shape;
  const perCycle = words / beats;
  let done: Signal<1> = hw.lit(1, 0);
  let data: Words = hw.lit(32, 0).splat<number>(words);
  for (let p = 0; p < pseudoChannels; p++) {
    const valid = port.rvalid.bit(p);
    const now = part(hw, port.rdq, p * perCycle, perCycle);
    let [last, whole]: [Signal<1>, Words] = [valid, now];
    if (beats === 2) {
      const first = hw.reg(`rdqFirst${p}`, vec<number, ReturnType<typeof uint<32>>>(perCycle, uint(32)));
      const half = hw.reg(`rdqHalf${p}`, bit, { reset: 0 });
      hw.when(valid, () => half.next(half.not()));
      hw.when(valid.and(half.not()), () => first.next(now));
      last = valid.and(half);
      whole = hw.vec([...first.toArray(), ...now.toArray()]);
    }
    data = p === 0 ? whole : last.mux(whole, data);
    done = done.or(last);
  }
  return { done, data };
}

/** Whose data they are: reads in the order of their commands. */
export function readsToCome(hw: Hardware, depth: number, read: { readonly when: Signal<1>; readonly tag: Signal }, done: Signal<1>): { readonly tag: Signal; readonly flying: Signal<1> } {
  const flying = hw.reg('readsFlying', uint<number>(indexWidth(depth + 1)), { reset: 0 });
  hw.when(read.when.ne(done), () => flying.next(read.when.mux(flying.add(1), flying.sub(1))));
  return { tag: ring(hw, 'readsToCome', depth, read.tag.width, read.when, read.tag, done), flying: flying.ne(0) };
}
