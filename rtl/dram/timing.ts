import { bit, COMMAND_KINDS, enumeration, flip, module, parametric, refreshRule, uint, vec, type DramCommand, type DramPreset, type Flip, type Hardware, type Inside, type Signal } from '../../src/index.ts';
import { banksOf, ColumnKind, commandPort, RowKind } from './interface.ts';
import { RefreshDebt } from './refresh.ts';
import { manyBanks, oneBank, type Reach } from './reach.ts';
import { Timers, type Issued } from './timers.ts';
import { bindingRules, STATE_VIOLATIONS, violationNames, violationType, type StateViolation } from './violations.ts';

/** What CKE has brought the channel to. */
export const Power = enumeration('Power', ['UP', 'DOWN', 'SELF_REFRESH']);

export interface TimingParameters {
  readonly preset: DramPreset;
  /** A broken rule stops the simulation; otherwise it only shows at the outputs. Default true. */
  readonly enforce?: boolean;
}

const ROW_COMMANDS = RowKind.names.filter((name) => name !== 'RNOP') as DramCommand[];
const COLUMN_COMMANDS = ColumnKind.names.filter((name) => name !== 'CNOP') as DramCommand[];

const outputs = (preset: DramPreset) => ({
  /** Something is wrong in this cycle: `broken` has a bit for each name of `violationNames`, `rule` is the first of them. */
  violation: bit,
  rule: violationType(preset),
  broken: uint<number>(violationNames(preset).length),
  /** Open row of the bank that the column command speaks to. */
  columnRow: uint<number>(Math.log2(preset.organisation.rows)),
  power: Power,
});

/** The rules are part of the module, and so of its name. */
const nameOf = (what: string, preset: DramPreset): string => `${what}_${preset.name.replace(/\W/g, '_')}`;

/**
 * The banks of a channel: which row each has open, how long ago what was, and whether the commands of this cycle are allowed. They are obeyed
 * even if they are not. Column commands come before row commands of the same cycle. Rules are those of the preset: this module knows
 * how to count, not what.
 */
export const BankState = parametric(({ preset, enforce = true }: TimingParameters) =>
  module(nameOf('BankState', preset), { io: { command: flip(commandPort(preset.organisation)) }, out: outputs(preset) }, ({ command }, hw) => {
    const { violation, rule, broken, columnRow, power } = banks(hw, preset, enforce, command);
    return { violation, rule, broken, columnRow, power };
  }),
);

/**
 * The same where one command may speak to a bank of every PIM unit: ACT, PRE, RD and WR of a pseudo-channel whose bit in `allBank` is 1 are kept to the
 * rules of all these banks, and an ACT fills as many places of an activation window.
 */
export const PimBankState = parametric(({ preset, enforce = true, banksPerUnit }: TimingParameters & { readonly banksPerUnit: number }) => {
  const shape = preset.organisation;
  const lanes = shape.pseudoChannels * banksOf(shape);
  return module(
    nameOf(`PimBankState${banksPerUnit}`, preset),
    {
      /** `pimBanks`: the banks for which `allBank` matters. */
      in: { allBank: uint<number>(shape.pseudoChannels), pimBanks: uint<number>(lanes) },
      io: { command: flip(commandPort(shape)) },
      out: {
        ...outputs(preset),
        /** Of each bank of the channel, before the commands of this cycle. */
        open: uint<number>(lanes),
        rows: vec<number, ReturnType<typeof uint<number>>>(lanes, uint<number>(Math.log2(shape.rows))),
        /** Banks that the row command speaks to, if it is one of a bank. */
        spoken: uint<number>(lanes),
        /** The column command speaks to all units. */
        columnAll: bit,
      },
    },
    ({ command, allBank, pimBanks }, hw) => banks(hw, preset, enforce, command, { allBank, pimBanks, banksPerUnit }),
  );
});

interface AllBank {
  readonly allBank: Signal;
  readonly pimBanks: Signal;
  readonly banksPerUnit: number;
}
type Commands = Inside<Flip<ReturnType<typeof commandPort>['members']>>;

