import type { DramCommand, DramCommandEvent, DramPreset } from '../../src/dram/index.ts';

/**
 * The rules once more, written as a data sheet reads them, pair by pair, and applied to all pairs: slow, and without a word of
 * src/dram/rules.ts or of the checker.
 */
export type Limit = readonly [rule: string, cycles: number];

const ROW = ['ACT', 'PRE', 'PREA', 'REF', 'REFSB', 'PDE', 'PDX', 'SRE', 'SRX'];
const OF_BANK = ['ACT', 'PRE', 'REFSB', 'RD', 'RDA', 'WR', 'WRA'];
const OF_CHANNEL = ['MRS', 'PDE', 'PDX', 'SRE', 'SRX'];

const isRead = (c: DramCommand): boolean => c === 'RD' || c === 'RDA';
const isWrite = (c: DramCommand): boolean => c === 'WR' || c === 'WRA';

/** Whether `b` concerns the bank, or the banks, of `a`. */
function meets(a: DramCommandEvent, b: DramCommandEvent): boolean {
  if (OF_CHANNEL.includes(a.command) || OF_CHANNEL.includes(b.command)) return true;
  if (a.pseudoChannel !== b.pseudoChannel) return false;
  if (!OF_BANK.includes(a.command) || !OF_BANK.includes(b.command)) return true;
  return a.group === b.group && a.bank === b.bank;
}

/** How many cycles after `a` the command `b` may come, by each rule. */
export function limits(a: DramCommandEvent, b: DramCommandEvent, { timing: t, organisation: o }: DramPreset): Limit[] {
  const [x, y] = [a.command, b.command];
  const list: Limit[] = [];
  const burst = o.burstCycles;
  const readToPrecharge: Limit = o.bankGroups > 1 ? ['tRTPL', t.tRTPL] : ['tRTPS', t.tRTPS];
  const rest = ['ACT', 'REFSB', 'REF', 'SRE', 'MRS'].includes(y);
  const precharge = y === 'PRE' || y === 'PREA';

  // Buses.
  if (ROW.includes(x) && ROW.includes(y)) list.push(['rowBus', y === 'ACT' ? o.actCycles : 1]);
  if (!ROW.includes(x) && !ROW.includes(y)) list.push(['columnBus', 1]);

  // The whole channel.
  if (x === 'MRS' && y === 'MRS') list.push(['tMRD', t.tMRD]);
  if (x === 'MRS' && y !== 'MRS' && y !== 'PDX' && y !== 'SRX') list.push(['tMOD', t.tMOD]);
  if ((x === 'PDE' && y === 'PDX') || (x === 'SRE' && y === 'SRX') || (x === 'PDX' && (y === 'PDE' || y === 'SRE'))) list.push(['tCKE', t.tCKE]);
  if (x === 'PDX' && !['PDE', 'PDX', 'SRX'].includes(y)) list.push(['tXP', t.tXP]);
  if (x === 'SRX' && !['PDX', 'SRX'].includes(y)) list.push(['tXS', t.tXS]);
  if (isRead(x) && ['PDE', 'SRE', 'MRS'].includes(y)) list.push(['tRDPDE', t.RL + burst + 1]);
  if (x === 'WR' && y === 'PDE') list.push(['tWRPDE', t.WL + burst + t.tWR]);
  if (x === 'WRA' && y === 'PDE') list.push(['tWRAPDE', t.WL + burst + t.tWR + 1]);

  // The same bank, or all banks of something.
  if (meets(a, b)) {
    if (x === 'ACT' && isRead(y)) list.push(['tRCDRD', t.tRCDRD]);
    if (x === 'ACT' && isWrite(y)) list.push(['tRCDWR', t.tRCDWR]);
    if (x === 'ACT' && precharge) list.push(['tRAS', t.tRAS]);
    if (x === 'ACT' && rest) list.push(['tRC', t.tRC]);
    if ((x === 'PRE' || x === 'PREA') && rest) list.push(['tRP', t.tRP]);
    if (isRead(x) && precharge) list.push(readToPrecharge);
    if (isWrite(x) && precharge) list.push(['tWR', t.WL + burst + t.tWR]);
    if (x === 'RDA' && rest) list.push([`${readToPrecharge[0]}+tRP`, readToPrecharge[1] + t.tRP]);
    if (x === 'WRA' && rest) list.push(['tWR+tRP', t.WL + burst + t.tWR + t.tRP]);
    if (x === 'REF' && (rest || precharge)) list.push(['tRFC', t.tRFC]);
    if (x === 'REFSB' && (rest || y === 'PRE')) list.push(['tRFCSB', t.tRFCSB]);
  }

  // Banks beside each other.
  const banks = OF_BANK.includes(x) && OF_BANK.includes(y) && a.pseudoChannel === b.pseudoChannel;
  if (banks) {
    const [letter, ccd, rrd, wtr] = a.group === b.group ? (['L', t.tCCDL, t.tRRDL, t.tWTRL] as const) : (['S', t.tCCDS, t.tRRDS, t.tWTRS] as const);
    if (x === 'ACT' && (y === 'ACT' || y === 'REFSB')) list.push([`tRRD${letter}`, rrd]);
    if (x === 'REFSB' && (y === 'ACT' || y === 'REFSB')) list.push(['tRREFD', t.tRREFD]);
    if ((isRead(x) && isRead(y)) || (isWrite(x) && isWrite(y))) list.push([`tCCD${letter}`, ccd]);
    if (isRead(x) && isWrite(y)) list.push(['tRTW', t.RL + burst + t.tRTRS - t.WL]);
    if (isWrite(x) && isRead(y)) list.push([`tWTR${letter}`, t.WL + burst + wtr]);
  }
  return list;
}

