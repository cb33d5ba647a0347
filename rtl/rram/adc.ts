import { bit, derive, indexWidth, module, parametric, sint, uint, vec, type CrossbarConfig, type Range, type AnySignal } from '../../src/index.ts';
import { resize } from './resize.ts';

/** The ADCs of one slice. */
export interface AdcParameters {
  readonly columns: number;
  readonly adcs: number;
  readonly turns: number;
  readonly passes: number;
  readonly sumBits: number;
  readonly codeBits: number;
  readonly sums: Range;
  readonly codes: Range;
}

export function adcParameters(config: CrossbarConfig): AdcParameters {
  const { arrayColumns, turns, passes, widths, columnSum, codes } = derive(config);
  return { columns: arrayColumns, adcs: config.adcs, turns, passes, sumBits: widths.sampleHold, codeBits: widths.adcCode, sums: columnSum, codes };
}

/** Address of the saturation counters of a turn of a pass: `{pass, turn}`. */
export const counterAddress = (pass: number, turn: number, turns: number): number => pass * 2 ** indexWidth(turns) + turn;

/**
 * A bank of ADCs behind a column multiplexer. ADC j converts column `turn * adcs + j`; beyond the last column it converts 0. `capture` writes
 * the codes. Each conversion that is clipped increments its counter: word `{pass, turn}` of `saturations`, ADC j in bits 32 j and up.
 */
export const AdcBank = parametric(({ columns, adcs, turns, passes, sumBits, codeBits, sums, codes }: AdcParameters) => {
  const signed = codes.low < 0;
  const number = signed ? sint : uint;
  return module(
    'AdcBank',
    {
      in: { held: vec(columns, number(sumBits)), capture: bit, turn: uint(indexWidth(turns)), pass: uint(indexWidth(passes)) },
      out: { codes: vec(adcs, number(codeBits)) },
    },
    ({ held, capture, turn, pass }, hw) => {
      const code = hw.reg('codesQ', vec(adcs, number(codeBits)), { reset: 0 });
      const counters = hw.mem('saturations', counterAddress(passes, 0, turns), uint(32 * adcs));

      const indexBits = indexWidth(turns * adcs);
      const first = turn.zext(indexBits + turn.width).mul(hw.lit(indexWidth(adcs + 1), adcs)).trunc(indexBits);
      const column = first.splat(adcs).add(hw.lanes(adcs, indexBits));
      const sum = held.gather(column);
      const clips = codes.high < sums.high;
      const above = signed ? sum.gtS(clips ? codes.high : 0) : sum.gt(clips ? codes.high : 0);
      const below = signed ? sum.ltS(clips ? codes.low : 0) : undefined;
      const clip = (): AnySignal => {
        const high = above.mux(codes.high, sum);
        return below === undefined ? high : below.mux(codes.low, high);
      };
      const saturated = below === undefined ? above : above.or(below);
      if (clips) hw.name('saturated', saturated);
      hw.when(capture, () => {
        code.next(resize(clips ? clip() : sum, codeBits, signed));
        if (!clips) return;
        hw.when(saturated.any(), () => {
          const address = resize(pass.cat(turn), counters.addressWidth);
          const counts = counters.read(address).unbits(adcs);
          counters.write(address, counts.add(saturated.zext(32)).bits());
        });
      });
      return { codes: code };
    },
  );
});

