import { bit, bundle, enumeration, indexWidth, inp, interfaceOf, out, uint, vec } from '../../src/index.ts';

/** What of a channel the types of its ports depend on. A preset's organisation is one. */
export interface ChannelShape {
  readonly pseudoChannels: number;
  readonly bankGroups: number;
  readonly banksPerGroup: number;
  readonly rows: number;
  readonly burstsPerRow: number;
  readonly burstBytes: number;
  /** Clock cycles of a burst on DQ: two beats each. */
  readonly burstCycles: number;
}

/** Row commands as a decoded port names them. PDE and SRE take CKE down in their cycle, PDX and SRX take it up; it stays where it is otherwise. */
export const RowKind = enumeration('RowKind', ['RNOP', 'ACT', 'PRE', 'PREA', 'REFSB', 'REF', 'PDE', 'PDX', 'SRE', 'SRX']);
export const ColumnKind = enumeration('ColumnKind', ['CNOP', 'RD', 'RDA', 'WR', 'WRA', 'MRS']);

/** Banks of a pseudo-channel. `ba` is {group, bank in the group}. */
export const banksOf = ({ bankGroups, banksPerGroup }: ChannelShape): number => bankGroups * banksPerGroup;
/** 32-bit words that a pseudo-channel's DQ carries in a clock cycle, both beats together. */
export const wordsPerCycle = ({ burstBytes, burstCycles }: ChannelShape): number => burstBytes / burstCycles / 4;

/**
 * A row command. `pc` counts for ACT PRE PREA REFSB REF; `sid` and `ba` for ACT PRE REFSB; `row` for ACT. What does not count may be anything.
 * An ACT stands in the second of its two cycles on the pins, where its rules count from; in the cycle before, the row command is RNOP.
 */
export const rowCommand = (shape: ChannelShape) =>
  bundle({ kind: RowKind, pc: bit, sid: uint(2), ba: uint<number>(indexWidth(banksOf(shape))), row: uint<number>(indexWidth(shape.rows)) });

/** A column command. `column` counts bursts of a row. MRS writes `op` to mode register `mr` of the channel; `pc` to `column` do not count for it. */
export const columnCommand = (shape: ChannelShape) =>
  bundle({
    kind: ColumnKind,
    pc: bit,
    sid: uint(2),
    ba: uint<number>(indexWidth(banksOf(shape))),
    column: uint<number>(indexWidth(shape.burstsPerRow)),
    mr: uint(4),
    op: uint(8),
  });

/** The decoded command port, seen from the controller: a row and a column command in each cycle. */
export const commandPort = (shape: ChannelShape) => interfaceOf('DramCommands', { row: out(rowCommand(shape)), column: out(columnCommand(shape)) });

/**
 * The data port, seen from the controller: what DQ carries in a clock cycle (two beats, the first in the low half), pseudo-channel 0 in the low
 * lanes. A write's data stand here in the cycles WL to WL + burstCycles - 1 after its command, a read's RL to RL + burstCycles - 1 after it.
 * Bit i of `dm` keeps byte i of `wdq` from being written. `rvalid` has a bit for each pseudo-channel.
 */
export const dataPort = (shape: ChannelShape) => {
  const words = shape.pseudoChannels * wordsPerCycle(shape);
  return interfaceOf('DramData', {
    wdq: out(vec<number, ReturnType<typeof uint<32>>>(words, uint(32))),
    dm: out(uint<number>(words * 4)),
    rdq: inp(vec<number, ReturnType<typeof uint<32>>>(words, uint(32))),
    rvalid: inp(uint<number>(shape.pseudoChannels)),
  });
};

/** Widths of the command buses: `HBM2` (JESD235A) or `HBM2E`, which adds a bit to each. */
export type PinStandard = 'HBM2' | 'HBM2E';
export const BUS_WIDTHS = { HBM2: { R: 6, C: 8, rowBits: 14 }, HBM2E: { R: 7, C: 9, rowBits: 15 } } as const;

/** Command pins of a clock cycle, seen from the controller: `w0` at the rising edge of CK, `w1` at the falling one. */
export const commandPins = (standard: PinStandard) => {
  const { R, C } = BUS_WIDTHS[standard];
  return interfaceOf('HbmCommandPins', {
    CKE: out(bit),
    R_w0: out(uint<number>(R)),
    R_w1: out(uint<number>(R)),
    C_w0: out(uint<number>(C)),
    C_w1: out(uint<number>(C)),
  });
};
