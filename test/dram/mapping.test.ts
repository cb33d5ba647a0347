import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressMapping, DRAM_MAPPINGS, dramPreset, dramPresets, type DramLocation, type Organisation } from '../../src/dram/index.ts';

/** A channel small enough to try every address. */
const tiny: Organisation = { pseudoChannels: 2, bankGroups: 4, banksPerGroup: 2, rows: 16, burstsPerRow: 8, burstBytes: 4, burstCycles: 2, actCycles: 2 };
const SIZES = { pseudoChannel: 2, group: 4, bank: 2, row: 16, column: 8, offset: 4 };
const BYTES = 2 * 4 * 2 * 16 * 8 * 4;

const HASHED = [
  'row bank^row group^row[2:1] pc^row[0] column offset',
  'row column:2 bank^row[3] group pc column:1 offset',
  'row:2 column bank group^row[1:0]^column[2:1] pc row:2 offset',
];

const text = (l: DramLocation): string => Object.values(l).join();

describe('every address of a small channel', () => {
  for (const map of [...Object.values(DRAM_MAPPINGS), ...HASHED]) {
    it(`${map} has one place, and back`, () => {
      const mapping = addressMapping(map, tiny);
      expect(2 ** mapping.addressBits).toBe(BYTES);
      const places = new Set<string>();
      for (let address = 0; address < BYTES; address++) {
        const place = mapping.locate(address);
        places.add(text(place));
        const inside = Object.entries(SIZES).every(([field, size]) => place[field as keyof DramLocation] < size);
        if (!inside || mapping.addressOf(place) !== address) expect.fail(`address ${address} is at ${text(place)}, which is at ${mapping.addressOf(place)}`);
      }
      expect(places.size).toBe(BYTES);
    });
  }
});

it('addresses of all presets come back', () => {
  for (const { organisation } of dramPresets) {
    for (const map of Object.values(DRAM_MAPPINGS)) {
      const mapping = addressMapping(map, organisation);
      fc.assert(fc.property(fc.nat({ max: 2 ** mapping.addressBits - 1 }), (address) => mapping.addressOf(mapping.locate(address)) === address), { numRuns: 200 });
    }
  }
});

it('channels beyond 32 address bits', () => {
  const big: Organisation = { ...tiny, rows: 2 ** 20, burstsPerRow: 2 ** 10, burstBytes: 64 };
  const mapping = addressMapping('row bank^row[19] group pc column offset', big);
  expect(mapping.addressBits).toBe(40);
  fc.assert(fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: 511 }), (low, high) => mapping.addressOf(mapping.locate(high * 2 ** 31 + low)) === high * 2 ** 31 + low));
  expect(mapping.locate(2 ** 39)).toMatchObject({ row: 2 ** 19, bank: 1 });
});

it('fields are where the text says, by hand', () => {
  const mapping = addressMapping('row column:2 bank^row[3] group pc column:1 offset', tiny);
  // offset 2 bits, column 1, pc 1, group 2, bank 1, column 2, row 4: address 0b1010_11_1_10_1_1_01.
  expect(mapping.locate(0b1010111101101)).toEqual({ row: 0b1010, column: 0b111, bank: 1 ^ 1, group: 0b10, pseudoChannel: 1, offset: 1 });
  expect(mapping.bits.find((b) => b.field === 'bank')).toEqual({ field: 'bank', bit: 0, from: [6, 12] });
});

describe('refused', () => {
  const { organisation } = dramPreset('samsung-hbm2');
  it.each([
    ['row bank group pc colum offset', 'has no field "colum" [dram-mapping]\n  hint: did you mean "column"'],
    ['row bank group pc column', 'has 0 bits for offset, and the organisation has 5 [dram-mapping]\n  hint: add offset'],
    ['row column:3 bank group pc column:1 offset', 'has 4 bits for column, and the organisation has 5'],
    ['row bank^row[3:1] group pc column offset', '"bank^row[3:1]" of address mapping "row bank^row[3:1] group pc column offset" mixes 2 bits with 3'],
    ['row bank^row[14:13] group pc column offset', 'wants bit 14 of row, which has 14 bits'],
    ['row bank^group group^bank pc column offset', 'sends two addresses to one place'],
    ['row bank+row group pc column offset', '"bank+row" of address mapping'],
  ])('%s', (map, message) => {
    expect(() => addressMapping(map, organisation)).toThrow(message);
  });

  it('addresses and places that do not exist', () => {
    const mapping = addressMapping(DRAM_MAPPINGS.ramulator2, organisation);
    expect(() => mapping.locate(2 ** 29)).toThrow('address 0x20000000 is not among the 29 bits of a channel [dram-address]');
    expect(() => mapping.locate(-1)).toThrow('[dram-address]');
    expect(() => mapping.addressOf({ ...mapping.locate(0), group: 4 })).toThrow('there is no group 4, only 0 to 3 [dram-address]');
  });
});
