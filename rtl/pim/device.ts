import { bit, CONF_BITS, CONF_COLUMNS, CONF_PARTITION, controlRow, enumeration, flip, module, parametric, PIM_WORDS, pimConfig, uint, vec, type ControlRow, type Hardware, type PimConfig, type PimOptions, type Signal } from '../../src/index.ts';
import { ColumnKind, commandPort, dataPath, dataPort, ModeRegisters, PimBankState, placeBits, Power, violationNames, violationType, type CellAccess, type SparseRows } from '../dram/index.ts';
import { PIM_MISUSES, PimMode, PimModes, type PimMisuse } from './modes.ts';
import { PimError, PimSpace } from './unit.ts';
import { PimUnits } from './units.ts';
import { UnitStore } from './unit-store.ts';

export interface PimDeviceParameters extends PimOptions {
  /** A broken rule or a wrong use stops the simulation; otherwise it only shows at the outputs. Default true. */
  readonly enforce?: boolean;
  /** Rows of each bank in the Verilog of the cells. Default 16. */
  readonly twinRows?: number;
  /** Cells that a testbench wants to load or look at. */
  readonly contents?: SparseRows;
}

/** `none` and the misuses: number i + 1 is bit i of `misuses`. */
export const PimMisuseName = enumeration('PimMisuse', ['none', ...Object.keys(PIM_MISUSES)]);

/** Where of a control row a write goes: a space of registers and the burst in it. */
interface Register {
  readonly row: ControlRow;
  readonly space: number;
  readonly first: number;
  readonly count: number;
}
const registersOf = ({ words, registers }: PimConfig): readonly Register[] => [
  { row: 'CONF_ROW', space: PimSpace.SRF, first: CONF_COLUMNS.scalars, count: 1 },
  { row: 'CONF_ROW', space: PimSpace.CRF, first: CONF_COLUMNS.program, count: PIM_WORDS / words },
  { row: 'A_ROW', space: PimSpace.A, first: 0, count: registers },
  { row: 'B_ROW', space: PimSpace.B, first: 0, count: registers },
];

