/// <reference types="node" preserve="true" />
export { AdcBank, adcParameters, counterAddress, type AdcParameters } from './adc.ts';
export { arrayParameters, CellArray, type ArrayParameters } from './array.ts';
export { CrossbarCore } from './crossbar.ts';
export { WordlineDrivers } from './dac.ts';
export { RtlCrossbar } from './driver.ts';
export { Outputs } from './outputs.ts';
export { AddStage, AdcStage, FrontStage, Sequencer, sequencerParameters, type SequencerParameters } from './sequencer.ts';
export { ShiftAdd } from './shift-add.ts';
export { Slice, type SliceParameters } from './slice.ts';