/** The rules that bind `b`, with the earliest cycle that each allows; `before` are the commands in front of it. */
export function earliest(before: readonly DramCommandEvent[], b: DramCommandEvent, preset: DramPreset): Map<string, number> {
  const found = new Map<string, number>();
  const limit = (rule: string, cycle: number): void => void found.set(rule, Math.max(cycle, found.get(rule) ?? -Infinity));
  const past = before.filter((a) => a.channel === b.channel);
  for (const a of past) for (const [rule, cycles] of limits(a, b, preset)) limit(rule, a.cycle + cycles);
  if (b.command === 'ACT') {
    const acts = past.filter((a) => a.command === 'ACT' && a.pseudoChannel === b.pseudoChannel);
    if (acts.length >= 4) limit('tFAW', acts.at(-4)!.cycle + preset.timing.tFAW);
  }
  return found;
}

/** The row that is open in a bank, by the last command that had to do with it; `undefined`: none. */
export function openRow(before: readonly DramCommandEvent[], pseudoChannel: number, group: number, bank: number): number | undefined {
  for (const a of before.toReversed()) {
    const here = OF_CHANNEL.includes(a.command) || (a.pseudoChannel === pseudoChannel && (!OF_BANK.includes(a.command) || (a.group === group && a.bank === bank)));
    if (!here) continue;
    if (a.command === 'ACT') return a.row;
    if (['PRE', 'PREA', 'REF', 'REFSB', 'RDA', 'WRA', 'MRS', 'SRE'].includes(a.command)) return undefined;
  }
  return undefined;
}

/** Cycles in which a command has data on the bus. */
export function dataCycles({ command, cycle }: DramCommandEvent, { timing, organisation }: DramPreset): number[] {
  if (!isRead(command) && !isWrite(command)) return [];
  const start = cycle + (isRead(command) ? timing.RL : timing.WL);
  return Array.from({ length: organisation.burstCycles }, (_, i) => start + i);
}

export function event(command: DramCommand, cycle: number, more: Partial<DramCommandEvent> = {}): DramCommandEvent {
  const channel = OF_CHANNEL.includes(command);
  const bank = OF_BANK.includes(command);
  const { pseudoChannel = 0, group = 0, bank: index = 0, row = 0, column = 0, ...rest } = more;
  return {
    cycle,
    command,
    channel: 0,
    pseudoChannel: channel ? -1 : pseudoChannel,
    group: bank ? group : -1,
    bank: bank ? index : -1,
    row: command === 'ACT' || isRead(command) || isWrite(command) ? row : -1,
    column: isRead(command) || isWrite(command) ? column : -1,
    ...rest,
  };
}
