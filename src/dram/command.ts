import type { DramCommand } from './preset.ts';
import { COMMAND_KINDS } from './rules.ts';

/** A command at its place in a stream. What the command has no use for, or the file does not say, is -1. */
export interface DramCommandEvent {
  /** Of an ACT: the last of its cycles. */
  readonly cycle: number;
  readonly command: DramCommand;
  readonly channel: number;
  readonly pseudoChannel: number;
  readonly group: number;
  /** In its group. */
  readonly bank: number;
  readonly row: number;
  /** In bursts. */
  readonly column: number;
  /** Of a write to control rows: the first 32 bits that it writes. */
  readonly data?: number;
  /** Of the file it was read from, from 1. */
  readonly line?: number;
  /** In the waves it was read from. */
  readonly timePs?: number;
}

/** Where to find it: `cycle 36 (line 3)`. */
export function placeText({ cycle, line, timePs }: DramCommandEvent): string {
  const where = line !== undefined ? ` (line ${line})` : timePs !== undefined ? ` (${timePs} ps)` : '';
  return `cycle ${cycle}${where}`;
}

/** What it speaks to: `PC 0 bank 1.2` is bank 2 of group 1. */
export function targetText({ command, pseudoChannel, group, bank }: DramCommandEvent): string {
  const { target } = COMMAND_KINDS[command];
  if (target === 'channel') return 'channel';
  return target === 'bank' ? `PC ${pseudoChannel} bank ${group}.${bank}` : `PC ${pseudoChannel}`;
}
