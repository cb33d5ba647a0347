import { bit, CONF_PARTITION, controlRow, enumeration, flip, module, parametric, uint, vec, type ControlRow, type DramPreset, type Signal } from '../../src/index.ts';
import { banksOf, ColumnKind, commandPort, RowKind } from '../dram/index.ts';

/** Single bank, all banks, all banks with triggers. */
export const PimMode = enumeration('PimMode', ['SB', 'AB', 'AB_PIM']);

/** How modes and control rows can be misused; the first four as the checker of command streams names them. */
export const PIM_MISUSES = {
  modeRowsOpen: 'no other row of the pseudo-channel is open while its mode changes',
  allBankRead: 'in all-bank mode nothing is read: all banks would answer at once',
  controlRow: 'control rows are not read, are written in all-bank modes only, and AB_ROW and SB_ROW not at all',
  modeExit: 'AB_PIM is left by writing execute = 0 to CONF_ROW, and not by SB_ROW',
  controlColumn: 'a write of a control row is to a column that has a register',
} as const;
export type PimMisuse = keyof typeof PIM_MISUSES;

export interface ModesParameters {
  readonly preset: DramPreset;
  readonly banksPerUnit: number;
}

/**
 * The mode of each pseudo-channel, by the commands on the bus, and what of the column command of this cycle it makes. Wrong uses are told in the
 * cycle in which they have their effect, and have it.
 */
