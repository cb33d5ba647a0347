import { bit, indexWidth, model, parametric, sint, uint, vec, type CrossbarConfig, type ModelBehaviour, derive } from '../../src/index.ts';

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

const turnsOf = ({ columns, written }: ArrayParameters): number => Math.ceil(columns / written);

/**
 * Cells with their sample and hold: the analog part, and the only one that is not RTL. At an edge with `sample` it holds the column sums of
 * the wordlines as they are, in level steps; at an edge with `write` it programs columns `turn * written` and up of one row. `levels` are
 * those of the positive array, then those of the negative one.
 */
export const CellArray = parametric((p: ArrayParameters) =>
  model(
    `CellArray${p.rows}x${p.columns}b${p.cellBits}`,
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
    },
    () => cells(p),
  ),
);

/**
 * Sums rows, not columns: of the cells of a driven row four columns are added at once, each in a byte of one 32-bit word. A level of a pair
 * can be negative, so `bias` is added to each when it is written, and taken off as often as rows were added. Before a byte can overflow,
 * the four are spread to the sums.
 */
function cells(p: ArrayParameters): ModelBehaviour {
  const { rows, columns } = p;
  const top = 2 ** p.cellBits - 1;
  const bias = p.differential ? top : 0;
  const chunk = Math.floor(255 / (top + bias));
  const stride = Math.ceil(columns / 4);
  const levels = new Uint8Array(rows * stride * 4).fill(bias);
  const words = new Int32Array(levels.buffer);
  const partial = new Int32Array(stride);
  const bytes = new Uint8Array(partial.buffer);
  const sums = new Int32Array(columns);
  const list = new Int32Array(rows);
  const mask = p.sumBits >= 32 ? -1 : 2 ** p.sumBits - 1;
  const wordsPerPlane = Math.ceil(rows / 32);

  /** Adds the rows in `list`, `count` of them, `scale` times each. */
  const addRows = (count: number, scale: number): void => {
    for (let from = 0; from < count; from += chunk) {
      const to = Math.min(count, from + chunk);
      partial.fill(0);
      let i = from;
      // Four rows a round, for a quarter of the loads and stores of the partial sums.
      for (; i + 4 <= to; i += 4) {
        const [a, b, c, d] = [list[i]!, list[i + 1]!, list[i + 2]!, list[i + 3]!];
        for (let k = 0; k < stride; k++) partial[k] = partial[k]! + (words[a + k]! + words[b + k]!) + (words[c + k]! + words[d + k]!);
      }
      for (; i < to; i++) {
        const a = list[i]!;
        for (let k = 0; k < stride; k++) partial[k]! += words[a + k]!;
      }
      const offset = (to - from) * (p.floor - bias);
      for (let c = 0; c < columns; c++) sums[c]! += (bytes[c]! + offset) * scale;
    }
  };

  return {
    clock({ in: input, out }) {
      if (input['write']!.words[0] === 1) {
        const from = input['levels']!.words;
        const first = input['turn']!.words[0]! * p.written;
        const at = input['row']!.words[0]! * stride * 4 + first;
        for (let j = 0; j < Math.min(p.written, columns - first); j++) levels[at + j] = from[j]! - (p.differential ? from[p.written + j]! : 0) + bias;
      }
      if (input['sample']!.words[0] !== 1) return;
      const planes = input['wordlines']!.words;
      sums.fill(0);
      for (let b = 0; b < p.digitBits; b++) {
        for (const negative of p.signed ? [0, 1] : [0]) {
          let count = 0;
          for (let k = 0; k < wordsPerPlane; k++) {
            let bits = planes[b * wordsPerPlane + k]!;
            if (p.signed) bits &= planes[p.digitBits * wordsPerPlane + k]! ^ (negative - 1);
            while (bits !== 0) {
              const low = 31 - Math.clz32(bits & -bits);
              list[count++] = (32 * k + low) * stride;
              bits &= bits - 1;
            }
          }
          addRows(count, negative === 1 ? -(2 ** b) : 2 ** b);
        }
      }
      const held = out['held']!.words;
      for (let c = 0; c < columns; c++) held[c] = sums[c]! & mask;
    },
    save: () => levels,
    restore: (state) => levels.set(state as Uint8Array),
  };
}
