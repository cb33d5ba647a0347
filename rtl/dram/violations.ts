import { enumeration, rules, type DramPreset, type Rule } from '../../src/index.ts';

/** What can be wrong beside the distance between commands; named as the checker of command streams names them. */
export const STATE_VIOLATIONS = {
  bankClosed: 'RD or WR of a bank that has no open row',
  bankOpen: 'ACT, REF, REFSB, MRS or SRE while a bank that it needs closed has an open row',
  powerDown: 'a command other than PDX in power-down',
  selfRefresh: 'a command other than SRX in self-refresh',
  notPoweredDown: 'PDX without PDE, or SRX without SRE',
  address: 'a stack or pseudo-channel that the device does not have',
  tREFI: 'a bank owes more refreshes than may be postponed',
} as const;
export type StateViolation = keyof typeof STATE_VIOLATIONS;

/** The rules that a command can break: on one bus, two commands are at least a cycle apart anyway. */
export const bindingRules = (preset: DramPreset): readonly Rule[] => rules(preset).filter((r) => r.cycles > (r.name.endsWith('Bus') ? 1 : 0));

/** Names of all violations, in the order of their bits in `broken`. */
export const violationNames = (preset: DramPreset): readonly string[] => [...new Set(bindingRules(preset).map((r) => r.name)), ...Object.keys(STATE_VIOLATIONS)];

/** `none` and the violations, as waves and messages show them: number i + 1 is bit i of `broken`. */
export const violationType = (preset: DramPreset) => enumeration('Violation', ['none', ...violationNames(preset)]);
