import type { Hardware, Reg, Signal } from '../../src/index.ts';
import { banksOf, type ChannelShape } from './interface.ts';

/** Banks of a channel that a command of a bank speaks to. A bit or lane of what is passed in stands for each bank of the channel. */
export interface Reach {
  /** The command as it is on the bus. */
  readonly pc: Signal;
  readonly lane: Signal;
  readonly mask: Signal;
  /** It speaks to one bank of every unit, and so to every group. */
  readonly several: Signal<1> | undefined;
  /** Banks that one command speaks to, at most. */
  readonly most: number;
  any(bits: Signal): Signal<1>;
  every(bits: Signal): Signal<1>;
  /** `register` with its lanes of these banks replaced; the others get those of `rest`. */
  put<W extends number>(register: Reg<W, number>, value: Signal | number, rest: Signal<W, number>): void;
}

/** One bank, as in any DRAM. */
export function oneBank(shape: ChannelShape, pc: Signal, lane: Signal): Reach {
  return {
    pc,
    lane,
    get mask(): Signal {
      return lane.oneHot<number>(shape.pseudoChannels * banksOf(shape));
    },
    several: undefined,
    most: 1,
    any: (bits) => bits.bit(lane),
    every: (bits) => bits.bit(lane),
    put: (register, value) => register.nextAt(lane, value as never),
  };
}

/** That bank, or with `several` the bank of the same number in every unit of `banksPerUnit` banks of its pseudo-channel. */
export function manyBanks(hw: Hardware, shape: ChannelShape, name: string, pc: Signal, lane: Signal, several: Signal<1>, banksPerUnit: number): Reach {
  const lanes = shape.pseudoChannels * banksOf(shape);
  const laneBits = Math.log2(lanes);
  const unitBits = Math.log2(banksPerUnit);
  const place = (i: number): number => (Math.floor(i / banksOf(shape)) << unitBits) + (i % banksPerUnit);
  const width = unitBits + Math.log2(shape.pseudoChannels);
  const number = lane.slice<number, number>(unitBits - 1, 0);
  const alike = hw.vec(Array.from({ length: lanes }, (_, i) => hw.lit<number>(width, place(i)))).eq(shape.pseudoChannels === 1 ? number : lane.bit(laneBits - 1).cat(number)).bits();
  const mask = hw.name(name, several.mux(alike, lane.oneHot<number>(lanes)));
  return {
    pc,
    lane,
    mask,
    several,
    most: banksOf(shape) / banksPerUnit,
    any: (bits) => bits.and(mask).reduceOr(),
    every: (bits) => bits.or(mask.not()).reduceAnd(),
    put: (register, value, rest) => {
      const inMask = mask.unbits<number>(lanes);
      const others: Signal<number, number> = rest;
      register.next((typeof value === 'number' ? inMask.mux(value, others) : inMask.mux(value.splat<number>(lanes), others)) as never);
    },
  };
}
