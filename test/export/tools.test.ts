import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { crossbarConfig, elaborate, type ModuleDefinition } from '../../src/index.ts';
import { exportVerilog } from '../../src/export/index.ts';
import { McTop } from '../../bench/designs/mc.ts';
import { SimdTop } from '../../bench/designs/simd.ts';
import { CrossbarCore } from '../../rtl/rram/index.ts';
import { libraryBlocks } from '../cosim/library.ts';
import { circuit, recipes } from '../sim/random-circuit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function need(context: TestContext, tool: string): void {
  if (spawnSync(tool, ['-V'], { stdio: 'ignore' }).error !== undefined) context.skip(`${tool} is not installed`);
}

const SEED = 31;
/** Real designs and random ones; models stay black boxes, since their twins are not ours to judge. */
const designs = (): { top: string; file: string }[] =>
  [
    McTop({ rate: 255 }) as unknown as ModuleDefinition,
    SimdTop as unknown as ModuleDefinition,
    CrossbarCore(crossbarConfig({ rows: 16, columns: 8, adcs: 4 })) as unknown as ModuleDefinition,
    ...libraryBlocks(),
    ...fc.sample(recipes, { seed: SEED, numRuns: 40 }).map(circuit),
  ].map((definition, i) => {
    const { top, text } = exportVerilog(elaborate(definition), { models: 'stub', prefix: `d${i}_`, unused: i % 2 === 0 ? 'drop' : 'keep' });
    const file = join(folder, `${top}.v`);
    writeFileSync(file, text);
    return { top, file };
  });

describe('tools read exported Verilog', () => {
  it('Yosys: without a warning, and finds no loops, no double drivers and nothing undriven', (context) => {
    need(context, 'yosys');
    const script = designs().map(({ top, file }) => `read_verilog ${file}; hierarchy -check -top ${top}; proc; check -assert; design -reset`);
    const output = execFileSync('yosys', ['-p', script.join('; ')], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect(output.split('\n').filter((l) => /^warning/i.test(l))).toEqual([]);
  });

  it('Verilator: -Wall, but for what designers are free to do (unused signals, comparisons that are always true) and file names', (context) => {
    need(context, 'verilator');
    const waived = ['UNUSED', 'UNSIGNED', 'CMPCONST', 'DECLFILENAME'].map((w) => `-Wno-${w}`);
    for (const { top, file } of designs()) {
      const { stderr } = spawnSync('verilator', ['--lint-only', '-Wall', ...waived, '--top-module', top, file], { encoding: 'utf8' });
      expect(stderr.replaceAll(folder, '')).toBe('');
    }
  });

  it('Icarus: as plain Verilog-2005 with all its warnings', (context) => {
    need(context, 'iverilog');
    for (const { top, file } of designs()) {
      const { stderr } = spawnSync('iverilog', ['-g2005', '-Wall', '-Wno-timescale', '-s', top, '-t', 'null', file], { encoding: 'utf8' });
      expect(stderr.replaceAll(folder, '')).toBe('');
    }
  });
});