export const PimModes = parametric(({ preset, banksPerUnit }: ModesParameters) => {
  const shape = preset.organisation;
  const { pseudoChannels } = shape;
  const banks = banksOf(shape);
  const lanes = pseudoChannels * banks;
  const pcs = uint<number>(pseudoChannels);
  const rowWidth = Math.log2(shape.rows);
  return module(
    `PimModes${pseudoChannels}x${banks}by${banksPerUnit}`,
    {
      io: { command: flip(commandPort(shape)) },
      in: {
        /** Of each bank, before this cycle; `spoken`: banks that the row command speaks to; `columnRow`: the row that the column command does. */
        open: uint<number>(lanes),
        rows: vec<number, ReturnType<typeof uint<number>>>(lanes, uint<number>(rowWidth)),
        spoken: uint<number>(lanes),
        columnRow: uint<number>(rowWidth),
        /** The column command speaks to all units. */
        columnAll: bit,
        /** Data of a write to column 0 of `CONF_ROW` have come, bit 0 of word 0 among them: a bit for each pseudo-channel. */
        configures: pcs,
        execute: bit,
        partition: uint(CONF_PARTITION.bits),
      },
      out: {
        mode: vec<number, typeof PimMode>(pseudoChannels, PimMode),
        allBank: pcs,
        /** Banks that all-bank modes are about: all, or of a unit the first `partition`. */
        pimBanks: uint<number>(lanes),
        /** What the column command is: host data read from or written to one bank, a write to all of them, of a control row or not, a trigger. */
        reads: bit,
        writes: bit,
        writesAll: bit,
        triggers: bit,
        modeRowsOpen: bit,
        allBankRead: bit,
        controlRow: bit,
        modeExit: bit,
      },
    },
    ({ command: { row, column }, open, rows, spoken, columnRow, columnAll, configures, execute, partition }, hw) => {
      const at = (name: ControlRow): number => controlRow(name, shape);
      const mode = hw.reg('mode', vec<number, typeof PimMode>(pseudoChannels, PimMode), { reset: PimMode.SB });
      const partitions = hw.reg('partitions', vec<number, ReturnType<typeof uint<typeof CONF_PARTITION.bits>>>(pseudoChannels, uint(CONF_PARTITION.bits)), { reset: 0 });
      const ofPc = (pc: Signal): Signal => (pseudoChannels === 1 ? hw.lit(1, 0) : pc);
      const pimBanks = hw.name('isPims', hw.cat(...Array.from({ length: lanes }, (_, lane) => {
        const some = partitions.at(hw.lit(1, Math.floor(lane / banks)));
        return some.eq(0).or(some.gt(lane % banksPerUnit));
      }).reverse())); // prettier-ignore

      // ---- the column command ---------------------------------------------------------------------------------------------------------
      const is = (...kinds: readonly ('RD' | 'RDA' | 'WR' | 'WRA')[]): Signal<1> => kinds.map((k): Signal<1> => column.kind.eq(ColumnKind[k])).reduce((a, b) => a.or(b));
      const [read, write] = [is('RD', 'RDA'), is('WR', 'WRA')];
      const now = mode.at(ofPc(column.pc));
      // In banks that are none of PIM's, everything is as in single-bank mode.
      const [single, all, pim] = [columnAll.not(), columnAll.and(now.eq(PimMode.AB)), columnAll.and(now.eq(PimMode.AB_PIM))];
      const control = hw.name('isControl', columnRow.ge(at('B_ROW')));
      const data = control.not();
      const registers = control.and(columnRow.le(at('CONF_ROW')));
      const wrongRow = control.and(read).or(write.and(control).and(single.or(registers.not())));

      // ---- the mode of each -----------------------------------------------------------------------------------------------------------
      const rowsOpen = (name: ControlRow): Signal => open.and(rows.eq(at(name)).bits());
      const abOpen = hw.name('abOpen', rowsOpen('AB_ROW'));
      const sbOpen = hw.name('sbOpen', rowsOpen('SB_ROW'));
      // Of a write to all units: the bank of each.
      const written = hw.name('written', hw.cat(...new Array<Signal>(banks / banksPerUnit).fill(column.ba.trunc<number>(Math.log2(banksPerUnit)).oneHot<number>(banksPerUnit))));
      const shut = row.kind.eq(RowKind.PRE).or(row.kind.eq(RowKind.PREA));
      const wrongs = Array.from({ length: pseudoChannels }, (_, pc) => {
        const part = (bits: Signal): Signal => bits.slice<number, number>((pc + 1) * banks - 1, pc * banks);
        const mine = pseudoChannels === 1 ? hw.lit(1, 1) : row.pc.eq(pc);
        const was = mode.at(hw.lit(1, pc));
        const inSingle = was.eq(PimMode.SB);
        const leading = inSingle.mux(part(abOpen), part(sbOpen));
        const closes = row.kind.eq(RowKind.PREA).splat(1).mux(hw.lit<number>(banks, (1n << BigInt(banks)) - 1n), part(spoken));
        const units = part(pimBanks);
        const own = leading.and(closes).and(units);
        const changes = hw.name(`closesModeRow${pc}`, shut.and(mine).and(own.ne(0)));
        const others = part(open).and(units).and(own.not()).ne(0);

        // Other rows that were open when CONF_ROW was written, or were opened since, matter if the mode changes when its data come.
        const disturbed = hw.reg(`disturbed${pc}`, bit, { reset: 0 });
        const arrives = configures.bit(pc);
        const gives = write.and(columnRow.eq(at('CONF_ROW'))).and(column.column.eq(0)).and(pseudoChannels === 1 ? hw.lit(1, 1) : column.pc.eq(pc)).and(single.not());
        const acts = row.kind.eq(RowKind.ACT).and(mine);
        const actsHere = acts.and(part(spoken).and(units).ne(0));
        const strange = part(open).and(written.not());
        hw.when(gives, () => disturbed.next(strange.and(units).ne(0).or(actsHere))).elsewhen(actsHere, () => disturbed.next(1));
        // Banks that change hands must be closed, too.
        const restless = hw.reg(`restless${pc}`, bit, { reset: 0 });
        hw.when(gives, () => restless.next(strange.ne(0).or(acts))).elsewhen(acts, () => restless.next(1));
        const configured = hw.name(`configured${pc}`, arrives.and(inSingle.not()));
        const wanted = execute.mux(hw.lit(PimMode.width, PimMode.AB_PIM), PimMode.AB);
        hw.when(changes, () => mode.nextAt(hw.lit(1, pc), inSingle.mux(hw.lit(PimMode.width, PimMode.AB), PimMode.SB))).elsewhen(configured, () => mode.nextAt(hw.lit(1, pc), wanted));
        const parts = partitions.at(hw.lit(1, pc)).ne(partition);
        hw.when(configured, () => partitions.nextAt(hw.lit(1, pc), partition));
        return {
          rows: changes.and(others).or(configured.and(was.ne(wanted)).and(disturbed.or(actsHere))).or(configured.and(parts).and(restless.or(acts))),
          exit: changes.and(was.eq(PimMode.AB_PIM)),
        };
      });
      const some = (of: (w: (typeof wrongs)[number]) => Signal<1>): Signal<1> => wrongs.map(of).reduce((a, b) => a.or(b));
      const allBank = hw.cat(...Array.from({ length: pseudoChannels }, (_, i) => mode.at(hw.lit(1, pseudoChannels - 1 - i)).ne(PimMode.SB)));
      return {
        mode,
        allBank,
        pimBanks,
        // Triggers and control rows have nothing to drive on DQ.
        reads: read.and(pim.not()),
        writes: write.and(single).and(data).or(write.and(all).and(data)).or(write.and(single.not()).and(registers)),
        writesAll: single.not(),
        triggers: read.or(write).and(pim).and(data),
        modeRowsOpen: some((w) => w.rows),
        allBankRead: read.and(all).and(data),
        controlRow: wrongRow,
        modeExit: some((w) => w.exit),
      };
    },
  );
});
