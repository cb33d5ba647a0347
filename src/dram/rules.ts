import { DRAM_COMMANDS, type DramCommand, type DramPreset, type Timing } from './preset.ts';

/**
 * Which earlier commands a rule looks back at:
 *
 * | scope         | earlier commands of                                |
 * |---------------|----------------------------------------------------|
 * | bank          | the same bank                                      |
 * | group         | the same bank group, the same bank included        |
 * | otherGroup    | other bank groups of the same pseudo-channel       |
 * | pseudoChannel | the same pseudo-channel                            |
 * | channel       | the channel                                        |
 */
export type RuleScope = 'bank' | 'group' | 'otherGroup' | 'pseudoChannel' | 'channel';

/** `to` at least `cycles` after `from`; with a window n, after the n-th last `from`. */
export interface Rule {
  /** The parameter that makes it, as data sheets call it. */
  readonly name: string;
  readonly from: readonly DramCommand[];
  readonly to: readonly DramCommand[];
  readonly scope: RuleScope;
  readonly cycles: number;
  /** Default 1: the last `from`. tFAW: 4. */
  readonly window?: number;
  /** How `cycles` comes from the parameters of the preset. */
  readonly formula: string;
}

/** How many refreshes of a bank may be owed: at time t, t / tREFI have become due. REF counts for all banks of its pseudo-channel, REFSB for one. */
export interface RefreshRule {
  readonly name: 'tREFI';
  /** Cycles after which one more is due. */
  readonly interval: number;
  /** How many may be owed, and how many may be done in advance. */
  readonly postpone: number;
}

export function refreshRule({ timing }: DramPreset): RefreshRule {
  return { name: 'tREFI', interval: timing.tREFI, postpone: timing.refreshPostpone };
}

/** What a command speaks to, which bus carries it, and in which state that must be. `open`: the bank; `closed`: all banks of the target. */
export interface CommandKind {
  readonly bus: 'row' | 'column';
  readonly target: 'bank' | 'pseudoChannel' | 'channel';
  readonly needs: 'open' | 'closed' | 'any';
}

/** PRE of a closed bank is allowed and does nothing. PDE may leave banks open (active power-down). */
export const COMMAND_KINDS: Readonly<Record<DramCommand, CommandKind>> = {
  ACT: { bus: 'row', target: 'bank', needs: 'closed' },
  PRE: { bus: 'row', target: 'bank', needs: 'any' },
  PREA: { bus: 'row', target: 'pseudoChannel', needs: 'any' },
  REF: { bus: 'row', target: 'pseudoChannel', needs: 'closed' },
  REFSB: { bus: 'row', target: 'bank', needs: 'closed' },
  RD: { bus: 'column', target: 'bank', needs: 'open' },
  RDA: { bus: 'column', target: 'bank', needs: 'open' },
  WR: { bus: 'column', target: 'bank', needs: 'open' },
  WRA: { bus: 'column', target: 'bank', needs: 'open' },
  MRS: { bus: 'column', target: 'channel', needs: 'closed' },
  PDE: { bus: 'row', target: 'channel', needs: 'any' },
  PDX: { bus: 'row', target: 'channel', needs: 'any' },
  SRE: { bus: 'row', target: 'channel', needs: 'closed' },
  SRX: { bus: 'row', target: 'channel', needs: 'any' },
};

const onBus = (bus: CommandKind['bus']): DramCommand[] => DRAM_COMMANDS.filter((c) => COMMAND_KINDS[c].bus === bus);
const allBut = (...these: DramCommand[]): DramCommand[] => DRAM_COMMANDS.filter((c) => !these.includes(c));

const READS: readonly DramCommand[] = ['RD', 'RDA'];
const WRITES: readonly DramCommand[] = ['WR', 'WRA'];
/** Of the channel, and all its banks must be closed and at rest. */
const AT_REST: readonly DramCommand[] = ['SRE', 'MRS'];

/** A sum of parameters, `BL/2` for the burst; the text is what the rule tells, and is what is computed. */
function evaluate(formula: string, value: Readonly<Record<string, number>>): number {
  const terms = formula.replaceAll('- ', '-').replaceAll('+ ', '').split(' ');
  return terms.reduce((sum, term) => {
    const sign = term.startsWith('-') ? -1 : 1;
    const name = term.replace('-', '');
    return sum + sign * (value[name] ?? Number(name));
  }, 0);
}

/**
 * Every rule between two commands. The cycle of an ACT is the last of its two: from there tRCD and tRAS count, and tRP counts up to there. Its
 * first cycle is on the row bus all the same, which the rule `rowBus` says. A rule that can bind only where another one is broken (RD without
 * an ACT since the PRE) is left out: that is a matter of state, see {@link COMMAND_KINDS}.
 */
