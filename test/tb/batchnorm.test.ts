import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchnorm } from '../../tb/batchnorm-pim.ts';
import type { PhaseRow } from '../../tb/batchnorm/phases.ts';
import { CheckedTraffic } from '../../tb/batchnorm/traffic.ts';
import { makeContext, readVcd, type Reporter } from '../../src/index.ts';

interface Result {
  readonly phases: readonly PhaseRow[];
  readonly values: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly hostReads: number;
  readonly hostWrites: number;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'batchnorm-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(parameters: Record<string, unknown>): Promise<{ result: Result; text: string }> {
  const lines: string[] = [];
  const reporter: Reporter = { print: (line) => void lines.push(line), progress: () => () => undefined };
  const { context, finish } = makeContext(batchnorm.parameters.parse(parameters), { seed: 3, ...(parameters['window'] !== 0 && { trace: join(folder, 'wave.vcd') }) }, reporter);
  try {
    return { result: (await batchnorm.definition.run(context)) as Result, text: lines.join('\n') };
  } finally {
    finish();
  }
}

describe('batch normalisation of digits on the channel', () => {
  it('is bit-equal to the golden models and near doubles, with the host beside it, and writes a window of waves', async () => {
    const { result, text } = await run({ count: 1, window: 300 });
    expect(result.values).toBe(2 * 8 * 24 * 24 + 4 * 8);
    for (const [name, error] of Object.entries(result.errors)) expect(error, name).toBeLessThan(2e-3);
    expect(result.errors['y']).toBeGreaterThan(0);
    expect(result.hostReads).toBeGreaterThan(10);
    expect(result.hostWrites).toBeGreaterThan(10);
    const [forward, backward] = ['forward', 'backward'].map((kernel) => result.phases.filter((p) => p.kernel === kernel)) as [PhaseRow[], PhaseRow[]];
    expect([forward.length, backward.length]).toEqual([5, 4]);
    // A trigger takes tCCDL = 4 cycles in each pseudo-channel.
    for (const { columns, cycles } of result.phases) expect(cycles).toBeGreaterThanOrEqual(2 * columns);
    for (const { flops, columns, activates } of result.phases) expect([columns > 0, activates > 0]).toEqual([flops > 0, flops > 0]);
    expect(text).toContain('all bit-equal to the golden model');

    const wave = readVcd(join(folder, 'wave.vcd'));
    const owner = wave.signals.find((s) => s.path.endsWith('.owner'))!;
    // Before the window it is not written: x.
    expect(new Set(owner.changes.map(([, v]) => Number(v)))).toEqual(new Set([NaN, 0, 1]));
    expect(readFileSync(join(folder, 'wave.gtkw'), 'utf8')).toMatch(/Phase\.3\.enum\.txt/);
  });

  it('is the same each time, and with single precision nearer to doubles', async () => {
    const once = (parameters: Record<string, unknown>) => run({ count: 1, window: 0, ...parameters });
    const [first, again] = [await once({}), await once({})];
    expect(again).toEqual(first);
    const { result } = await once({ format: 'binary32', banksPerUnit: 2 });
    for (const [name, error] of Object.entries(result.errors)) expect(error, name).toBeLessThan(1e-5);
  });

  it('says what is wrong with what it is given', async () => {
    await expect(run({ count: 1001, window: 0 })).rejects.toThrow(/1001 images were asked for and there are 1000/);
    await expect(run({ policy: 'package.json', window: 0 })).rejects.toThrow(/package\.json/);
    await expect(run({ banksPerUnit: 3, window: 0 })).rejects.toThrow(/banksPerUnit/);
  });
});

it('the traffic beside notices a read that returns something else', () => {
  const traffic = new CheckedTraffic({ seed: 1, rate: 1, banks: 4, row: 9, columns: 8, words: 2 });
  for (let i = 0; i < 50; i++) {
    const access = traffic.offer()!;
    traffic.taken();
    if (access.words !== undefined) traffic.answered(access, i);
    else expect(() => traffic.answered(access, 7, Uint32Array.of(0xdead, 0xdead))).toThrow(/cycle 7: a read of bank .* returns 57005 57005, and last written was/);
  }
});
