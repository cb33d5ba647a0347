import { rules, type DramCommand, type DramPreset, type Rule } from '../../src/dram/index.ts';

/**
 * The rules of a preset as timers that count down, one lane a bank. A command raises each timer to at least the cycles that its rules ask for
 * in that lane, so that rules of all scopes end in the same few Vecs, and a bank may go on where its timers are zero.
 *
 * Timers are apart where the reason to wait is another one; that is what latency is split by.
 */
export const TIMERS = {
  /** Row commands on a closed bank, for the sake of the bank itself. */
  act: { to: 'ACT', when: (r) => (r.scope === 'bank' || r.from.includes('PREA')) && !r.from.includes('REFSB') },
  /** For the sake of other banks: tRRD. */
  rrd: { to: 'ACT', when: (r) => (r.scope === 'group' || r.scope === 'otherGroup') && r.window === undefined },
  /** After the refresh of this or another bank. */
  refreshed: { to: 'ACT', when: (r) => r.from.includes('REFSB') && r.scope !== 'channel' },
  pre: { to: 'PRE', when: (r) => r.scope === 'bank' && !r.from.includes('REFSB') },
  rcdRead: { to: 'RD', when: (r) => r.scope === 'bank' },
  rcdWrite: { to: 'WR', when: (r) => r.scope === 'bank' },
  ccd: { to: 'RD', when: (r) => r.from.includes('RD') && r.scope !== 'channel', also: { to: 'WR', when: (r) => r.from.includes('WR') && r.scope !== 'channel' } },
  wtr: { to: 'RD', when: (r) => r.from.includes('WR') && r.scope !== 'channel' },
  rtw: { to: 'WR', when: (r) => r.from.includes('RD') && r.scope !== 'channel' },
} as const satisfies Record<string, TimerRule & { readonly also?: TimerRule }>;

interface TimerRule {
  readonly to: DramCommand;
  readonly when: (rule: Rule) => boolean;
}
export type TimerName = keyof typeof TIMERS;

/** Cycles for the bank of a command, for the others of its group, and for the other groups of its pseudo-channel. */
export interface Load {
  readonly bank: number;
  readonly group: number;
  readonly otherGroup: number;
}

export interface TimingPlan {
  /** By timer and command; nothing where the command does not matter to it. */
  readonly loads: Readonly<Record<TimerName, ReadonlyMap<DramCommand, Load>>>;
  /** Bits of a lane. */
  readonly width: number;
  readonly tFAW: number;
  readonly tRFC: number;
  /** Of the whole channel: entry to power-down after a command; commands after the exit; CKE. */
  readonly powerDown: { readonly entry: ReadonlyMap<DramCommand, number>; readonly exit: number; readonly low: number; readonly high: number };
  /** Row-bus cycles of ACT. */
  readonly actCycles: number;
}

/** Commands that the controller gives. */
export const ROW_COMMANDS = ['ACT', 'PRE', 'PREA', 'REF', 'REFSB'] as const satisfies readonly DramCommand[];
export const COLUMN_COMMANDS = ['RD', 'RDA', 'WR', 'WRA'] as const satisfies readonly DramCommand[];

const most = (list: readonly Rule[]): number => Math.max(0, ...list.map((r) => r.cycles));

/** The timers that a preset needs. */
export function timingPlan(preset: DramPreset): TimingPlan {
  const all = rules(preset);
  const between = (from: DramCommand, to: DramCommand): Rule[] => all.filter((r) => r.from.includes(from) && r.to.includes(to));
  const loadOf = (timer: TimerRule & { readonly also?: TimerRule }, from: DramCommand): Load => {
    const own = between(from, timer.to).filter((r) => timer.when(r) && r.window === undefined);
    const within = (...scopes: readonly Rule['scope'][]): number => most(own.filter((r) => scopes.includes(r.scope)));
    const load = { bank: within('bank', 'group', 'pseudoChannel'), group: within('group', 'pseudoChannel'), otherGroup: within('otherGroup', 'pseudoChannel') };
    if (timer.also === undefined) return load;
    const other = loadOf(timer.also, from);
    return { bank: Math.max(load.bank, other.bank), group: Math.max(load.group, other.group), otherGroup: Math.max(load.otherGroup, other.otherGroup) };
  };
  const commands = [...ROW_COMMANDS, ...COLUMN_COMMANDS];
  const loads = Object.fromEntries(
    Object.entries<TimerRule>(TIMERS).map(([name, timer]) => [
      name,
      new Map(commands.map((c) => [c, loadOf(timer, c)] as const).filter(([c, l]) => c !== 'REF' && Math.max(l.bank, l.group, l.otherGroup) > 0)),
    ]),
  ) as unknown as Record<TimerName, Map<DramCommand, Load>>;
  const longest = Math.max(...Object.values(loads).flatMap((m) => [...m.values()].map((l) => Math.max(l.bank, l.group, l.otherGroup))));
  return {
    loads,
    width: longest <= 256 ? 8 : 16,
    tFAW: most(all.filter((r) => r.window !== undefined)),
    tRFC: most(between('REF', 'ACT')),
    powerDown: {
      entry: new Map(commands.map((c) => [c, most(between(c, 'PDE'))])),
      exit: most(between('PDX', 'ACT')),
      low: most(between('PDE', 'PDX')),
      high: most(between('PDX', 'PDE')),
    },
    actCycles: preset.organisation.actCycles,
  };
}
