import { bit, derive, module, parametric, sint, uint, vec, type CrossbarConfig, type Fields, type Signal } from '../../src/index.ts';
import { resize } from './resize.ts';

/** Adds the codes of all slices, each shifted to its place in the weight. `sum` writes the slice sums. */
export const ShiftAdd = parametric((config: CrossbarConfig) => {
  const { widths, sliceShift, codes } = derive(config);
  const signed = codes.low < 0;
  const number = signed ? sint : uint;
  const code = vec(config.adcs, number(widths.adcCode));
  const slices = sliceShift.map((shift, s) => ({ port: `codes${s}`, shift }));
  return module(
    'ShiftAdd',
    {
      in: { sum: bit, ...(Object.fromEntries(slices.map(({ port }) => [port, code])) as Readonly<Record<`codes${number}`, typeof code>>) } satisfies Fields,
      out: { sums: vec(config.adcs, number(widths.sliceSum)) },
    },
    (ports, hw) => {
      const sums = hw.reg('sumsQ', vec(config.adcs, number(widths.sliceSum)), { reset: 0 });
      const terms = slices.map(({ port, shift }) => resize((ports as unknown as Readonly<Record<string, Signal<number, number>>>)[port]!, widths.sliceSum, signed).shl(shift));
      hw.when(ports.sum, () => sums.next(terms.reduce((a, b) => a.add(b))));
      return { sums };
    },
  );
});
