import type { CrossbarConfig } from './config.ts';
import type { CrossbarDerived } from './derived.ts';
import { Planes } from './fast-planes.ts';
import { rowStride, simdKernel, type SimdKernel } from './simd-kernel.ts';
import type { Cells } from './weights.ts';

/** What programming leaves behind: cells laid out for the kernel, and everything that does not depend on the inputs. */
export interface Programmed {
  readonly cells: Cells;
  readonly units: Units;
  readonly linear: Linear;
  readonly planes: Planes;
  readonly kernel: SimdKernel;
  /** Coded inputs, one a row. */
  readonly applied: Int32Array;
  /** One a column, the unit column last. */
  readonly accumulators: Int32Array;
  /** Of the units over all passes, before the slice's shift; a view of the kernel's memory, as is `counters`. */
  readonly unitAcc: Int32Array;
  /** Saturations not yet collected, `pass * stride + unit`. */
  readonly counters: Uint32Array;
  readonly at: Layout;
  readonly stride: number;
  readonly chunk: number;
}

/** Byte addresses in the kernel's memory. */
interface Layout {
  /** Signed level of every row and unit: `row * stride + unit`. */
  readonly levels: number;
  readonly lists: number;
  /** Column sums of one pass and of one plane of it, a 32-bit lane a unit. */
  readonly sums: number;
  readonly planeSums: number;
  readonly acc: number;
  readonly counters: number;
  /** Operands and results of the dot products. */
  readonly x: number;
  readonly w: number;
  readonly dots: number;
  readonly end: number;
}

function layoutOf(rows: number, columns: number, stride: number, passes: number, lists: number): Layout {
  let top = 0;
  const take = (bytes: number): number => {
    const at = top;
    top += Math.ceil(bytes / 16) * 16;
    return at;
  };
  return {
    levels: take(rows * stride),
    lists: take(lists),
    sums: take(stride * 4),
    planeSums: take(stride * 4),
    acc: take(stride * 4),
    counters: take(passes * stride * 4),
    x: take(paddedRows(rows) * 2),
    w: take(paddedRows(rows) * columns * 2),
    dots: take(columns * 4),
    end: top,
  };
}

/** Dot products take eight rows at a time. */
const paddedRows = (rows: number): number => Math.ceil(rows / 8) * 8;

/** The (column, slice) pairs that can clip. */
interface Units {
  readonly count: number;
  readonly column: Uint16Array;
  readonly shift: Uint8Array;
  /** Index of the unit's saturation counter of pass 0. */
  readonly counter: Uint32Array;
}

/** The part that cannot clip, and every correction. */
interface Linear {
  /** Dot products of the coded inputs with what the unclippable slices of each column add up to. */
  readonly weights: ((applied: Int32Array, acc: Int32Array) => void) | undefined;
  /** Times the sum of the coded inputs: HRS current of the unclippable slices, less the digital correction. */
  readonly perInput: Int32Array;
  /** Sum of weights << (inputBits - 1) for offset inputs. */
  readonly inputOffset: Int32Array;
}

