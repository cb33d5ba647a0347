import { bit, derive, indexWidth, model, parametric, rowStride, simdKernel, sint, uint, vec, type CrossbarConfig, type ModelBehaviour } from '../../src/index.ts';
import { cellArrayVerilog } from './array-verilog.ts';

/** The array of one slice: one of S (of S pairs, if differential) that are read at the same time. */
export interface ArrayParameters {
  readonly rows: number;
  /** With the unit column. */
  readonly columns: number;
  readonly cellBits: number;
  /** Columns that are written at once: those that one turn of the ADCs reads. */
  readonly written: number;
  /** Two arrays whose currents are subtracted before they are held. */
  readonly differential: boolean;
  /** Bits of a wordline digit, without its sign. */
  readonly digitBits: number;
  /** Digits carry a sign (one more plane). */
  readonly signed: boolean;
  /** Current of a cell at level 0, in level steps. */
  readonly floor: number;
  /** Bits of a held column sum. */
  readonly sumBits: number;
}

export function arrayParameters(config: CrossbarConfig, slice: number): ArrayParameters {
  const { arrayColumns, widths, cellFloor } = derive(config);
  return {
    rows: config.rows,
    columns: arrayColumns,
    written: config.adcs,
    cellBits: config.slices[slice]!,
    differential: config.weightCoding === 'differential',
    digitBits: config.dacBits,
    signed: config.inputCoding === 'sign-magnitude',
    floor: cellFloor,
    sumBits: widths.sampleHold,
  };
}

/** Planes of the wordlines: bit b of every row's digit is plane b; then, for signed digits, their signs. */
export const planesOf = ({ digitBits, signed }: ArrayParameters): number => digitBits + (signed ? 1 : 0);

const nameOf = (p: ArrayParameters): string => `CellArray${p.rows}x${p.columns}b${p.cellBits}`;
const turnsOf = ({ columns, written }: ArrayParameters): number => Math.ceil(columns / written);

/**
 * Cells with their sample and hold: the analog part, and the only one that is not RTL. At an edge with `sample` it holds the column sums of
 * the wordlines as they are, in level steps; at an edge with `write` it programs columns `turn * written` and up of one row. `levels` are
 * those of the positive array, then those of the negative one.
 */
export const CellArray = parametric((p: ArrayParameters) =>
  model(
    nameOf(p),
    {
      in: {
        fire: bit,
        sample: bit,
        write: bit,
        wordlines: vec(planesOf(p), uint(p.rows)),
        row: uint(indexWidth(p.rows)),
        turn: uint(indexWidth(turnsOf(p))),
        levels: vec(p.written * (p.differential ? 2 : 1), uint(p.cellBits)),
      },
      out: { held: vec(p.columns, p.differential ? sint(p.sumBits) : uint(p.sumBits)) },
      fire: 'fire',
      verilog: cellArrayVerilog(nameOf(p), p, planesOf(p), turnsOf(p)),
    },
    () => cells(p),
  ),
);

/**
 * Sums rows, not columns: the cells of each driven row are added to all column sums at once, 16 to an instruction. Each plane of the digits
 * is a list of such rows; its sums count 2^b times, and negatively for the rows whose digit is negative.
 */
function cells(p: ArrayParameters): ModelBehaviour {
  const { rows, columns, written } = p;
  const top = 2 ** p.cellBits - 1;
  const chunk = Math.floor(127 / top);
  const stride = rowStride(columns);
  const mask = p.sumBits >= 32 ? -1 : 2 ** p.sumBits - 1;
  const wordsPerPlane = Math.ceil(rows / 32);
  const negatives = p.signed ? [false, true] : [false];

  const sumsAt = rows * stride;
  const planeAt = sumsAt + stride * 4;
  const listAt = planeAt + stride * 4;
  const kernel = simdKernel(listAt + rows * 4);
  const levels = new Int8Array(kernel.memory, 0, rows * stride);
  const sums = new Int32Array(kernel.memory, sumsAt, stride);
  const list = new Int32Array(kernel.memory, listAt, rows);

  /** Rows whose digit has bit b and that sign; leaves their addresses in `list`. */
  const collect = (planes: Int32Array, b: number, negative: boolean): number => {
    let count = 0;
    for (let k = 0; k < wordsPerPlane; k++) {
      let bits = planes[b * wordsPerPlane + k]!;
      if (p.signed) bits &= negative ? planes[p.digitBits * wordsPerPlane + k]! : ~planes[p.digitBits * wordsPerPlane + k]!;
      for (; bits !== 0; bits &= bits - 1) list[count++] = (32 * k + 31 - Math.clz32(bits & -bits)) * stride;
    }
    return count;
  };

  return {
    clock({ in: input, out }) {
      if (input['write']!.words[0] === 1) {
        const given = input['levels']!.words;
        const first = input['turn']!.words[0]! * written;
        const at = input['row']!.words[0]! * stride + first;
        for (let j = 0; j < Math.min(written, columns - first); j++) levels[at + j] = given[j]! - (p.differential ? given[written + j]! : 0);
      }
      if (input['sample']!.words[0] !== 1) return;
      const planes = input['wordlines']!.words;
      let digits = 0;
      sums.fill(0);
      for (let b = 0; b < p.digitBits; b++) {
        for (const negative of negatives) {
          const count = collect(planes, b, negative);
          if (count === 0) continue;
          const weight = negative ? -(2 ** b) : 2 ** b;
          kernel.rowSums(listAt, count, stride, planeAt, chunk);
          kernel.addScaled(planeAt, sumsAt, stride * 4, weight);
          digits += count * weight;
        }
      }
      const held = out['held']!.words;
      for (let c = 0; c < columns; c++) held[c] = (sums[c]! + digits * p.floor) & mask;
    },
    save: () => levels.slice(),
    restore: (state) => levels.set(state as Int8Array),
  };
}
