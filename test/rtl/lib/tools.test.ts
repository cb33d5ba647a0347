import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cosimAll, describeDifference, elaborate, exportVerilog, randomStimulus, type ModuleDefinition } from '../../../src/index.ts';
import * as lib from '../../../rtl/lib/index.ts';
import { need } from '../../cosim/helpers.ts';

/** Every block, small and odd. */
const designs = [
  lib.Fifo({ depth: 1, width: 1 }), lib.Fifo({ depth: 5, width: 40 }), lib.MemoryFifo({ depth: 2, width: 3 }), lib.MemoryFifo({ depth: 8, width: 33 }),
  lib.PipelineRegister({ width: 9 }), lib.SkidBuffer({ width: 9 }), lib.AsyncFifo({ depth: 2, width: 5 }), lib.AsyncFifo({ depth: 8, width: 36, stages: 3 }),
  lib.PriorityArbiter({ n: 5 }), lib.RoundRobinArbiter({ n: 5 }), lib.RoundRobinArbiter({ n: 1, hold: true, checks: true }), lib.RoundRobinArbiter({ n: 35, hold: true, checks: true }),
  lib.MatrixArbiter({ n: 6, checks: true }), lib.AgedArbiter({ n: 6, cap: 4, checks: true }), lib.AgedArbiter({ n: 1, cap: 1 }),
  lib.UpDownCounter({ width: 5 }), lib.SaturatingCounter({ most: 9 }), lib.ModuloCounter({ modulus: 11 }), lib.GrayCounter({ width: 6 }), lib.Lfsr({ width: 64 }),
  lib.Timer({ width: 7 }), lib.Timer({ width: 7, longest: true }), lib.ShiftRegister({ length: 1, width: 4 }), lib.ShiftRegister({ length: 4, width: 10 }),
  lib.BitSynchroniser({ stages: 3 }), lib.PulseSynchroniser({}), lib.WordSynchroniser({ width: 12 }),
  lib.FifoProperties({ depth: 3, width: 4 }), lib.MemoryFifoProperties({ depth: 4, width: 4 }), lib.PipelineRegisterProperties({ width: 4 }), lib.SkidBufferProperties({ width: 4 }),
  lib.AsyncFifoProperties({ depth: 4, width: 3 }), lib.WordSynchroniserProperties({ width: 3 }), lib.PulseSynchroniserProperties({}),
].map((definition) => elaborate(definition as unknown as ModuleDefinition)); // prettier-ignore

it('no block has a signal that nobody uses, but for counts that are for whoever places it', () => {
  const warnings = designs.flatMap((d) => d.warnings.map((w) => w.message));
  expect(warnings.filter((w) => !/count|Count/.test(w))).toEqual([]);
});

it.for(['js', 'interp'] as const)('Icarus runs the Verilog of every block as %s runs the block', (engine, context) => {
  need(context, 'icarus');
  const jobs = designs.map((design) => ({ design, stimulus: randomStimulus(design, { cycles: 250, seed: 23 }) }));
  const results = cosimAll(jobs, { engine });
  expect(results.flatMap(({ difference }, i) => (difference === undefined ? [] : [`${designs[i]!.flat.name}: ${describeDifference(difference)}`]))).toEqual([]);
});

describe('Yosys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wordline-lib-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  it('reads the Verilog of every block without a warning', (context) => {
    if (spawnSync('yosys', ['-V'], { stdio: 'ignore' }).error !== undefined) context.skip('yosys is not installed');
    const script = designs.map((design, i) => {
      const { top, text } = exportVerilog(design, { prefix: `d${i}_` });
      const file = join(folder, `${top}.v`);
      writeFileSync(file, text);
      return `read_verilog ${file}; hierarchy -check -top ${top}; proc; check -assert; design -reset`;
    });
    const output = execFileSync('yosys', ['-p', script.join('; ')], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect(output.split('\n').filter((l) => /^warning/i.test(l))).toEqual([]);
  });
});
