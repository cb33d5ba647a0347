/// <reference types="node" preserve="true" />
export { CommandDecoder } from './decoder.ts';
export { CommandEncoder, ENCODER_CYCLES, type PinParameters } from './encoder.ts';
export { banksOf, BUS_WIDTHS, ColumnKind, columnCommand, commandPins, commandPort, dataPort, RowKind, rowCommand, wordsPerCycle, type ChannelShape, type PinStandard } from './interface.ts';
export { RefreshDebt, type RefreshParameters } from './refresh.ts';
export { BankState, Power, type TimingParameters } from './timing.ts';
export { columnEncodings, rowEncodings, type Encoding, type PinBit } from './truth-table.ts';
export { bindingRules, STATE_VIOLATIONS, violationNames, violationType, type StateViolation } from './violations.ts';
