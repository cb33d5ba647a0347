import { fail, indexWidth, type Problem, suggest, WordlineError } from '../../src/index.ts';
import type { DramPreset } from '../../src/dram/index.ts';

/** When an open row is closed: on conflict, after its last request in the queues, or after so many cycles without a column command. */
export type RowPolicy = 'open' | 'closed' | { readonly timeout: number };
export const REFRESH_MODES = ['all-bank', 'per-bank', 'none'] as const;
export type RefreshMode = (typeof REFRESH_MODES)[number];
/** `sums`: cycles of each cause and histograms; `requests`: besides, each response tells what its request waited for. */
export const STATISTICS = ['none', 'sums', 'requests'] as const;
export type StatisticsLevel = (typeof STATISTICS)[number];

export interface ControllerOptions {
  readonly preset: DramPreset;
  /** Entries of the read and of the write queue. Default 64. */
  readonly reads?: number;
  readonly writes?: number;
  /** Bits of a request's number. Default 8. */
  readonly idBits?: number;
  /** How many younger requests of its queue may overtake the oldest one. Default 32. */
  readonly ageCap?: number;
  /**
   * Writes begin at `high` waiting ones, or when the oldest has waited for `wait` cycles, or when no read waits; they end at `low`.
   * Defaults 3/4 and 1/4 of the queue, 1000 cycles.
   */
  readonly drain?: { readonly high?: number; readonly low?: number; readonly wait?: number };
  /** Default `open`. */
  readonly rowPolicy?: RowPolicy;
  /** Default `all-bank`, or `none` for memory whose tREFI is 0. */
  readonly refresh?: RefreshMode;
  /** Due refreshes that may wait for an idle moment, at most one less than the preset allows. Default 0. */
  readonly postpone?: number;
  /** Idle cycles before the clock enable goes down; 0: never. Default 0. */
  readonly powerDown?: number;
  /** Default `none`. */
  readonly statistics?: StatisticsLevel;
  /** PIM units behind the banks: the controller gets a second client. */
  readonly pim?: PimShape;
}

/** What the controller has to know of PIM units; `PimConfig` is one. */
export interface PimShape {
  readonly banksPerUnit: number;
  /** Banks of each unit, from the first, that are PIM's while the others are the host's; undefined or 0: all, in turns. */
  readonly partition?: number;
}

/** All of it decided. */
export interface ControllerConfig {
  readonly preset: DramPreset;
  readonly reads: number;
  readonly writes: number;
  readonly idBits: number;
  readonly ageCap: number;
  readonly high: number;
  readonly low: number;
  readonly wait: number;
  /** 0: rows stay open; otherwise cycles. */
  readonly timeout: number;
  readonly closed: boolean;
  readonly refresh: RefreshMode;
  readonly postpone: number;
  readonly powerDown: number;
  readonly statistics: StatisticsLevel;
  readonly pim: PimShape | undefined;
}

export const CONTROLLER_KEYS: readonly (keyof ControllerOptions)[] = ['preset', 'reads', 'writes', 'idBits', 'ageCap', 'drain', 'rowPolicy', 'refresh', 'postpone', 'powerDown', 'statistics', 'pim'];
const DRAIN_KEYS = ['high', 'low', 'wait'];

/**
 * An all-bank command waits until none of its banks is being refreshed. Their refreshes come one after the other; between two of them there must be
 * time to open a row, write a burst and close it.
 */
export function perBankLeavesTime({ organisation: o, timing: t }: DramPreset, { banksPerUnit }: PimShape): boolean {
  const between = (Math.floor(t.tREFI / (o.pseudoChannels * o.bankGroups * o.banksPerGroup)) * o.pseudoChannels * banksPerUnit);
  const row = Math.max(t.tRCDRD, t.tRCDWR) + t.WL + o.burstCycles + Math.max(t.tRAS, t.tWR) + t.tRP;
  return between >= t.tRFCSB + row + t.tFAW + 2 * t.tRREFD;
}

