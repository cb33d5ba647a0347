export { DRAM_COMMANDS, type DramCommand, type DramPreset, type Organisation, type OrganisationName, type Timing, type TimingName } from './preset.ts';
export { dramPreset, dramPresets } from './presets.ts';
export { COMMAND_KINDS, refreshRule, rules, type CommandKind, type RefreshRule, type Rule, type RuleScope } from './rules.ts';
