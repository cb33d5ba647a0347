import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gtkwText, translateFiles, writeGtkw, type TraceScope } from '../../src/wave/index.ts';
import { DEMO, STATE } from './tracers.ts';

describe('gtkwText', () => {
  // This very text, and one with every radix, was opened in GTKWave 3.3.118: groups, radices and names show as they should.
  it('has groups, radices, names and the window', () => {
    expect(gtkwText(DEMO, { dumpfile: 'demo.vcd', name: 'demo.gtkw', toPs: 100_000, foldFrom: 1 })).toMatchInlineSnapshot(`
      "[*]
      [*] Wordline
      [*]
      [dumpfile] "/wordline/demo.vcd"
      [savefile] "/wordline/demo.gtkw"
      [timestart] 0
      [size] 1280 800
      [pos] -1 -1
      *-14.646166 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1
      [treeopen] top.
      [sst_width] 200
      [signals_width] 200
      [sst_expanded] 1
      @800200
      -top
      @28
      top.clk
      @c00200
      -core
      @22
      top.core.count[7:0]
      @420
      top.core.level[11:0]
      @2022
      ^1 /wordline/State.2.enum.txt
      top.core.state[1:0]
      @28
      top.core.hit
      @24
      top.core.volt
      @1401200
      -core
      @1000200
      -top
      "
    `);
  });

  it('knows every radix, and counts in the timescale', () => {
    const radices = ['bin', 'hex', 'dec', 'signed', 'oct', 'real', 'ascii'] as const;
    const top: TraceScope = { name: 't', vars: radices.map((radix, i) => ({ name: radix, type: 'wire', width: 32, offset: i, radix })), scopes: [] };
    const text = gtkwText(top, { timescalePs: 1000, fromPs: 5000, toPs: 785_000 });
    expect(text.match(/^(@.*|t\..*)$/gm)!.join(' ')).toBe(
      '@800200 @28 t.bin[31:0] @22 t.hex[31:0] @24 t.dec[31:0] @420 t.signed[31:0] @30 t.oct[31:0] @40020 t.real[31:0] @820 t.ascii[31:0] @1000200',
    );
    expect(text).toContain('[timestart] 5\n');
    // 780 ticks on 780 pixels: one tick a pixel, 200 in GTKWave's frame.
    expect(text).toContain(`*-${Math.log2(200).toFixed(6)} `);
    expect(() => gtkwText(top, { fromPs: 5, toPs: 5 })).toThrow('the window from 5 ps to 5 ps is empty [wave-window]');
  });
});

describe('translateFiles', () => {
  it('writes values as GTKWave shows them', () => {
    const names = { name: 'Op code', values: new Map<number | bigint, string>([[10, 'ADD'], [0xffn, 'EXIT  NOW'], [0, 'NOP']]) };
    const v = (name: string, width: number) => ({ name, type: 'reg', width, offset: width, enum: names }) as const;
    const files = translateFiles({ name: 't', vars: [v('a', 8), v('b', 9)], scopes: [{ name: 's', vars: [v('c', 8)], scopes: [] }] });
    expect([...files.keys()]).toEqual(['Op_code.8.enum.txt', 'Op_code.9.enum.txt']);
    expect(files.get('Op_code.9.enum.txt')).toBe('# Op code: 9 bits, hex\n000 NOP\n00A ADD\n0FF EXIT NOW\n');
  });

  it('refuses what would show wrong names', () => {
    const other = { name: 'State', values: new Map([[0, 'ZERO']]) };
    const v = (name: string, names: typeof STATE, width = 2) => ({ name, type: 'reg', width, offset: 0, enum: names }) as const;
    expect(() => translateFiles({ name: 't', vars: [v('a', STATE), v('b', other)], scopes: [] })).toThrow('"t.b" uses a second enumeration called "State" with other values [wave-name-clash]');
    expect(() => translateFiles({ name: 't', vars: [v('a', STATE, 1)], scopes: [] })).toThrow('State.READ = 2 does not fit the 1 bit of "t.a" [wave-enum]');
  });
});

describe('writeGtkw', () => {
  it('puts everything beside the save file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wordline-gtkw-'));
    try {
      const written = writeGtkw(join(folder, 'waves', 'demo.gtkw'), DEMO, { dumpfile: 'demo.vcd' });
      expect(written).toEqual([join(folder, 'waves', 'demo.gtkw'), join(folder, 'waves', 'State.2.enum.txt')]);
      expect(written.every((path) => existsSync(path))).toBe(true);
      expect(readFileSync(written[1]!, 'utf8')).toBe('# State: 2 bits, hex\n0 IDLE\n1 ACT\n2 READ\n');
      writeFileSync(join(folder, 'file'), '');
      expect(() => writeGtkw(join(folder, 'file', 'x.gtkw'), DEMO)).toThrow(/cannot write .* \[wave-file\]/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
