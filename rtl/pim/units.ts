import { module, parametric, type Signal } from '../../src/index.ts';
import { enforceUse, PimUnit, pimPorts, type PimUnitParameters } from './unit.ts';

/** The units of a pseudo-channel, unit 0 in the low words. They do the same with different bursts: what they have in common is that of unit 0. */
export const PimUnits = parametric(({ config, enforce = true }: PimUnitParameters) => {
  const { units, words } = config;
  return module(`PimUnits${units}`, pimPorts(config, units), ({ bank, ...common }, hw) => {
    const all = Array.from({ length: units }, (_, u) => hw.instance(`unit${u}`, PimUnit({ config, enforce: false }), { ...common, bank: hw.vec(Array.from({ length: words }, (__, w) => bank.at(u * words + w))) }).out);
    const { store, counter, over, busy, error } = all[0]!;
    if (enforce) enforceUse(hw, error, { counter, column: common.column, loadIndex: common.loadIndex });
    return { store, storeData: hw.vec(all.flatMap(({ storeData }) => Array.from({ length: words }, (_, w): Signal<32> => storeData.at(w)))), counter, over, busy, error };
  });
});
