import { bit, flip, interfaceOf, module, out, parametric, uint, vec, type Flip, type Hardware, type Inside, type Signal } from '../../src/index.ts';
import { dataPort, wordsPerCycle, type ChannelShape } from './interface.ts';
import { placeBits, RowStore, wordsPerBurst, type RowStoreParameters } from './row-store.ts';

/** Longest RL and WL that MR2 can say. */
const LONGEST = { RL: 33, WL: 8 };

/** A burst that is going to be read or written: where, `latency` cycles before its first beats. */
export const dataAccess = (bits: number) => interfaceOf('DramAccess', { read: out(bit), write: out(bit), place: out(uint<number>(bits)), RL: out(uint(6)), WL: out(uint(4)) });

/** Bursts that are due: a place to read, and a place with the bytes for it. */
export interface CellAccess {
  readonly read: Signal<1>;
  readonly readPlace: Signal;
  readonly write: Signal<1>;
  readonly writePlace: Signal;
  readonly burst: Signal<32, number>;
  readonly mask: Signal;
}

/** Moves bursts between DQ and the cells of a device; see `dataPath`. */
export const DataPath = parametric((p: RowStoreParameters) => {
  const { shape } = p;
  return module('DataPath', { out: { wvalid: uint<number>(shape.pseudoChannels) }, io: { access: flip(dataAccess(placeBits(shape))), data: flip(dataPort(shape)) } }, ({ access, data }, hw) => ({
    wvalid: dataPath(hw, shape, access, data, (due) => hw.instance('cells', RowStore(p), { fire: due.read.or(due.write), ...due }).out.data),
  }));
});

type Access = Inside<Flip<ReturnType<typeof dataAccess>['members']>>;
type Data = Inside<Flip<ReturnType<typeof dataPort>['members']>>;

/**
 * Moves bursts between DQ and the cells: a read's first beats are on DQ RL cycles after its command, a write's are taken WL cycles after it.
 * Places wait in rings of memory whose hand moves on in each cycle, and a bit for each coming cycle says whether one is due. A place may have
 * more bits above those of `placeBits`; they go along with it. `cells` is given what is due and returns the bursts last read, of all pseudo-channels.
 * Returns a bit for each pseudo-channel: what stands on its DQ in this cycle is taken.
 */