function banks(hw: Hardware, preset: DramPreset, enforce: boolean, { row, column }: Commands, pim?: AllBank) {
  const shape = preset.organisation;
  const { pseudoChannels } = shape;
  const lanes = pseudoChannels * banksOf(shape);
  const names = violationNames(preset);
  const Violation = violationType(preset);
  const all = bindingRules(preset);
  const laneOf = ({ pc, ba }: { pc: Signal; ba: Signal }): Signal => hw.name(`${pc === row.pc ? 'row' : 'column'}Bank`, pseudoChannels === 1 ? ba : pc.cat(ba));
  const reachOf = (bus: 'row' | 'column', command: { pc: Signal; ba: Signal }, bankOnly?: Signal<1>): Reach => {
    const lane = laneOf(command);
    if (pim === undefined) return oneBank(shape, command.pc, lane);
    const inMode = pim.allBank.bit(pseudoChannels === 1 ? hw.lit(1, 0) : command.pc).and(pim.pimBanks.bit(lane));
    return manyBanks(hw, shape, `${bus}Spoken`, command.pc, lane, bankOnly === undefined ? inMode : inMode.and(bankOnly.not()), pim.banksPerUnit);
  };
  const rowTarget = { kind: row.kind, reach: reachOf('row', row, row.kind.eq(RowKind.REFSB)) };
  const columnTarget = { kind: column.kind, reach: reachOf('column', column) };
  const timers = new Timers(hw, shape, all, rowTarget, columnTarget);

  // ---- state ------------------------------------------------------------------------------------------------------------------
  const isOpen = hw.reg('isOpen', vec(lanes, bit), { reset: 0 });
  const openRow = hw.reg('openRow', vec(lanes, uint<number>(Math.log2(shape.rows))), { reset: 0 });
  const power = hw.reg('power', Power, { reset: Power.UP });
  const closing = hw.name('closing', column.kind.eq(ColumnKind.RDA).or(column.kind.eq(ColumnKind.WRA)));
  const resets = column.kind.eq(ColumnKind.MRS);
  const openNow = resets.mux(0, closing.mux(isOpen.bits().and(columnTarget.reach.mask.not()), isOpen.bits()));
  const ofPc = (pc: Signal): Signal => (pseudoChannels === 1 ? hw.lit<number>(lanes, (1n << BigInt(lanes)) - 1n) : pc.mux(upper(hw, lanes), upper(hw, lanes).not()));
  const still = openNow.unbits<number>(lanes) as Signal<1, number>;
  hw.when(closing, () => columnTarget.reach.put(isOpen, 0, still)).elsewhen(resets, () => isOpen.next(0));
  hw.switch(row.kind)
    .case(RowKind.ACT, () => {
      rowTarget.reach.put(isOpen, 1, still);
      rowTarget.reach.put(openRow, row.row, openRow);
    })
    // Those that need closed banks leave them closed, whatever they were.
    .case([RowKind.PRE, RowKind.REFSB], () => rowTarget.reach.put(isOpen, 0, still))
    .case([RowKind.PREA, RowKind.REF], () => isOpen.next(openNow.and(ofPc(row.pc).not()).unbits(lanes) as Signal<1, number>))
    .case(RowKind.PDE, () => power.next(Power.DOWN))
    .case(RowKind.SRE, () => {
      isOpen.next(0);
      power.next(Power.SELF_REFRESH);
    })
    .case([RowKind.PDX, RowKind.SRX], () => power.next(Power.UP));
  const { interval, postpone } = refreshRule(preset);
  const late = (): Signal =>
    hw.instance('refresh', RefreshDebt({ interval, postpone, pseudoChannels, banks: banksOf(shape) }), {
      counts: power.ne(Power.SELF_REFRESH),
      all: row.kind.eq(RowKind.REF),
      one: row.kind.eq(RowKind.REFSB),
      pc: row.pc,
      lane: rowTarget.reach.lane,
    }).out.late;

  // ---- what is broken -----------------------------------------------------------------------------------------------------------
  const collect = (found: ReadonlyMap<string, Signal>): Signal => hw.cat(...[...names].reverse().map((name) => found.get(name) ?? hw.lit(1, 0)));
  const open: Record<'row' | 'column', Signal> = { row: openNow, column: isOpen.bits() };

  /** Everything that a command of this kind can be wrong about, in this cycle. */
  const wrongs = (kind: DramCommand, bus: 'row' | 'column', reach: Reach, sid: Signal): Map<string, Signal> => {
    const { target, needs } = COMMAND_KINDS[kind];
    const { pc } = reach;
    const found = new Map<string, Signal>();
    const note = (name: string, condition: Signal): void => void found.set(name, found.get(name)?.or(condition) ?? condition);
    const state: (name: StateViolation, condition: Signal) => void = note;
    for (const rule of all.filter((r) => r.to.includes(kind))) note(rule.name, timers.breaks(rule, reach, bus === 'row'));
    if (needs === 'open') state('bankClosed', reach.every(open[bus]).not());
    if (needs === 'closed') state('bankOpen', target === 'bank' ? reach.any(open[bus]) : (target === 'pseudoChannel' ? open[bus].and(ofPc(pc)) : open[bus]).reduceOr());
    if (kind === 'PDX' || kind === 'SRX') state('notPoweredDown', power.ne(kind === 'PDX' ? Power.DOWN : Power.SELF_REFRESH));
    else {
      state('powerDown', power.eq(Power.DOWN));
      state('selfRefresh', power.eq(Power.SELF_REFRESH));
    }
    if (target !== 'channel' && pseudoChannels === 1) state('address', pc);
    if (target === 'bank') state('address', sid.ne(0));
    return found;
  };
  const onBus = (bus: 'row' | 'column', kinds: readonly DramCommand[], codes: Readonly<Record<string, unknown>>, target: Issued, sid: Signal): Signal => {
    const broken = hw.wire(`${bus}Broken`, uint<number>(names.length), { default: 0 });
    const cases = hw.switch(target.kind);
    for (const kind of kinds) cases.case(codes[kind] as number, () => broken.set(collect(wrongs(kind, bus, target.reach, sid))));
    return broken;
  };
  const broken = hw.name(
    'anyBroken',
    onBus('column', COLUMN_COMMANDS, ColumnKind as unknown as Record<string, unknown>, columnTarget, column.sid)
      .or(onBus('row', ROW_COMMANDS, RowKind as unknown as Record<string, unknown>, rowTarget, row.sid))
      .or(collect(new Map<StateViolation, Signal>(interval === 0 ? [] : [['tREFI', late()]]))),
  );
  const violation = hw.name('isBroken', broken.reduceOr());
  const rule = hw.wire('firstRule', Violation, { default: 0 });
  hw.when(violation, () => {
    rule.set(broken.firstOne().zext<number>(Violation.width).add(1));
    if (enforce) names.forEach((name, i) => hw.assert(broken.bit(i).not(), describe(preset, name), { row: row.kind, column: column.kind, rowBank: rowTarget.reach.lane, columnBank: columnTarget.reach.lane }));
  });
  return { violation, rule, broken, columnRow: openRow.at(columnTarget.reach.lane), power, open: isOpen.bits(), rows: openRow, spoken: rowTarget.reach.mask, columnAll: columnTarget.reach.several ?? hw.lit(1, 0) };
}

const upper = (hw: Hardware, lanes: number): Signal => hw.lit<number>(lanes, ((1n << BigInt(lanes / 2)) - 1n) << BigInt(lanes / 2));

/** What the assert of a violation says: the rule and what it comes from, or what the state was. */
function describe(preset: DramPreset, name: string): string {
  const state = (STATE_VIOLATIONS as Readonly<Record<string, string>>)[name];
  const formulas = [...new Set(bindingRules(preset).filter((r) => r.name === name).map((r) => (r.formula === name ? `${r.cycles} cycles` : `${r.formula} = ${r.cycles} cycles`)))]; // prettier-ignore
  return state === undefined ? `${name} of ${preset.name} is kept (${formulas.join(', ')})` : `no ${name}: ${state}`;
}
