import { bit, module, parametric, uint } from '../../src/index.ts';
import { checkParameters, whole } from './parameters.ts';

/**
 * Taps of linear feedback shift registers of the greatest period, by length from 2: 1 is the first stage. From P. Alfke, "Efficient Shift
 * Registers, LFSR Counters, and Long Pseudo-Random Sequence Generators", Xilinx XAPP 052 (1996), table 3; the tests prove every row.
 */
export const LFSR_TAPS: readonly (readonly number[])[] = [
  [2, 1], [3, 2], [4, 3], [5, 3], [6, 5], [7, 6], [8, 6, 5, 4], [9, 5], [10, 7], [11, 9], [12, 6, 4, 1], [13, 4, 3, 1], [14, 5, 3, 1], [15, 14],
  [16, 15, 13, 4], [17, 14], [18, 11], [19, 6, 2, 1], [20, 17], [21, 19], [22, 21], [23, 18], [24, 23, 22, 17], [25, 22], [26, 6, 2, 1],
  [27, 5, 2, 1], [28, 25], [29, 27], [30, 6, 4, 1], [31, 28], [32, 22, 2, 1], [33, 20], [34, 27, 2, 1], [35, 33], [36, 25], [37, 5, 4, 3, 2, 1],
  [38, 6, 5, 1], [39, 35], [40, 38, 21, 19], [41, 38], [42, 41, 20, 19], [43, 42, 38, 37], [44, 43, 18, 17], [45, 44, 42, 41], [46, 45, 26, 25],
  [47, 42], [48, 47, 21, 20], [49, 40], [50, 49, 24, 23], [51, 50, 36, 35], [52, 49], [53, 52, 38, 37], [54, 53, 18, 17], [55, 31],
  [56, 55, 35, 34], [57, 50], [58, 39], [59, 58, 38, 37], [60, 59], [61, 60, 46, 45], [62, 61, 6, 5], [63, 62], [64, 63, 61, 60],
]; // prettier-ignore

const MOST = LFSR_TAPS.length + 1;

/**
 * Linear feedback shift register of 2 to 64 bits: `state` goes through all 2^width - 1 values but 0, from 1 at reset. Each step shifts up and
 * puts the parity of the taps into bit 0.
 */
export const Lfsr = parametric((p: { readonly width: number }) => {
  checkParameters('Lfsr', p, { width: whole(2, MOST) });
  const { width } = p;
  const mask = LFSR_TAPS[width - 2]!.reduce((all, tap) => all | (1n << BigInt(tap - 1)), 0n);
  return module(`Lfsr${width}`, { in: { enable: bit }, out: { state: uint(width) } }, ({ enable }, hw) => {
    const state = hw.reg('state', uint(width), { reset: 1 });
    hw.when(enable, () => state.next(state.trunc(width - 1).cat(state.and(mask).reduceXor())));
    hw.assert(state.ne(0), 'the register does not get stuck at zero');
    return { state };
  });
});
