import { bit, COMMAND_KINDS, enumeration, flip, module, parametric, refreshRule, uint, vec, type DramCommand, type DramPreset, type Hardware, type Signal } from '../../src/index.ts';
import { banksOf, ColumnKind, commandPort, RowKind } from './interface.ts';
import { RefreshDebt } from './refresh.ts';
import { Timers, type Target } from './timers.ts';
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

/** `BankState` by its preset's name: the rules are part of the module. */
const nameOf = (preset: DramPreset): string => `BankState_${preset.name.replace(/\W/g, '_')}`;

/**
 * The banks of a channel: which row each has open, how long ago what was, and whether the commands of this cycle are allowed. They are obeyed
 * even if they are not. Column commands come before row commands of the same cycle. Rules are those of the preset: this module knows
 * how to count, not what.
 */
export const BankState = parametric(({ preset, enforce = true }: TimingParameters) => {
  const shape = preset.organisation;
  const { pseudoChannels } = shape;
  const lanes = pseudoChannels * banksOf(shape);
  const names = violationNames(preset);
  const Violation = violationType(preset);
  const all = bindingRules(preset);
  return module(
    nameOf(preset),
    {
      io: { command: flip(commandPort(shape)) },
      out: {
        /** Something is wrong in this cycle: `broken` has a bit for each name of `violationNames`, `rule` is the first of them. */
        violation: bit,
        rule: Violation,
        broken: uint<number>(names.length),
        /** Open row of the bank that the column command speaks to. */
        columnRow: uint<number>(Math.log2(shape.rows)),
        power: Power,
      },
    },
    ({ command: { row, column } }, hw) => {
      const laneOf = ({ pc, ba }: { pc: Signal; ba: Signal }): Signal => hw.name(`${pc === row.pc ? 'row' : 'column'}Bank`, pseudoChannels === 1 ? ba : pc.cat(ba));
      const rowTarget = { kind: row.kind, pc: row.pc, lane: laneOf(row) };
      const columnTarget = { kind: column.kind, pc: column.pc, lane: laneOf(column) };
      const timers = new Timers(hw, shape, all, rowTarget, columnTarget);

      // ---- state ------------------------------------------------------------------------------------------------------------------
      const isOpen = hw.reg('isOpen', vec(lanes, bit), { reset: 0 });
      const openRow = hw.reg('openRow', vec(lanes, uint<number>(Math.log2(shape.rows))), { reset: 0 });
      const power = hw.reg('power', Power, { reset: Power.UP });
      const closing = hw.name('closing', column.kind.eq(ColumnKind.RDA).or(column.kind.eq(ColumnKind.WRA)));
      const resets = column.kind.eq(ColumnKind.MRS);
      const openNow = resets.mux(0, closing.mux(isOpen.bits().and(columnTarget.lane.oneHot<number>(lanes).not()), isOpen.bits()));
      const ofPc = (pc: Signal): Signal => (pseudoChannels === 1 ? hw.lit<number>(lanes, (1n << BigInt(lanes)) - 1n) : pc.mux(upper(hw, lanes), upper(hw, lanes).not()));
      hw.when(closing, () => isOpen.nextAt(columnTarget.lane, 0)).elsewhen(resets, () => isOpen.next(0));
      hw.switch(row.kind)
        .case(RowKind.ACT, () => {
          isOpen.nextAt(rowTarget.lane, 1);
          openRow.nextAt(rowTarget.lane, row.row);
        })
        // Those that need closed banks leave them closed, whatever they were.
        .case([RowKind.PRE, RowKind.REFSB], () => isOpen.nextAt(rowTarget.lane, 0))
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
          lane: rowTarget.lane,
        }).out.late;

      // ---- what is broken -----------------------------------------------------------------------------------------------------------
      const collect = (found: ReadonlyMap<string, Signal>): Signal => hw.cat(...[...names].reverse().map((name) => found.get(name) ?? hw.lit(1, 0)));
      const open: Record<'row' | 'column', Signal> = { row: openNow, column: isOpen.bits() };

      /** Everything that a command of this kind can be wrong about, in this cycle. */
      const wrongs = (kind: DramCommand, bus: 'row' | 'column', { pc, lane }: Target, sid: Signal): Map<string, Signal> => {
        const { target, needs } = COMMAND_KINDS[kind];
        const found = new Map<string, Signal>();
        const note = (name: string, condition: Signal): void => void found.set(name, found.get(name)?.or(condition) ?? condition);
        const state: (name: StateViolation, condition: Signal) => void = note;
        for (const rule of all.filter((r) => r.to.includes(kind))) note(rule.name, timers.breaks(rule, { pc, lane }, bus === 'row'));
        if (needs === 'open') state('bankClosed', open[bus].bit(lane).not());
        if (needs === 'closed') state('bankOpen', target === 'bank' ? open[bus].bit(lane) : (target === 'pseudoChannel' ? open[bus].and(ofPc(pc)) : open[bus]).reduceOr());
        if (kind === 'PDX' || kind === 'SRX') state('notPoweredDown', power.ne(kind === 'PDX' ? Power.DOWN : Power.SELF_REFRESH));
        else {
          state('powerDown', power.eq(Power.DOWN));
          state('selfRefresh', power.eq(Power.SELF_REFRESH));
        }
        if (target !== 'channel' && pseudoChannels === 1) state('address', pc);
        if (target === 'bank') state('address', sid.ne(0));
        return found;
      };
      const onBus = (bus: 'row' | 'column', kinds: readonly DramCommand[], codes: Readonly<Record<string, unknown>>, target: Target & { kind: Signal }, sid: Signal): Signal => {
        const broken = hw.wire(`${bus}Broken`, uint<number>(names.length), { default: 0 });
        const cases = hw.switch(target.kind);
        for (const kind of kinds) cases.case(codes[kind] as number, () => broken.set(collect(wrongs(kind, bus, target, sid))));
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
        if (enforce) names.forEach((name, i) => hw.assert(broken.bit(i).not(), describe(preset, name), { row: row.kind, column: column.kind, rowBank: rowTarget.lane, columnBank: columnTarget.lane }));
      });
      return { violation, rule, broken, columnRow: openRow.at(columnTarget.lane), power };
    },
  );
});

const upper = (hw: Hardware, lanes: number): Signal => hw.lit<number>(lanes, ((1n << BigInt(lanes / 2)) - 1n) << BigInt(lanes / 2));

/** What the assert of a violation says: the rule and what it comes from, or what the state was. */
function describe(preset: DramPreset, name: string): string {
  const state = (STATE_VIOLATIONS as Readonly<Record<string, string>>)[name];
  const formulas = [...new Set(bindingRules(preset).filter((r) => r.name === name).map((r) => (r.formula === name ? `${r.cycles} cycles` : `${r.formula} = ${r.cycles} cycles`)))]; // prettier-ignore
  return state === undefined ? `${name} of ${preset.name} is kept (${formulas.join(', ')})` : `no ${name}: ${state}`;
}
