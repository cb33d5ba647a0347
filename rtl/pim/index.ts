/// <reference types="node" preserve="true" />
export { PimDevice, PimMisuseName, type PimDeviceParameters } from './device.ts';
export { PIM_MISUSES, PimMode, PimModes, type ModesParameters, type PimMisuse } from './modes.ts';
export { PimError, PimSpace, PimUnit, pimPorts, type PimUnitParameters } from './unit.ts';
export { PimUnits } from './units.ts';
export { UnitStore, type UnitStoreParameters } from './unit-store.ts';
