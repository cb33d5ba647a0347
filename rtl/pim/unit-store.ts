import { banksOf, emptyRows, laneBits, placeBits, readCells, wordsPerBurst, writeCells, type RowStoreParameters, type SparseRows } from '../dram/index.ts';
import { bit, model, parametric, uint, vec, type ModelBehaviour } from '../../src/index.ts';
import { unitStoreVerilog } from './unit-store-verilog.ts';

export interface UnitStoreParameters extends RowStoreParameters {
  readonly banksPerUnit: number;
}

/**
 * The cells of a channel with PIM units: `RowStore`, and the bank with the same number of all units of a pseudo-channel at once. `unitsPlace` and
 * `storePlace` are places of one of them. At an edge with `readUnits` their bursts come out at `units`, in the words of the pseudo-channel, and stay;
 * at an edge with `store` they get those of `stored`; with `writeAll` a `write` is one of all of them. A read sees the cells before a write of the same edge.
 */
export const UnitStore = parametric((p: UnitStoreParameters) => {
  const { shape, banksPerUnit } = p;
  const words = wordsPerBurst(shape);
  const perPc = (banksOf(shape) / banksPerUnit) * words;
  const place = uint<number>(placeBits(shape));
  const word = uint(32);
  const some = (n: number) => vec<number, typeof word>(n, word);
  return model(
    `UnitStore${banksPerUnit}of${shape.pseudoChannels}x${banksOf(shape)}x${shape.rows}b${shape.burstBytes}`,
    {
      in: {
        fire: bit, read: bit, readPlace: place, write: bit, writeAll: bit, writePlace: place, burst: some(words), mask: uint<number>(words * 4),
        readUnits: bit, unitsPlace: place, store: bit, storePlace: place, stored: some(perPc),
      }, // prettier-ignore
      out: { data: some(shape.pseudoChannels * words), units: some(shape.pseudoChannels * perPc) },
      fire: 'fire',
      verilog: unitStoreVerilog(p),
    },
    () => behaviour(p),
  );
});

function behaviour({ shape, contents, banksPerUnit }: UnitStoreParameters): ModelBehaviour {
  const rows = contents ?? emptyRows(shape);
  const words = wordsPerBurst(shape);
  const units = banksOf(shape) / banksPerUnit;
  const columnBits = Math.log2(shape.burstsPerRow);
  const rowBits = Math.log2(shape.rows);
  const bankBits = laneBits(shape) - Math.log2(shape.pseudoChannels);
  const pcOf = (place: number): number => place >>> (columnBits + rowBits + bankBits);
  /** Row of the bank like that of `place` in a unit, as `SparseRows` number them. */
  const rowOf = (place: number, unit: number): number => {
    const number = (place >>> (columnBits + rowBits)) & (banksPerUnit - 1);
    const bank = (pcOf(place) << bankBits) + unit * banksPerUnit + number;
    return bank * shape.rows + ((place >>> columnBits) & (shape.rows - 1));
  };
  const columnOf = (place: number): number => (place & (shape.burstsPerRow - 1)) * words;
  return {
    clock({ in: input, out }) {
      const on = (name: string): boolean => input[name]!.words[0] === 1;
      const placeOf = (name: string): number => input[name]!.words[0]!;
      if (on('read')) {
        const place = placeOf('readPlace');
        readCells(rows.find(place >>> columnBits), columnOf(place), out['data']!.words, pcOf(place) * words, words);
      }
      if (on('readUnits')) {
        const place = placeOf('unitsPlace');
        for (let u = 0; u < units; u++) readCells(rows.find(rowOf(place, u)), columnOf(place), out['units']!.words, (pcOf(place) * units + u) * words, words);
      }
      if (on('write')) {
        const place = placeOf('writePlace');
        const [burst, mask] = [input['burst']!.words, input['mask']!.words];
        if (!on('writeAll')) writeCells(rows.row(place >>> columnBits), columnOf(place), burst, mask, words);
        else for (let u = 0; u < units; u++) writeCells(rows.row(rowOf(place, u)), columnOf(place), burst, mask, words);
      }
      if (on('store')) {
        const place = placeOf('storePlace');
        const data = input['stored']!.words;
        for (let u = 0; u < units; u++) rows.row(rowOf(place, u)).set(data.subarray(u * words, (u + 1) * words), columnOf(place));
      }
    },
    save: () => rows.save(),
    restore: (state) => rows.restore(state as ReturnType<SparseRows['save']>),
  };
}
