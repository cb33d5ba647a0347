import { fail } from '../diag/index.ts';
import type { CrossbarConfig } from './config.ts';
import { derive } from './derived.ts';

/** Integers, row-major: `data[output * inputs + input]`. */
export interface WeightMatrix {
  readonly outputs: number;
  readonly inputs: number;
  readonly data: ArrayLike<number>;
}

/** What the arrays hold after programming. Cell (slice, column, row) is at `(slice * columns + column) * rows + row`. */
export interface Cells {
  /** Rows that are driven: the matrix's inputs. The others never carry a digit and stay at level 0. */
  readonly rows: number;
  /** Outputs, then the unit column if there is one. */
  readonly columns: number;
  readonly outputs: number;
  readonly positive: Uint8Array;
  /** The second array of each pair; absent for offset weights. */
  readonly negative: Uint8Array | undefined;
  /** Sum of the weights of each column, which corrects offset inputs. */
  readonly weightSums: Int32Array;
}

/** A matrix from rows of numbers, one row an output. */
export function weightMatrix(rows: readonly ArrayLike<number>[]): WeightMatrix {
  const inputs = rows[0]?.length ?? 0;
  const data = new Int32Array(rows.length * inputs);
  rows.forEach((row, output) => {
    if (row.length !== inputs) fail('matrix-size', `output ${output} has ${row.length} weights, output 0 has ${inputs}`);
    // Checked here, because an Int32Array would silently truncate.
    for (let i = 0; i < inputs; i++) if (!Number.isInteger(row[i])) notAnInteger(row[i]!, output, i);
    data.set(row, output * inputs);
  });
  return { outputs: rows.length, inputs, data };
}

/**
 * Cell levels for a matrix of up to `columns` x `rows` weights.
 *
 * @throws WordlineError `matrix-size` when it does not fit, `weight-range` for a weight the cells cannot hold.
 */
export function programCells(config: CrossbarConfig, weights: WeightMatrix): Cells {
  checkSize(config, weights);
  const { weights: valid, sliceShift, weightOffset } = derive(config);
  const { outputs, inputs: rows, data } = weights;
  const unitColumn = config.offsetCorrection === 'unit-column';
  const columns = outputs + (unitColumn ? 1 : 0);
  const differential = config.weightCoding === 'differential';
  const positive = new Uint8Array(config.slices.length * columns * rows);
  const negative = differential ? new Uint8Array(positive.length) : undefined;
  const weightSums = new Int32Array(outputs);

  const store = (array: Uint8Array, code: number, column: number, row: number): void => {
    for (let s = 0; s < sliceShift.length; s++) {
      array[(s * columns + column) * rows + row] = (code >> sliceShift[s]!) & ((1 << config.slices[s]!) - 1);
    }
  };
  for (let m = 0; m < outputs; m++) {
    for (let n = 0; n < rows; n++) {
      const w = data[m * rows + n]!;
      if (!Number.isInteger(w)) notAnInteger(w, m, n);
      if (w < valid.low || w > valid.high) outOfRange(config, w, m, n, valid.low, valid.high);
      weightSums[m]! += w;
      if (negative === undefined) store(positive, w + weightOffset, m, n);
      else store(w < 0 ? negative : positive, Math.abs(w), m, n);
    }
  }
  // The unit column holds weight 0, so that what it sums is exactly the offset every other column carries.
  if (unitColumn) for (let n = 0; n < rows; n++) store(positive, weightOffset, outputs, n);
  return { rows, columns, outputs, positive, negative, weightSums };
}

function checkSize(config: CrossbarConfig, { outputs, inputs, data }: WeightMatrix): void {
  if (!(outputs >= 1 && inputs >= 1) || data.length !== outputs * inputs) {
    fail('matrix-size', `a matrix of ${outputs} outputs x ${inputs} inputs needs ${outputs * inputs} weights (at least 1), not ${data.length}`);
  }
  if (outputs > config.columns || inputs > config.rows) {
    fail('matrix-size', `a matrix of ${outputs} outputs x ${inputs} inputs does not fit a crossbar of ${config.columns} columns x ${config.rows} rows`, {
      hint: 'spread it over several crossbars with TiledEngine, or raise rows and columns',
    });
  }
}

function notAnInteger(w: number, output: number, input: number): never {
  fail('weight-range', `weight ${w} at output ${output}, input ${input} is not an integer`, { hint: 'quantise the weights first' });
}

function outOfRange(config: CrossbarConfig, w: number, output: number, input: number, low: number, high: number): never {
  fail('weight-range', `weight ${w} at output ${output}, input ${input} is outside ${low}..${high}`, {
    hint: `${config.weightBits}-bit ${config.weightCoding} weights in slices [${config.slices.join(', ')}] hold ${low}..${high}; quantise to that, or change weightBits and slices`,
  });
}
