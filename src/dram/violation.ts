import type { DramCommandEvent } from './command.ts';

/**
 * | kind    | what is wrong                                                     | `rule`                                      |
 * |---------|-------------------------------------------------------------------|---------------------------------------------|
 * | timing  | too early after another command                                   | tRCDRD, tFAW, rowBus, ...                   |
 * | data    | two bursts on the data bus at once                                | dataBus                                     |
 * | state   | a bank is open that should be closed, or the other way round      | bankOpen, bankClosed, wrongRow              |
 * | power   | a command in power-down or self-refresh, or an exit from neither  | powerDown, selfRefresh, notPoweredDown      |
 * | refresh | more refreshes owed than may be postponed                         | tREFI                                       |
 * | mode    | all-bank modes are misused                                        | allBankRead, controlRow, modeExit, modeRowsOpen |
 * | address | no such bank, row or column                                       | address                                     |
 */
export type DramViolationKind = 'timing' | 'data' | 'state' | 'power' | 'refresh' | 'mode' | 'address';

/** A command that breaks a rule. */
export interface DramViolation {
  readonly kind: DramViolationKind;
  readonly rule: string;
  readonly command: DramCommandEvent;
  /** The other command: the one it follows too soon, that opened the bank, that was the last refresh. */
  readonly earlier?: DramCommandEvent;
  /** The first cycle in which this rule would have allowed the command; for a refresh, the last. */
  readonly earliest?: number;
  /** A sentence with all of it. */
  readonly message: string;
}
