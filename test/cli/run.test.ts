import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { interrupted } from '../../src/cli/interrupt.ts';
import { readVcd } from '../../src/wave/index.ts';
import { fixture, parsed, wordline } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-run-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const vcd = join(folder, 'counter.vcd');
const counter = ['run', 'tb/counter.ts', '--trace', vcd];

describe('a run', () => {
  it('prints the seed, the parameters, what the testbench says, the result and the waves', async () => {
    const said = await wordline([...counter, '--limit', '3', '--seed', '7']);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out.replaceAll(folder, '').replace(/(waves: ).*\//, '$1').replace(/done in .*/, 'done')).toMatchInlineSnapshot(`
      "counter  a counter that is enabled now and then
      seed=7  limit=3  gap=1
      3 was reached after 5 cycles
      waves: counter.vcd
      done
      "
    `);
    expect(readVcd(vcd).signals.map((s) => s.path)).toContain('Counter.value');
  });

  it('prints one JSON object with --json, and nothing for people', async () => {
    const said = await wordline([...counter, '--limit=3', '--param', 'gap=0', '--seed', '7', '--json']);
    expect(said.err).toBe('');
    expect(parsed(said)).toMatchObject({ testbench: 'counter', seed: 7, parameters: { limit: 3, gap: 0 }, result: { cycles: 3, value: 3 } });
  });

  it('draws a seed and tells it', async () => {
    const seeds = await Promise.all([1, 2].map(async () => parsed(await wordline(['run', fixture('kinds'), '--json']))['seed']));
    expect(seeds[0]).not.toBe(seeds[1]);
    expect(seeds.every((s) => Number.isInteger(s) && Number(s) >= 0 && Number(s) < 2 ** 32)).toBe(true);
  });

  it('writes the same bytes for the same seed, and only the signals asked for', async () => {
    await wordline([...counter, '--signals', '**.value', '--engine', 'interp']);
    const first = readFileSync(vcd);
    await wordline([...counter, '--signals', '**.value', '--engine', 'js']);
    expect(readFileSync(vcd).equals(first)).toBe(true);
    expect(readVcd(vcd).signals.map((s) => s.path)).toEqual(['Counter.value']);
  });

  it('turns every kind of value into JSON', async () => {
    expect(parsed(await wordline(['run', fixture('results'), '--json']))['result']).toEqual({
      big: '1180591620717411303424',
      map: { a: '1' },
      pairs: [[{ k: 1 }, 2]],
      typed: [1, -2],
      nan: 'NaN',
      set: [1],
      bits: "8'hff",
    });
    expect(parsed(await wordline(['run', fixture('results'), '--how', 'nothing', '--json']))['result']).toBeNull();
  });

  it('warns when there was nothing to trace', async () => {
    expect((await wordline(['run', fixture('kinds'), '--trace', vcd])).err).toBe('warning: nothing was traced: testbench "kinds" simulated nothing\n');
  });

  it('chooses among several testbenches', async () => {
    const none = await wordline(['run', fixture('several')]);
    expect(none.code).toBe(2);
    expect(none.err).toContain('exports 2 testbenches: first, second [several-testbenches]\n  hint: choose one, e.g. --bench first');
    expect(parsed(await wordline(['run', fixture('several'), '--bench', 'first', '--json']))['result']).toEqual({ ran: 'first' });
    expect((await wordline(['run', fixture('several'), '--bench', 'secondBench'])).code).toBe(0);
    expect((await wordline(['run', fixture('several'), '--bench', 'second', '--zzzzzzzzz', '3'])).err).toContain('hint: testbench second has no parameters');
    expect((await wordline(['run', fixture('several'), '--bench', 'second', '--help'])).out).toContain('It has no parameters.');
    expect((await wordline(['run', fixture('several'), '--bench', 'secnd'])).err).toContain('no testbench "secnd" [unknown-testbench]\n  hint: did you mean "second"?');
  });

  it('says what to export when there is none', async () => {
    const said = await wordline(['run', fixture('family')]);
    expect(said.code).toBe(2);
    expect(said.err).toContain("exports no testbench [no-testbench]\n  hint: export const main = testbench({ name, summary, parameters, run }), with testbench from 'wordline'");
  });
});

describe('errors of a run', () => {
  it('prints the problems of a WordlineError as they are, exit code 1', async () => {
    const said = await wordline(['run', fixture('results'), '--how', 'problem']);
    expect(said.code).toBe(1);
    expect(said.err).toBe('a.ts:3:4: one thing [first-problem]\n  hint: do this\nanother [second-problem]\n');
  });

  it('prints an unexpected error with its cause and place, the stack only with --stack', async () => {
    const said = await wordline(['run', fixture('results'), '--how', 'error']);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/results\.ts:\d+:\d+: the sums differ: at 7 \[unexpected\]\n {2}hint: --stack shows how it came to this\n$/);
    expect((await wordline(['run', fixture('results'), '--how', 'error', '--stack'])).err).toMatch(/Error: the sums differ\n {4}at [^]*\[cause\]: Error: at 7/);
  });

  it('prints an error as the one JSON object, with the seed', async () => {
    const said = await wordline(['run', fixture('results'), '--how', 'problem', '--json', '--seed', '3']);
    expect(said).toMatchObject({ code: 1, err: '' });
    expect(parsed(said)).toEqual({
      error: { code: 'first-problem', message: 'one thing', where: [{ file: 'a.ts', line: 3, column: 4 }], hint: 'do this', others: [{ code: 'second-problem', message: 'another', where: [] }] },
      seed: 3,
    });
    const expected = await wordline(['run', fixture('results'), '--how', 'expect', '--json']);
    expect(parsed(expected)).toMatchObject({ error: { code: 'expect-failed' } });
  });

  it('names the nearest files when the file is missing', async () => {
    const said = await wordline(['run', 'tb/countr.ts']);
    expect(said.code).toBe(2);
    expect(said.err).toContain('there is no file tb/countr.ts [no-file]\n  hint: did you mean tb/counter.ts?');
    expect((await wordline(['run', 'counter.ts'])).err).toContain('did you mean tb/counter.ts');
    expect((await wordline(['run', 'test/cli/fixtures'])).err).toMatch(/test\/cli\/fixtures is a folder \[no-file\]\n {2}hint: there are test\/cli\/fixtures\/family.ts, /);
    expect((await wordline(['run', 'package.json'])).err).toContain('package.json is not a TypeScript or JavaScript file [not-a-module]');
    expect(parsed(await wordline(['run', 'nowhere.ts', '--json']))).toMatchObject({ error: { code: 'no-file' } });
  });

  it('says why a file cannot be loaded', async () => {
    const said = await wordline(['run', fixture('throws')]);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/throws\.ts:2:\d+: cannot load test\/cli\/fixtures\/throws\.ts: thrown when it is loaded \[load-failed\]/);
  });

  it('closes the waves of a run that fails', async () => {
    const said = await wordline([...counter, '--limit', '3', '--signals', '**.valeu']);
    expect(said.err).toContain('no signal matches "**.valeu" [wave-glob-empty]');
    expect(said.code).toBe(1);
  });

  it('says where the waves of a run that fails are', async () => {
    const failing = ['run', fixture('results'), '--how', 'expect', '--trace', vcd, '--seed', '1'];
    const said = await wordline(failing);
    expect(said.code).toBe(1);
    expect(said.err.trim().split('\n').at(-1)).toBe(`  waves: ${relative(process.cwd(), vcd)}`);
    expect(parsed(await wordline([...failing, '--json']))).toMatchObject({ error: { code: 'expect-failed' }, seed: 1, trace: relative(process.cwd(), vcd) });
    const untraced = await wordline(['run', fixture('results'), '--how', 'expect']);
    expect([untraced.code, untraced.err]).toEqual([1, expect.not.stringContaining('waves')]);
  });

  it('refuses bad seeds and engines', async () => {
    for (const seed of ['-1', 'x', '1.5', '']) expect((await wordline(['run', 'tb/counter.ts', `--seed=${seed}`])).err).toContain('a seed is a whole number from 0 to 4294967295 [bad-seed]');
    const said = await wordline(['run', 'tb/counter.ts', '--engine', 'jss']);
    expect(said.code).toBe(2);
    expect(said.err).toContain('there is no engine "jss" [unknown-engine]\n  hint: did you mean "js"?');
  });
});

describe('Ctrl-C', () => {
  it('stops a run at its next clock edge, closes the waves and exits with 130', async () => {
    let asked = 0;
    const interrupt: NonNullable<Io['interrupt']> = () => ({ ready: Promise.resolve(), requested: () => ++asked > 4, pressed: new Promise<never>(() => undefined), stop: () => undefined });
    const said = await wordline([...counter, '--limit', '9'], { interrupt });
    expect(said.code).toBe(130);
    expect(said.err).toContain('interrupted');
    expect(readVcd(vcd).endTime).toBe(5000);
  });

  it('stops a testbench that waits for something else than the clock', async () => {
    const later = new Promise<never>((_, reject) => setTimeout(() => reject(interrupted()), 500));
    const interrupt: NonNullable<Io['interrupt']> = () => ({ ready: Promise.resolve(), requested: () => false, pressed: later, stop: () => undefined });
    const said = await wordline(['run', fixture('long'), '--how', 'idle', '--trace', vcd, '--json'], { interrupt });
    expect(said.code).toBe(130);
    expect(parsed(said)).toMatchObject({ error: { code: 'interrupted' } });
    expect(readVcd(vcd).endTime).toBe(4000);
  });
});
