import { bit, module, parametric, uint, vec, type Signal } from '../../src/index.ts';
import type { PinParameters } from './encoder.ts';
import { BUS_WIDTHS, wordsPerCycle } from './interface.ts';

/** Edges of `ck2x` from an edge of `ck` until what its registers took stands on the pins. */
export const DDR_HALF_CYCLES = 2;

/**
 * The pins of a channel as they are on its wires, under their JEDEC names: what the rest of the design has as two words of a clock cycle, one
 * after the other at both edges of CK. `ck2x` must have half the period of `ck`, and both be reset together. It only shows: put it beside a
 * channel whose waves other tools shall read.
 *
 * DQ holds read data where `rvalid` says so, else write data where `wvalid` does, else 0 (there is no third level). Strobes are one for each 32 DQ.
 */
export const DdrPins = parametric(({ standard, shape }: PinParameters) => {
  const { R, C } = BUS_WIDTHS[standard];
  const { pseudoChannels } = shape;
  const perCycle = wordsPerCycle(shape);
  const lanes = pseudoChannels * perCycle;
  const dq = lanes * 16;
  const strobes = dq / 32;
  const bus = uint<number>(dq);
  return module(
    `DdrPins${standard}`,
    {
      domains: ['ck', 'ck2x'],
      in: {
        cke: bit, R_w0: uint<number>(R), R_w1: uint<number>(R), C_w0: uint<number>(C), C_w1: uint<number>(C),
        wdq: vec<number, ReturnType<typeof uint<32>>>(lanes, uint(32)), dm: uint<number>(lanes * 4), wvalid: uint<number>(pseudoChannels),
        rdq: vec<number, ReturnType<typeof uint<32>>>(lanes, uint(32)), rvalid: uint<number>(pseudoChannels),
      }, // prettier-ignore
      out: {
        CK_t: bit, CK_c: bit, CKE: bit, R: uint<number>(R), C: uint<number>(C), DQ: bus, DM: uint<number>(dq / 8),
        RDQS_t: uint<number>(strobes), RDQS_c: uint<number>(strobes), WDQS_t: uint<number>(strobes), WDQS_c: uint<number>(strobes),
      }, // prettier-ignore
    },
    ({ cke, R_w0, R_w1, C_w0, C_w1, wdq, dm, wvalid, rdq, rvalid }, hw) => {
      const half = hw.in('ck2x', () => hw.reg('isFalling', bit, { reset: 0 }));
      hw.in('ck2x', () => half.next(half.not()));

      /** The words of both edges, held for a cycle of `ck`, then one after the other. */
      const pins = (name: string, rising: Signal, falling: Signal, reset: number): Signal => {
        const held = [rising, falling].map((word, i) => {
          const reg = hw.reg(`${name}_held${i}`, uint<number>(word.width), { reset });
          reg.next(word);
          return reg;
        });
        return hw.in('ck2x', () => {
          const [first, second] = held.map((word, i) => {
            const reg = hw.reg(`${name}_taken${i}`, uint<number>(word.width), { reset, synchroniser: true });
            reg.next(word);
            return reg;
          });
          const pin = hw.reg(`${name}_pin`, uint<number>(rising.width), { reset });
          pin.next(half.mux(first!, second!));
          return pin;
        });
      };

      /** Per pseudo-channel, its valid bit as wide as its part of something. */
      const spread = (valid: Signal, width: number): Signal => hw.cat(...Array.from({ length: pseudoChannels }, (_, pc) => valid.bit(pseudoChannels - 1 - pc).repeat(width / pseudoChannels)));
      /** The first or second beat of the words of a cycle, pseudo-channel 0 in the low half. */
      const beatOf = (words: Signal<32, number>, beat: number): Signal =>
        hw.cat(...Array.from({ length: pseudoChannels }, (_, pc) => Array.from({ length: perCycle / 2 }, (__, i) => words.at(pc * perCycle + (beat * perCycle) / 2 + i))).flat().reverse()); // prettier-ignore
      const maskOf = (beat: number): Signal =>
        hw.cat(...Array.from({ length: pseudoChannels }, (_, pc) => dm.slice<number, number>(pc * perCycle * 4 + (beat + 1) * perCycle * 2 - 1, pc * perCycle * 4 + beat * perCycle * 2)).reverse());
      const data = (beat: number): Signal => {
        const reads = spread(rvalid, dq);
        return beatOf(rdq, beat).and(reads).or(beatOf(wdq, beat).and(reads.not()).and(spread(wvalid, dq)));
      };
      const low = (width: number): Signal => hw.lit<number>(width, 0);
      const strobe = (name: string, valid: Signal): Signal => pins(name, spread(valid, strobes), low(strobes), 0);

      const one = hw.lit(1, 1);
      const CK_t = pins('CK', one, low(1), 0) as Signal<1>;
      const RDQS_t = strobe('RDQS', rvalid);
      const WDQS_t = strobe('WDQS', wvalid);
      const ones = (width: number): number => 2 ** width - 1;
      return {
        CK_t,
        CK_c: CK_t.not(),
        CKE: pins('CKE', cke, cke, 1) as Signal<1>,
        R: pins('R', R_w0, R_w1, ones(R)),
        C: pins('C', C_w0, C_w1, ones(C)),
        DQ: pins('DQ', data(0), data(1), 0),
        DM: pins('DM', maskOf(0).and(spread(wvalid, dq / 8)), maskOf(1).and(spread(wvalid, dq / 8)), 0),
        RDQS_t,
        RDQS_c: RDQS_t.not(),
        WDQS_t,
        WDQS_c: WDQS_t.not(),
      };
    },
  );
});
