import { bit, model, parametric, uint, vec, type ModelBehaviour } from '../../src/index.ts';
import { banksOf, type ChannelShape } from './interface.ts';
import { rowStoreVerilog } from './row-store-verilog.ts';
import { SparseRows } from './sparse-rows.ts';

export interface RowStoreParameters {
  readonly shape: ChannelShape;
  /** Rows of each bank that the Verilog twin has; it stops at any other. */
  readonly twinRows: number;
  /** Rows shared with a testbench, which may load and look at them: row number `(bank of the channel) * rows + row`. */
  readonly contents?: SparseRows;
}

export const wordsPerBurst = ({ burstBytes }: ChannelShape): number => burstBytes / 4;
/** Bits of {pseudo-channel, bank} and of a burst's place in the channel, {pseudo-channel, bank, row, column}. */
export const laneBits = (shape: ChannelShape): number => Math.log2(shape.pseudoChannels * banksOf(shape));
export const placeBits = (shape: ChannelShape): number => laneBits(shape) + Math.log2(shape.rows * shape.burstsPerRow);

/** An empty array of the right size for `contents`. */
export const emptyRows = (shape: ChannelShape): SparseRows => new SparseRows(shape.burstsPerRow * wordsPerBurst(shape));

/**
 * The cells of a channel: the only part that is no RTL. At an edge with `read` the burst at `readPlace` comes out, in the words of its
 * pseudo-channel, and stays there until that one's next; at an edge with `write` the bytes of `burst` whose bit in `mask` is 0 are written. A read
 * sees the cells before a write of the same edge. It is called only at edges with one of them (`fire`).
 */
export const RowStore = parametric((p: RowStoreParameters) => {
  const { shape } = p;
  const words = wordsPerBurst(shape);
  const place = uint<number>(placeBits(shape));
  const word = uint(32);
  return model(
    `RowStore${shape.pseudoChannels}x${banksOf(shape)}x${shape.rows}b${shape.burstBytes}`,
    {
      in: {
        fire: bit, read: bit, readPlace: place, write: bit, writePlace: place,
        burst: vec<number, typeof word>(words, word), mask: uint<number>(words * 4),
      }, // prettier-ignore
      out: { data: vec<number, typeof word>(shape.pseudoChannels * words, word) },
      fire: 'fire',
      verilog: rowStoreVerilog(p),
    },
    () => cells(p),
  );
});

function cells({ shape, contents }: RowStoreParameters): ModelBehaviour {
  const words = wordsPerBurst(shape);
  const columnBits = Math.log2(shape.burstsPerRow);
  const columns = shape.burstsPerRow - 1;
  const pcShift = placeBits(shape) - Math.log2(shape.pseudoChannels);
  const rows = contents ?? emptyRows(shape);
  return {
    clock({ in: input, out }) {
      if (input['read']!.words[0] === 1) {
        const place = input['readPlace']!.words[0]!;
        const data = out['data']!.words;
        const to = (place >>> pcShift) * words;
        const from = (place & columns) * words;
        readCells(rows.find(place >>> columnBits), from, data, to, words);
      }
      if (input['write']!.words[0] === 1) {
        const place = input['writePlace']!.words[0]!;
        const row = rows.row(place >>> columnBits);
        const to = (place & columns) * words;
        writeCells(row, to, input['burst']!.words, input['mask']!.words, words);
      }
    },
    save: () => rows.save(),
    restore: (state) => rows.restore(state as ReturnType<SparseRows['save']>),
  };
}

type Words = Int32Array | Uint32Array;

/** Some words of a row, from word `from` on, into `data`; 0 if it was never written. */
export function readCells(row: Int32Array | undefined, from: number, data: Words, to: number, words: number): void {
  for (let i = 0; i < words; i++) data[to + i] = row === undefined ? 0 : row[from + i]!;
}

/** Bytes of `burst` whose bit in `mask` is 0 into a row, from word `to` on. */
export function writeCells(row: Int32Array, to: number, burst: Words, mask: Words, words: number): void {
  for (let i = 0; i < words; i++) {
    const keep = bytesOf((mask[i >> 3]! >>> ((i & 7) * 4)) & 15);
    row[to + i] = (row[to + i]! & keep) | (burst[i]! & ~keep);
  }
}

/** Four bits as four bytes of ones. */
const bytesOf = (bits: number): number => ((bits & 1) * 0xff) | (((bits >> 1) & 1) * 0xff00) | (((bits >> 2) & 1) * 0xff0000) | (-(bits >> 3) << 24);
