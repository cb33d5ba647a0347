import { describe, expect, it } from 'vitest';
import { addressMapping, DRAM_MAPPINGS, dramPreset, generateRequests, readRequests, requestLine, type GenerateOptions, type RequestFormat } from '../../src/dram/index.ts';

const { organisation } = dramPreset('ramulator2-hbm2-2000');
const mapping = addressMapping(DRAM_MAPPINGS.ramulator2, organisation);
const read = (text: string, format?: RequestFormat) => [...readRequests({ text, name: 'a.trc' }, mapping, format)];
const make = (options: GenerateOptions) => [...generateRequests(options, mapping, organisation)];

describe('request traces', () => {
  it('of DRAMsim3, Ramulator and address vectors', () => {
    expect(read('0x40 READ 0\r\n\n0x1C0 WRITE 12\n')).toEqual([{ address: 0x40, write: false, cycle: 0 }, { address: 0x1c0, write: true, cycle: 12 }]);
    expect(read('LD 0x40\nST 128')).toEqual([{ address: 0x40, write: false, cycle: 0 }, { address: 128, write: true, cycle: 0 }]);
    // The request of raw_single_read: group 1, bank 2, row 5, column 3.
    expect(read('# a comment\nR 0,0,1,2,5,3\nW 0,1,0,0,0,0\n')).toEqual([{ address: 0x2c860, write: false, cycle: 0 }, { address: 1 << 10, write: true, cycle: 0 }]);
  });

  it.each([
    ['0x40 READ 0\n0x40 REED 0\n', undefined, 'a.trc:2:6: expected READ or WRITE, found "REED" [dram-trace]\n  hint: did you mean "read"'],
    ['40 READ 0\n', undefined, 'a.trc:1:1: expected an address, 0x and hexadecimal digits, found "40"'],
    ['0xG0 READ 0\n', undefined, 'a.trc:1:1: expected an address, 0x and hexadecimal digits, found "0xG0"'],
    ['0x40 READ\n', undefined, 'a.trc:1:10: expected the cycle, a number, found the end of the line'],
    ['0x40 READ 0 x\n', undefined, 'a.trc:1:13: expected the end of the line, found "x"'],
    ['0x40 READ 5\n0x40 READ 4\n', undefined, 'a.trc:2:1: cycle 4 comes after cycle 5'],
    ['LD 0x100000000\n', undefined, 'a.trc:1:1: address 0x100000000 is beyond the channel, which has 30 address bits'],
    ['R 0,0,1,2,5\n', undefined, 'a.trc:1:3: expected channel, pseudo-channel, group, bank, row and column: six numbers between commas, found "0,0,1,2,5"'],
    ['R 0,0,1,x,5,3\n', undefined, 'a.trc:1:9: expected a number, found "x"'],
    ['hello\n', undefined, 'a.trc:1:1: this is no request of a known format'],
    ['LD 0x40\n', 'dramsim3', 'a.trc:1:1: expected an address, 0x and hexadecimal digits, found "LD"'],
  ] as const)('%j: %s', (text, format, message) => {
    expect(() => read(text, format)).toThrow(message);
  });

  it('are told when they are not there', () => {
    expect(() => [...readRequests('no/such.trc', mapping)]).toThrow('cannot read no/such.trc: ENOENT');
  });
});

describe('generated requests', () => {
  it('come back from the text that they are written as', () => {
    for (const pattern of ['stream', 'random', 'strided', 'hot-row'] as const) {
      const made = make({ pattern, count: 300, writes: 0.3, gap: 2 });
      expect(read(made.map(requestLine).join(''))).toEqual(made);
    }
  });

  it('follow their pattern', () => {
    expect(make({ pattern: 'stream', count: 3, start: 64 }).map((r) => r.address)).toEqual([64, 96, 128]);
    expect(make({ pattern: 'strided', count: 3, stride: 4096 }).map((r) => r.address)).toEqual([0, 4096, 8192]);
    expect(make({ pattern: 'strided', count: 2 }).map((r) => r.address)).toEqual([0, 1024]);
    expect(make({ pattern: 'stream', count: 2, start: 2 ** 30 - 32 }).map((r) => r.address)).toEqual([2 ** 30 - 32, 0]);
    expect(make({ pattern: 'stream', count: 3, gap: 7 }).map((r) => r.cycle)).toEqual([0, 7, 14]);
    const hot = make({ pattern: 'hot-row', count: 2000, hot: 0.75 }).map(({ address }) => mapping.locate(address));
    const rows = new Map<string, number>();
    for (const { pseudoChannel, group, bank, row } of hot) rows.set([pseudoChannel, group, bank, row].join(), (rows.get([pseudoChannel, group, bank, row].join()) ?? 0) + 1);
    expect(Math.abs(Math.max(...rows.values()) / 2000 - 0.75)).toBeLessThan(0.05);
  });

  it('spread over all banks at random, with the share of writes that was asked for', () => {
    const random = make({ pattern: 'random', count: 4000, writes: 0.25 });
    const banks = new Map<string, number>();
    for (const { address } of random) {
      const { pseudoChannel, group, bank } = mapping.locate(address);
      banks.set([pseudoChannel, group, bank].join(), (banks.get([pseudoChannel, group, bank].join()) ?? 0) + 1);
    }
    expect(banks.size).toBe(32);
    expect(Math.min(...banks.values())).toBeGreaterThan(60);
    expect(Math.abs(random.filter((r) => r.write).length / 4000 - 0.25)).toBeLessThan(0.03);
    expect(random.every((r) => r.address % 32 === 0)).toBe(true);
  });

  it('are the same for the same seed, and others for another', () => {
    const options = { pattern: 'random', count: 50, seed: 77 } as const;
    expect(make(options)).toEqual(make(options));
    expect(make({ ...options, seed: 78 })).not.toEqual(make(options));
  });

  it('refuse what they do not know', () => {
    expect(() => make({ pattern: 'random', counts: 3 } as never)).toThrow('generateRequests has no option "counts" [unknown-option]\n  hint: did you mean "count"');
    expect(() => make({ pattern: 'random', writes: 2 })).toThrow('generateRequests: writes: too big');
    expect(() => make({ pattern: 'zigzag' as never })).toThrow('[dram-requests]');
  });
});