export function dataPath(hw: Hardware, shape: ChannelShape, { read, write, place, RL, WL }: Access, data: Data, cells: (due: CellAccess) => Signal<32, number>): Signal {
  const { pseudoChannels, burstCycles } = shape;
  const bits = place.width;
  const pcBit = placeBits(shape) - 1;
  const perCycle = wordsPerCycle(shape);
  const perBurst = wordsPerBurst(shape);
  const hand = hw.reg('hand', uint(6), { reset: 0 });
  hand.next(hand.add(1));

  /** Places of commands whose time comes `latency` cycles after them. */
  const ring = (name: string, longest: number, on: Signal, latency: Signal<6>) => {
    const waiting = hw.mem(`${name}Places`, 64, uint<number>(bits));
    const due = hw.reg(`${name}Due`, uint<number>(longest), { reset: 0 });
    const later = due.shr(1);
    due.next(on.mux(later.or(latency.sub(1).oneHot<number>(longest)), later));
    const slot = hw.name(`${name}Slot`, hand.add(latency));
    hw.when(on, () => waiting.write(slot, place));
    /** Is there one whose time comes in `cycles`, and where? */
    const within = (cycles: number): { due: Signal<1>; place: Signal } => ({ due: due.bit(cycles), place: waiting.read(cycles === 0 ? hand : hw.name(`${name}In${cycles}`, hand.add(cycles))) });
    return { ...within(0), within };
  };
  const pcOf = (where: Signal): Signal => (pseudoChannels === 1 ? hw.lit(1, 0) : where.bit(pcBit));
  /** A bit for each pseudo-channel. */
  const ofPc = (on: Signal, where: Signal): Signal => (pseudoChannels === 1 ? on : on.mux(pcOf(where).oneHot<number>(2), 0));

  // ---- read: the cells are looked at in the cycle before the first beats ---------------------------------------------------------
  const reading = ring('read', LONGEST.RL, read, RL.sub(1));
  /** Bit k * pseudoChannels + pc: the beats of cycle k of a burst are on DQ. */
  const beats = hw.reg('readBeats', uint<number>(burstCycles * pseudoChannels), { reset: 0 });
  const starts = ofPc(reading.due, reading.place);
  beats.next(burstCycles === 1 ? starts : beats.slice<number, number>((burstCycles - 1) * pseudoChannels - 1, 0).cat(starts));

  // ---- write: bytes are collected until the last beats, then written -------------------------------------------------------------
  const writing = ring('write', LONGEST.WL + burstCycles - 1, write, WL.zext(6).add(burstCycles - 1));
  const past = collected(hw, data, burstCycles - 1);
  const lanesOf = (source: Signal<32, number>, pc: number): Signal<32>[] => Array.from({ length: perCycle }, (_, i) => source.at(pc * perCycle + i));
  const maskOf = (source: Signal, pc: number): Signal => source.slice<number, number>((pc + 1) * perCycle * 4 - 1, pc * perCycle * 4);
  const cyclesOf = <T>(take: (wdq: Signal<32, number>, dm: Signal) => T): T[] => [...past, { wdq: data.wdq, dm: data.dm }].map(({ wdq, dm }) => take(wdq, dm));
  const ofChannel = <T>(each: (pc: number) => T, choose: (upper: T, lower: T) => T): T => (pseudoChannels === 1 ? each(0) : choose(each(1), each(0)));
  const upper = pcOf(writing.place);
  const burst = ofChannel<Signal<32, number>>((pc) => hw.vec(cyclesOf((wdq) => lanesOf(wdq, pc)).flat()), (a, b) => upper.mux(a, b));
  const mask = ofChannel<Signal>((pc) => hw.cat(...cyclesOf((_, dm) => maskOf(dm, pc)).reverse()), (a, b) => upper.mux(a, b));

  const store = cells({ read: reading.due, readPlace: reading.place, write: writing.due, writePlace: writing.place, burst, mask });

  // The words of a burst's second cycle are on DQ in its second cycle, which may be another one's first only in another pseudo-channel.
  const rvalid = Array.from({ length: pseudoChannels }, (_, pc) => Array.from({ length: burstCycles }, (__, k) => beats.bit(k * pseudoChannels + pc)));
  const rdq = rvalid.flatMap((inCycle, pc) =>
    Array.from({ length: perCycle }, (_, i) => {
      const ofCycle = inCycle.map((__, k) => store.at(pc * perBurst + k * perCycle + i));
      return inCycle.slice(1).reduce<Signal<32>>((value, on, k) => on.mux(ofCycle[k + 1]!, value), ofCycle[0]!);
    }),
  );
  hw.assign(data.rdq, hw.vec(rdq));
  hw.assign(data.rvalid, hw.cat(...rvalid.map((inCycle) => inCycle.reduce((a, b) => a.or(b))).reverse()));
  const taken = Array.from({ length: burstCycles }, (_, k) => writing.within(k)).map(({ due, place: where }) => ofPc(due, where));
  return taken.reduce((a, b) => a.or(b));
}

/** What stood on the data pins in the last `n` cycles, the longest ago first. */
function collected(hw: Hardware, data: { wdq: Signal<32, number>; dm: Signal }, n: number): { wdq: Signal<32, number>; dm: Signal }[] {
  let newest: { wdq: Signal<32, number>; dm: Signal } = data;
  return Array.from({ length: n }, (_, i) => {
    const wdq = hw.reg(`wdq${i + 1}`, vec<number, ReturnType<typeof uint<32>>>(data.wdq.lanes, uint(32)));
    const dm = hw.reg(`dm${i + 1}`, uint<number>(data.dm.width));
    wdq.next(newest.wdq);
    dm.next(newest.dm);
    newest = { wdq, dm };
    return newest;
  }).reverse();
}