export function layOut(config: CrossbarConfig, derived: CrossbarDerived, cells: Cells): Programmed {
  const { rows, columns, outputs } = cells;
  const { slices } = config;
  const { cellFloor } = derived;
  const offsetWeights = cells.negative === undefined;
  const level = (s: number, m: number, n: number): number => {
    const at = (s * columns + m) * rows + n;
    return cells.positive[at]! - (cells.negative?.[at] ?? 0);
  };
  const list: { m: number; s: number }[] = [];
  const folded = new Int32Array(columns * rows);
  const perInput = new Int32Array(columns);
  let anyFolded = false;
  for (let m = 0; m < columns; m++) {
    // Removed digitally: the weight offset and the HRS current of every slice. A unit column carries both itself.
    if (offsetWeights && config.offsetCorrection === 'digital') perInput[m] = -(derived.weightOffset + cellFloor * derived.sliceWeight);
    for (let s = 0; s < slices.length; s++) {
      if (canClip(config, derived, rows, (n) => level(s, m, n))) {
        list.push({ m, s });
        continue;
      }
      anyFolded = true;
      for (let n = 0; n < rows; n++) folded[m * rows + n]! += level(s, m, n) << derived.sliceShift[s]!;
      perInput[m]! += cellFloor << derived.sliceShift[s]!;
    }
  }

  const stride = rowStride(list.length);
  const planes = new Planes(derived, rows, stride);
  const at = layoutOf(rows, columns, stride, derived.passes, planes.bytes);
  const kernel = simdKernel(at.end);
  planes.attach(kernel.memory, at.lists);

  const bytes = new Int8Array(kernel.memory, at.levels, rows * stride);
  list.forEach(({ m, s }, u) => {
    for (let n = 0; n < rows; n++) bytes[n * stride + u] = level(s, m, n);
  });
  return {
    cells,
    units: {
      count: list.length,
      column: Uint16Array.from(list, ({ m }) => m),
      shift: Uint8Array.from(list, ({ s }) => derived.sliceShift[s]!),
      counter: Uint32Array.from(list, ({ m, s }) => ((m < outputs ? m : config.columns) * slices.length + s) * derived.passes),
    },
    linear: {
      weights: anyFolded ? dotProducts(folded, rows, derived, kernel, at) : undefined,
      perInput,
      inputOffset: Int32Array.from(cells.weightSums, (sum) => (config.inputCoding === 'offset' ? sum << (config.inputBits - 1) : 0)),
    },
    planes,
    kernel,
    applied: new Int32Array(rows),
    accumulators: new Int32Array(columns),
    unitAcc: new Int32Array(kernel.memory, at.acc, stride),
    counters: new Uint32Array(kernel.memory, at.counters, derived.passes * stride),
    at,
    stride,
    chunk: Math.floor(127 / (2 ** Math.max(...slices) - 1)),
  };
}

/** Whether any inputs at all bring this column's sum, in any row group, outside the codes. */
function canClip(config: CrossbarConfig, derived: CrossbarDerived, rows: number, level: (row: number) => number): boolean {
  if (config.adcBits === 'ideal') return false;
  const digit = Math.max(...derived.digits.map((d) => 2 ** d.bits - 1));
  const bothSigns = config.inputCoding === 'sign-magnitude';
  for (let start = 0; start < rows; start += config.dacs) {
    let up = 0;
    let down = 0;
    for (let n = start; n < Math.min(rows, start + config.dacs); n++) {
      const l = level(n) + derived.cellFloor;
      if (l > 0 || bothSigns) up += Math.abs(l);
      if (l < 0 || bothSigns) down += Math.abs(l);
    }
    if (up * digit > derived.codes.high || -down * digit < derived.codes.low) return true;
  }
  return false;
}

/** The folded part as dot products: in SIMD where both factors fit 16 bits, which all but the widest configurations do. */
function dotProducts(
  folded: Int32Array,
  rows: number,
  derived: CrossbarDerived,
  kernel: SimdKernel,
  at: Layout,
): (applied: Int32Array, acc: Int32Array) => void {
  const columns = folded.length / rows;
  const padded = paddedRows(rows);
  const fits = folded.every((w) => w === (w << 16) >> 16) && derived.inputs.high - Math.min(0, derived.inputs.low) <= 32767;
  if (!fits) {
    return (applied, acc) => {
      for (let m = 0; m < columns; m++) {
        let sum = 0;
        for (let n = 0; n < rows; n++) sum = (sum + Math.imul(folded[m * rows + n]!, applied[n]!)) | 0;
        acc[m] = sum;
      }
    };
  }
  const w = new Int16Array(kernel.memory, at.w, padded * columns);
  for (let m = 0; m < columns; m++) w.set(folded.subarray(m * rows, (m + 1) * rows), m * padded);
  const x = new Int16Array(kernel.memory, at.x, padded);
  const dots = new Int32Array(kernel.memory, at.dots, columns);
  return (applied, acc) => {
    x.set(applied);
    kernel.dot(at.x, at.w, padded * 2, at.dots, at.dots + columns * 4);
    acc.set(dots);
  };
}