export function rules({ organisation, timing }: DramPreset): readonly Rule[] {
  const values = { ...timing, 'BL/2': organisation.burstCycles, actCycles: organisation.actCycles };
  const list: Rule[] = [];
  const add = (name: string, from: readonly DramCommand[], to: readonly DramCommand[], scope: RuleScope, formula: string = name, window?: number): void =>
    void list.push({ name, from, to, scope, cycles: evaluate(formula, values), formula, ...(window !== undefined && { window }) });
  /** The same towards a bank, all banks of a pseudo-channel and all of the channel. */
  const towardsRest = (name: string, from: readonly DramCommand[], formula: string = name): void => {
    add(name, from, ['ACT', 'REFSB'], 'bank', formula);
    add(name, from, ['REF'], 'pseudoChannel', formula);
    add(name, from, AT_REST, 'channel', formula);
  };
  const towardsPrecharge = (name: string, from: readonly DramCommand[], formula: string = name): void => {
    add(name, from, ['PRE'], 'bank', formula);
    add(name, from, ['PREA'], 'pseudoChannel', formula);
  };
  const tRTP: keyof Timing = organisation.bankGroups > 1 ? 'tRTPL' : 'tRTPS';

  // Rows.
  add('tRCDRD', ['ACT'], READS, 'bank');
  add('tRCDWR', ['ACT'], WRITES, 'bank');
  towardsPrecharge('tRAS', ['ACT']);
  towardsRest('tRC', ['ACT']);
  towardsRest('tRP', ['PRE']);
  add('tRP', ['PREA'], ['ACT', 'REFSB', 'REF'], 'pseudoChannel');
  add('tRP', ['PREA'], AT_REST, 'channel');
  add('tRRDL', ['ACT'], ['ACT', 'REFSB'], 'group');
  add('tRRDS', ['ACT'], ['ACT', 'REFSB'], 'otherGroup');
  add('tFAW', ['ACT'], ['ACT'], 'pseudoChannel', 'tFAW', 4);

  // Columns.
  for (const same of [READS, WRITES]) {
    add('tCCDL', same, same, 'group');
    add('tCCDS', same, same, 'otherGroup');
  }
  add('tRTW', READS, WRITES, 'pseudoChannel', 'RL + BL/2 + tRTRS - WL');
  add('tWTRL', WRITES, READS, 'group', 'WL + BL/2 + tWTRL');
  add('tWTRS', WRITES, READS, 'otherGroup', 'WL + BL/2 + tWTRS');
  towardsPrecharge(tRTP, READS);
  towardsPrecharge('tWR', WRITES, 'WL + BL/2 + tWR');
  towardsRest(`${tRTP}+tRP`, ['RDA'], `${tRTP} + tRP`);
  towardsRest('tWR+tRP', ['WRA'], 'WL + BL/2 + tWR + tRP');

  // Refresh.
  add('tRFC', ['REF'], ['ACT', 'PRE', 'PREA', 'REF', 'REFSB'], 'pseudoChannel');
  add('tRFC', ['REF'], AT_REST, 'channel');
  add('tRFCSB', ['REFSB'], ['ACT', 'PRE', 'REFSB'], 'bank');
  add('tRFCSB', ['REFSB'], ['REF'], 'pseudoChannel');
  add('tRFCSB', ['REFSB'], AT_REST, 'channel');
  add('tRREFD', ['REFSB'], ['ACT', 'REFSB'], 'pseudoChannel');

  // Mode registers, power-down, self-refresh. Data that is under way must arrive before the clock may stop or the latencies may change.
  add('tMRD', ['MRS'], ['MRS'], 'channel');
  add('tMOD', ['MRS'], allBut('MRS', 'PDX', 'SRX'), 'channel');
  add('tRDPDE', READS, ['PDE', ...AT_REST], 'channel', 'RL + BL/2 + 1');
  add('tWRPDE', ['WR'], ['PDE'], 'channel', 'WL + BL/2 + tWR');
  add('tWRAPDE', ['WRA'], ['PDE'], 'channel', 'WL + BL/2 + tWR + 1');
  add('tCKE', ['PDE'], ['PDX'], 'channel');
  add('tCKE', ['SRE'], ['SRX'], 'channel');
  add('tCKE', ['PDX'], ['PDE', 'SRE'], 'channel');
  add('tXP', ['PDX'], allBut('PDE', 'PDX', 'SRE', 'SRX'), 'channel');
  add('tXP', ['PDX'], ['SRE'], 'channel');
  add('tXS', ['SRX'], allBut('PDX', 'SRX'), 'channel');

  // The buses: a row and a column command a cycle, an ACT two cycles of which its own is the last.
  add('rowBus', onBus('row'), ['ACT'], 'channel', 'actCycles');
  add('rowBus', onBus('row'), onBus('row').filter((c) => c !== 'ACT'), 'channel', '1');
  add('columnBus', onBus('column'), onBus('column'), 'channel', '1');
  return list;
}