/** Fills in defaults and refuses what makes no controller. */
export function controllerConfig(options: ControllerOptions): ControllerConfig {
  const problems: Problem[] = [];
  const unknown = (what: string, given: object, known: readonly string[]): void =>
    Object.keys(given).filter((k) => !known.includes(k)).forEach((k) => problems.push({ code: 'unknown-option', message: `memory controller: ${what} has no option "${k}"`, hint: suggest(k, known) })); // prettier-ignore
  unknown('it', options, CONTROLLER_KEYS);
  unknown('drain', options.drain ?? {}, DRAIN_KEYS);
  if (typeof options.preset !== 'object') fail('bad-parameter', `memory controller: preset is ${String(options.preset)}, and should be a timing set`, { hint: "dramPreset('samsung-hbm2') gives one, customDramPreset reads one" });
  const { preset, reads = 64, writes = 64, idBits = 8, ageCap = 32, drain = {}, rowPolicy = 'open', refresh = preset.timing.tREFI === 0 ? 'none' : 'all-bank', postpone = 0, powerDown = 0, statistics = 'none', pim } = options;
  const { high = Math.ceil(0.75 * writes), low = Math.floor(0.25 * writes), wait = 1000 } = drain;
  const timeout = typeof rowPolicy === 'object' ? rowPolicy.timeout : 0;
  const whole = (name: string, value: number, least: number, greatest: number): void => {
    if (!Number.isInteger(value) || value < least || value > greatest) problems.push({ code: 'bad-parameter', message: `memory controller: ${name} must be a whole number from ${least} to ${greatest}, not ${String(value)}` });
  };
  const among = (name: string, value: unknown, known: readonly string[]): void => {
    if (!known.includes(value as string)) problems.push({ code: 'bad-parameter', message: `memory controller: ${name} must be one of ${known.join(', ')}, not ${String(value)}`, hint: suggest(String(value), known) });
  };
  whole('reads', reads, 2, 128);
  whole('writes', writes, 2, 128);
  whole('idBits', idBits, 1, 16);
  whole('ageCap', ageCap, 1, 255);
  whole('drain.high', high, 1, writes);
  whole('drain.low', low, 0, high - 1);
  whole('drain.wait', wait, 1, 65535);
  if (typeof rowPolicy === 'object') {
    unknown('rowPolicy', rowPolicy, ['timeout']);
    whole('rowPolicy.timeout', timeout, 1, 255);
  } else among('rowPolicy', rowPolicy, ['open', 'closed']);
  among('refresh', refresh, REFRESH_MODES);
  if (refresh !== 'none' && (preset.timing.tREFI === 0 || preset.timing.refreshPostpone < 1)) {
    problems.push({ code: 'bad-parameter', message: `memory controller: ${refresh} refresh with tREFI = ${preset.timing.tREFI} and refreshPostpone = ${preset.timing.refreshPostpone} of preset ${preset.name}`, hint: "banks must be closed first, so at least one refresh must be allowed to be owed; or choose refresh 'none'" });
  }
  whole('postpone', postpone, 0, Math.max(0, preset.timing.refreshPostpone - 1));
  whole('powerDown', powerDown, 0, 65535);
  among('statistics', statistics, STATISTICS);
  const { bankGroups, banksPerGroup } = preset.organisation;
  if (pim !== undefined && (!(pim.banksPerUnit === 2 || pim.banksPerUnit === 4) || bankGroups * banksPerGroup < pim.banksPerUnit)) {
    problems.push({ code: 'bad-parameter', message: `memory controller: pim.banksPerUnit must be 2 or 4, and no more than the ${bankGroups * banksPerGroup} banks of a pseudo-channel, not ${String(pim.banksPerUnit)}` });
  }
  if (pim !== undefined && refresh === 'per-bank' && !perBankLeavesTime(preset, pim)) {
    problems.push({ code: 'bad-parameter', message: `memory controller: per-bank refresh of preset ${preset.name} leaves the banks of an all-bank command no time together for a row`, hint: "one of them is refreshed too often; choose refresh 'all-bank'" });
  }
  if (problems.length > 0) throw new WordlineError(problems);
  return { preset, reads, writes, idBits, ageCap, high, low, wait, timeout, closed: rowPolicy === 'closed', refresh, postpone, powerDown, statistics, pim };
}

/** Widths and counts that follow from the organisation. */
export interface ControllerShape {
  readonly pseudoChannels: number;
  /** Of the channel: a flat bank number is {pseudo-channel, group, bank}. */
  readonly banks: number;
  readonly banksPerPseudoChannel: number;
  readonly bankBits: number;
  readonly groupShift: number;
  readonly pcShift: number;
  readonly rowBits: number;
  readonly columnBits: number;
  /** 32-bit words of a burst. */
  readonly words: number;
  readonly bytes: number;
  /** Cycles of a burst on DQ. */
  readonly beats: number;
}

export function controllerShape({ name, organisation: o }: DramPreset): ControllerShape {
  const banksPerPseudoChannel = o.bankGroups * o.banksPerGroup;
  const banks = o.pseudoChannels * banksPerPseudoChannel;
  if (banks < 4 || o.pseudoChannels > 2 || o.burstCycles > 2) {
    fail('bad-parameter', `memory controller: preset ${name} has ${o.pseudoChannels} pseudo-channels, ${banks} banks and bursts of ${o.burstCycles} cycles`, { hint: 'it is made for 1 or 2 pseudo-channels, at least 4 banks and bursts of 1 or 2 cycles' });
  }
  return {
    pseudoChannels: o.pseudoChannels,
    banks,
    banksPerPseudoChannel,
    bankBits: indexWidth(banks),
    groupShift: Math.log2(o.banksPerGroup),
    pcShift: Math.log2(banksPerPseudoChannel),
    rowBits: indexWidth(o.rows),
    columnBits: indexWidth(o.burstsPerRow),
    words: o.burstBytes / 4,
    bytes: o.burstBytes,
    beats: o.burstCycles,
  };
}