/** A channel with PIM units behind its decoded ports: `DramDevice` with modes, control rows and units, and the same ports. */
export const PimDevice = parametric(({ enforce = true, twinRows = 16, contents, ...options }: PimDeviceParameters) => {
  const config = pimConfig(options);
  const { preset, banksPerUnit, units, words } = config;
  const shape = preset.organisation;
  const { pseudoChannels } = shape;
  const names = Object.keys(PIM_MISUSES) as PimMisuse[];
  const bits = placeBits(shape);
  const columnBits = Math.log2(shape.burstsPerRow);
  const rowBits = Math.log2(shape.rows);
  const pcs = Array.from({ length: pseudoChannels }, (_, pc) => pc);
  return module(
    'PimDevice',
    {
      io: { command: flip(commandPort(shape)), data: flip(dataPort(shape)) },
      out: {
        violation: bit,
        rule: violationType(preset),
        broken: uint<number>(violationNames(preset).length),
        power: Power,
        parity: bit,
        wvalid: uint<number>(pseudoChannels),
        /** Wrong uses of modes and control rows in this cycle: the first, and a bit for each key of `PIM_MISUSES`. */
        misuse: PimMisuseName,
        misuses: uint<number>(names.length),
        /** Of each pseudo-channel: mode, what is wrong with the trigger of the cycle before, next word of the program, EXIT reached, arithmetic under way. */
        mode: vec<number, typeof PimMode>(pseudoChannels, PimMode),
        error: vec<number, typeof PimError>(pseudoChannels, PimError),
        counter: vec<number, ReturnType<typeof uint<5>>>(pseudoChannels, uint(5)),
        over: uint<number>(pseudoChannels),
        busy: uint<number>(pseudoChannels),
      },
    },
    ({ command, data }, hw) => {
      const { column } = command;
      const banks = hw.instance('banks', PimBankState({ preset, enforce, banksPerUnit }));
      hw.connect(banks.io.command, command);
      const registers = hw.instance('modeRegisters', ModeRegisters({ preset }), { write: column.kind.eq(ColumnKind.MRS), mr: column.mr, op: column.op }).out;
      const modes = hw.instance('modes', PimModes({ preset, banksPerUnit }));
      hw.connect(modes.io.command, command);
      const { open, rows, spoken, columnRow, columnAll } = banks.out;
      hw.assign(banks.in, { allBank: modes.out.allBank, pimBanks: modes.out.pimBanks });
      const bank = pseudoChannels === 1 ? column.ba : column.pc.cat(column.ba);
      const place = hw.name('place', hw.cat(bank, columnRow, column.column));

      // ---- triggers: the cells come out in the next cycle, and a store goes back in it -------------------------------------------------
      const { triggers } = modes.out;
      const isWrite = column.kind.eq(ColumnKind.WR).or(column.kind.eq(ColumnKind.WRA));
      const triggered = hw.reg('triggered', uint<number>(pseudoChannels), { reset: 0 });
      const trigger = { place: hw.reg('triggerPlace', uint<number>(bits)), write: hw.reg('triggerWrite', bit) };
      triggered.next(pseudoChannels === 1 ? triggers : triggers.mux(column.pc.oneHot<number>(2), 0));
      hw.when(triggers, () => hw.assign(trigger, { place, write: isWrite }));
      const pcOf = (where: Signal, pc: number): Signal<1> => (pseudoChannels === 1 ? hw.lit(1, 1) : (where.bit(bits - 1).eq(pc)));

      const stores = hw.wire('stores', bit);
      const stored = hw.wire('stored', vec<number, ReturnType<typeof uint<32>>>(units * words, uint(32)));
      let loaded!: ControlWrite;
      let bursts!: Signal<32, number>;
      const cells = ({ read, readPlace, write, writePlace, burst, mask }: CellAccess): Signal<32, number> => {
        const all = writePlace.bit(bits);
        const where = writePlace.trunc<number>(bits);
        const control = where.slice<number, number>(columnBits + rowBits - 1, columnBits).ge(controlRow('B_ROW', shape));
        loaded = controlWrite(hw, config, write.and(control), where, burst);
        const writes = write.and(control.not());
        const store = hw.instance('cells', UnitStore({ shape, twinRows, banksPerUnit, ...(contents !== undefined && { contents }) }), {
          fire: read.or(writes).or(triggers).or(stores), read, readPlace: readPlace.trunc<number>(bits), write: writes, writeAll: all, writePlace: where, burst, mask,
          readUnits: triggers.and(isWrite.not()), unitsPlace: place, store: stores, storePlace: trigger.place, stored,
        }).out; // prettier-ignore
        bursts = store.units;
        return store.data;
      };
      const access = { read: modes.out.reads, write: modes.out.writes, place: modes.out.writesAll.cat(place), RL: registers.RL, WL: registers.WL };
      const wvalid = dataPath(hw, shape, access, data, cells);

      // ---- units ----------------------------------------------------------------------------------------------------------------------
      const ofUnits = (source: Signal<32, number>, pc: number): Signal<32, number> => hw.vec(Array.from({ length: units * words }, (_, i) => source.at(pc * units * words + i)));
      const mine = pcs.map((pc) => loaded.on.and(pcOf(loaded.where, pc)));
      const configures = mine.map((m) => m.and(loaded.isMode));
      const parts = pcs.map((pc) =>
        hw.instance(`units${pc}`, PimUnits({ config, enforce }), {
          trigger: triggered.bit(pc), write: trigger.write, column: trigger.place.trunc<number>(columnBits), bank: ofUnits(bursts, pc),
          load: mine[pc]!.and(loaded.isRegister), loadSpace: loaded.space, loadIndex: loaded.index, loadData: loaded.burst,
          start: configures[pc]!.and(loaded.start), clear: configures[pc]!.and(loaded.clear),
        }).out,
      ); // prettier-ignore
      hw.assign(modes.in, { open, rows, spoken, columnRow, columnAll, configures: hw.cat(...[...configures].reverse()), execute: loaded.execute, partition: loaded.partition });
      stores.set(parts.map((p) => p.store).reduce((a, b) => a.or(b)));
      stored.set(pseudoChannels === 1 ? parts[0]!.storeData : triggered.bit(1).mux(parts[1]!.storeData, parts[0]!.storeData));

      // ---- what is wrong --------------------------------------------------------------------------------------------------------------
      const wrong: Readonly<Record<PimMisuse, Signal<1>>> = { ...modes.out, controlColumn: loaded.on.and(loaded.isMode.or(loaded.isRegister).not()) };
      const misuses = hw.name('allMisuses', hw.cat(...names.map((n) => wrong[n]).reverse()));
      if (enforce) for (const name of names) hw.assert(wrong[name].not(), `no ${name}: ${PIM_MISUSES[name]}`, { row: command.row.kind, column: column.kind, columnRow });
      const each = <W extends number>(of: (p: (typeof parts)[number]) => Signal<W>): Signal<W, number> => hw.vec(parts.map(of));
      const { violation, rule, broken, power } = banks.out;
      return {
        violation, rule, broken, power, parity: registers.parity, wvalid,
        misuse: misuses.reduceOr().mux(misuses.firstOne().zext<number>(PimMisuseName.width).add(1), 0),
        misuses,
        mode: modes.out.mode,
        error: each((p) => p.error),
        counter: each((p) => p.counter),
        over: each((p) => p.over).bits(),
        busy: each((p) => p.busy).bits(),
      }; // prettier-ignore
    },
  );
});

type ControlWrite = ReturnType<typeof controlWrite>;

/** A burst that is written to a control row, while `on`: what it is for. */
function controlWrite(hw: Hardware, config: PimConfig, on: Signal<1>, where: Signal, burst: Signal<32, number>) {
  const shape = config.preset.organisation;
  const columnBits = Math.log2(shape.burstsPerRow);
  const column = where.trunc<number>(columnBits);
  const row = where.slice<number, number>(columnBits + Math.log2(shape.rows) - 1, columnBits);
  const at = (name: ControlRow): Signal<1> => row.eq(controlRow(name, shape));
  const found = registersOf(config).map(({ row: name, space, first, count }) => {
    const last = Math.min(first + count, shape.burstsPerRow) - 1;
    return { space, first, is: at(name).and(column.ge(first)).and(column.le(last)) };
  });
  const wide = column.zext<number>(Math.max(5, columnBits));
  const choose = (of: (f: (typeof found)[number]) => Signal): Signal => found.slice(1).reduce((value, f) => f.is.mux(of(f), value), of(found[0]!));
  const bitOf = (name: keyof typeof CONF_BITS): Signal<1> => burst.at(0).bit(Math.log2(CONF_BITS[name]));
  return {
    on,
    where,
    burst,
    isMode: at('CONF_ROW').and(column.eq(CONF_COLUMNS.mode)),
    isRegister: found.map((f) => f.is).reduce((a, b) => a.or(b)),
    space: choose((f) => hw.lit<number>(PimSpace.width, f.space)),
    index: choose((f) => wide.sub(f.first).trunc<number>(5)) as Signal<5>,
    execute: bitOf('execute'),
    start: bitOf('start'),
    clear: bitOf('clear'),
    partition: burst.at(0).slice(CONF_PARTITION.shift + CONF_PARTITION.bits - 1, CONF_PARTITION.shift),
  };
}
