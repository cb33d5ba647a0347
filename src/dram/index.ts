export { DRAM_COMMANDS, type DramCommand, type DramPreset, type Organisation, type OrganisationName, type Timing, type TimingName } from './preset.ts';
export { dramPreset, dramPresets } from './presets.ts';
export { customDramPreset } from './custom.ts';
export { COMMAND_KINDS, refreshRule, rules, type CommandKind, type RefreshRule, type Rule, type RuleScope } from './rules.ts';
export type { DramCommandEvent } from './command.ts';
export { checkCommands, DramChecker, type DramCheckOptions, type DramCheckReport } from './checker.ts';
export { CONF_PARTITION, controlRow, controlRowOf, type ControlRow, type PimCheckOptions } from './check-pim.ts';
export type { PimMode } from './check-modes.ts';
export type { DramViolation, DramViolationKind } from './violation.ts';
export { COMMAND_FORMATS, readCommands, type CommandFormat, type ReadCommandOptions } from './read-commands.ts';
export { commandCsvLine, readTextCommands, WORDLINE_DATA_HEADER, WORDLINE_HEADER, type ActStamp, type CommandField, type TextCommandFormat, type TextCommandOptions } from './command-formats.ts';
export { readVcdCommands, type VcdCommandOptions } from './vcd-commands.ts';
export {
  decodeColumn, decodeRow, encodeColumn, encodeRow, evenParity, PIN_WIDTHS, pinFieldWidths,
  type ColumnCommand, type PinCommand, type PinField, type PinFields, type PinStandard, type RowCommand,
} from './encoding.ts';
export { addressMapping, DRAM_MAPPINGS, type AddressMapping, type DramLocation, type LocationField, type MappedBit } from './mapping.ts';
export { readRequests, REQUEST_FORMATS, requestLine, type DramRequest, type RequestFormat } from './requests.ts';
export { generateRequests, REQUEST_PATTERNS, type GenerateOptions, type RequestPattern } from './generators.ts';
export { timingFigure } from './figure.ts';
