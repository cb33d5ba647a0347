export { DramAssumptions } from './assumptions.ts';
/// <reference types="node" preserve="true" />
export { DataPath, dataAccess, dataPath, type CellAccess } from './data.ts';
export { CommandDecoder } from './decoder.ts';
export { DdrPins } from './ddr-pins.ts';
export { DramDevice, HbmDevice, type DeviceParameters } from './device.ts';
export { CommandEncoder, ENCODER_CYCLES, type PinParameters } from './encoder.ts';
export { banksOf, BUS_WIDTHS, ColumnKind, columnCommand, commandPins, commandPort, dataPort, RowKind, rowCommand, wordsPerCycle, type ChannelShape, type PinStandard } from './interface.ts';
export { latencyCode, MODE_REGISTERS, ModeRegisters } from './mode-registers.ts';
export { RefreshDebt, type RefreshParameters } from './refresh.ts';
export { emptyRows, laneBits, placeBits, readCells, RowStore, wordsPerBurst, writeCells, type RowStoreParameters } from './row-store.ts';
export { SparseRows } from './sparse-rows.ts';
export { BankState, PimBankState, Power, type TimingParameters } from './timing.ts';
export { columnEncodings, rowEncodings, type Encoding, type PinBit } from './truth-table.ts';
export { bindingRules, STATE_VIOLATIONS, violationNames, violationType, type StateViolation } from './violations.ts';
