import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { missingProgram, readVcd, type ToolName } from '../../src/index.ts';
import type { Interrupt } from '../../src/cli/interrupt.ts';
import { fixture, parsed, wordline } from './io.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordline-cosim-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function need(context: TestContext, tool: ToolName): void {
  const missing = missingProgram(tool);
  if (missing !== undefined) context.skip(`${missing} is not installed (needed for ${tool})`);
}

const file = fixture('lockstep');
const mine = (...more: readonly string[]): string[] => ['cosim', file, '--bench', 'lockstep', '--seed', '1', '--vcd', join(folder, 'waves'), ...more];

describe('wordline cosim of a testbench', () => {
  it('runs it, and then what it simulated once more in Icarus', async (context) => {
    need(context, 'icarus');
    const said = await wordline(['cosim', 'tb/counter.ts', '--limit', '20', '--seed', '3']);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out.replace(/done in .*/, 'done')).toMatchInlineSnapshot(`
      "counter  a counter that is enabled now and then
      seed=3  limit=20  gap=1
      20 was reached after 39 cycles
      waves: waves/counter.vcd
      done
      Counter: wasm and icarus agree on 3 signals at each of 41 looks, 40 clock edges
      "
    `);
  });

  it('or in Verilator, on the engine that is asked for', async (context) => {
    need(context, 'verilator');
    const said = parsed(await wordline(['cosim', 'tb/counter.ts', '--with', 'verilator', '--engine', 'interp', '--json']));
    expect(said).toMatchObject({ testbench: 'counter', lockstep: { with: 'verilator', designs: [{ module: 'Counter', engine: 'interp', agree: true, runs: 1, replayed: [] }] } });
  }, 60_000);

  it('plays a model without Verilog from the recording', async (context) => {
    need(context, 'icarus');
    const said = await wordline(mine());
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/total 7\n[^]*Top: wasm and icarus agree on 10 signals at each of \d+ looks, 7 clock edges; played from the recording: hidden\n$/);
    const json = parsed(await wordline(mine('--outputs', '--cycles', '5', '--json')));
    expect(json).toMatchObject({ result: { total: 7 }, lockstep: { designs: [{ signals: 2, edges: 5, replayed: ['hidden'] }] } });
  });

  it('tells what differs first and where, leaves a wave of both sides, and fails', async (context) => {
    need(context, 'icarus');
    const said = await wordline(mine('--word', '77'));
    expect(said.code).toBe(1);
    expect(said.err.replaceAll(join(folder, 'waves'), '')).toMatch(/Top in icarus: total is 05 in wasm and 04 in icarus, and \d more signals differ there, first at 5 ns \(cycle 5\) \[cosim-differs\]\n {2}hint: both sides are in .*Top\.vcd, scopes ours and theirs; `differs` is 1 where they differ\n/);
    const paths = readVcd(join(folder, 'waves/Top.vcd')).signals.map((s) => s.path);
    for (const side of ['ours', 'theirs', 'differs']) expect(paths).toContain(`Top.${side}.inner.tally.n`);
    const json = await wordline(mine('--word', '77', '--json'));
    expect(json.code).toBe(1);
    expect(parsed(json)).toMatchObject({
      error: { code: 'cosim-differs' },
      testbench: 'lockstep',
      seed: 1,
      lockstep: { designs: [{ agree: false, difference: { signal: 'total', edge: 5, timePs: 5000, ours: '05', theirs: '04', sides: ['wasm', 'icarus'] } }] },
    });
  });

  it('a testbench that fails is told as always', async (context) => {
    need(context, 'icarus');
    const said = await wordline(['cosim', file, '--bench', 'failing', '--json']);
    expect(said.code).toBe(1);
    expect(parsed(said)).toMatchObject({ error: { code: 'expect-failed' } });
    expect((await wordline(['cosim', file, '--bench', 'idle'])).out).toMatch(/nothing was simulated/);
  });

  it('says what is wrong', async (context) => {
    need(context, 'icarus');
    expect((await wordline(['cosim', file])).err).toMatch(/exports 3 testbenches/);
    expect((await wordline(mine('--wrod', '3'))).err).toMatch(/wrod[^]*did you mean/);
    expect(await wordline(mine('--cycles', '0'))).toMatchObject({ code: 2 });
    expect(await wordline(['cosim', 'tb/counter.ts', '--module', 'Counter', '--limit', '3'])).toMatchObject({ code: 2 });
    expect((await wordline(['cosim', file, '--module', 'Top', '--cycles', '3'])).err).toMatch(/model Secret has no Verilog \[no-verilog\]/);
  });

  it('a module with random inputs: on the engine that is asked for, and no option is passed over', async (context) => {
    need(context, 'icarus');
    const counter = ['cosim', 'tb/counter.ts', '--module', 'Counter', '--cycles', '5'];
    expect(await wordline([...counter, '--engine', 'interp', '--seed', '1'])).toEqual({ code: 0, err: '', out: 'Counter and icarus agree on 3 signals in every one of 5 cycles (seed 1)\n' });
    const refused = async (...more: readonly string[]): Promise<string> => {
      const said = await wordline([...counter, ...more]);
      expect(said).toMatchObject({ code: 2, out: '' });
      return said.err;
    };
    expect(await refused('--engine', 'jss')).toContain('there is no engine "jss" [unknown-engine]\n  hint: did you mean "js"');
    expect(await refused('--cycle', '5')).toContain('--cycle is no option of a module with random inputs [usage]\n  hint: did you mean --cycles');
    expect(await refused('--outputs')).toContain('--outputs is no option of a module with random inputs [usage]\n  hint: it is for testbenches');
    expect((await wordline([...counter, '--vcd', 'tb/counter.ts/waves'])).err).toMatch(/cannot make the folder .*ENOTDIR.*\[wave-file\]/);
  });

  it('at Ctrl-C ends, whichever side is at work', async (context) => {
    need(context, 'icarus');
    // A folder for temporary files that nobody else uses.
    const own = mkdtempSync(join(folder, 'tmp-'));
    const before = process.env['TMPDIR'];
    onTestFinished(() => void (before === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = before)));
    process.env['TMPDIR'] = own;
    const pressedAfter = (asked: number) => (): Interrupt => {
      let left = asked;
      return { ready: Promise.resolve(), requested: () => left-- <= 0, pressed: new Promise<never>(() => undefined), stop: () => undefined };
    };
    // While inputs are drawn, while our engine runs, and once the other simulator has ended.
    for (const asked of [0, 3, 25, 45, 59, 60]) {
      const said = await wordline(['cosim', 'tb/counter.ts', '--module', 'Counter', '--cycles', '20', '--json'], { interrupt: pressedAfter(asked) });
      expect([asked, said.code, parsed(said)['error']]).toEqual([asked, 130, expect.objectContaining({ code: 'interrupted' })]);
      expect(readdirSync(own)).toEqual([]);
    }
    expect(await wordline(['cosim', 'tb/counter.ts', '--module', 'Counter', '--cycles', '20'], { interrupt: pressedAfter(61) })).toMatchObject({ code: 0 });
    // A testbench ends, and Ctrl-C comes while Icarus repeats what it did.
    let watchers = 0;
    const second = (): Interrupt => pressedAfter(watchers++ === 0 ? Infinity : 0)();
    expect(await wordline(['cosim', 'tb/counter.ts'], { interrupt: second })).toMatchObject({ code: 130, err: 'interrupted [interrupted]\n' });
    expect(readdirSync(own)).toEqual([]);
  });

  it('a tool that is missing', async () => {
    const path = process.env['PATH'];
    onTestFinished(() => void (process.env['PATH'] = path));
    process.env['PATH'] = '';
    for (const [tool, program] of [['icarus', 'iverilog'], ['verilator', 'verilator']] as const) {
      const said = await wordline(['cosim', 'tb/counter.ts', '--with', tool]);
      expect(said).toMatchObject({ code: 1, out: '' });
      expect(said.err).toMatch(new RegExp(`^${program} is not installed, or not on the path \\[missing-tool\\]\\n {2}hint: ${tool} needs it`));
    }
  });
});

describe('wordline wave diff', () => {
  const vcd = (name: string, scope: string, end: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, ['$timescale 1 ps $end', `$scope module ${scope} $end`, '$var wire 1 ! clk $end', '$var wire 4 " n $end', '$upscope $end', '$enddefinitions $end', '#0', '0!', 'b0 "', '#500', '1!', 'b1 "', '#1000', '0!', '#1500', '1!', ...end, '#2000', ''].join('\n'));
    return path;
  };

  it('agrees, or tells the first difference', async () => {
    const [a, b, c] = [vcd('a.vcd', 'Top', ['b10 "']), vcd('b.vcd', 'tb', ['b10 "']), vcd('c.vcd', 'tb', ['b11 "'])];
    expect(await wordline(['wave', 'diff', a, b])).toMatchObject({ code: 0, err: '', out: `2 signals agree at each of 4 moments, up to 2 ns\nonly in ${a}: 0; only in ${b}: 0\n` });
    expect(parsed(await wordline(['wave', 'diff', a, b, '--json']))).toMatchObject({ scopes: ['Top', 'tb'], shared: ['Top.clk', 'Top.n'], samples: 4, endPs: [2000, 2000] });
    const said = await wordline(['wave', 'diff', a, c]);
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(said.err).toMatch(/Top\.n is 2 in .*a\.vcd, and tb\.n is 3 in .*c\.vcd, first at 1\.5 ns \[wave-differs\]/);
    expect(parsed(await wordline(['wave', 'diff', a, c, '--json']))).toMatchObject({ error: { code: 'wave-differs' }, difference: { signal: 'Top.n', other: 'tb.n', timePs: 1500, ours: '2', theirs: '3' } });
    // Just before each edge the two are the same.
    expect(await wordline(['wave', 'diff', a, c, '--clock', 'clk'])).toMatchObject({ code: 0 });
  });

  it('says what is wrong', async () => {
    const a = vcd('a.vcd', 'Top', []);
    expect((await wordline(['wave', 'diff', a, join(folder, 'none.vcd')])).code).toBe(2);
    expect((await wordline(['wave', 'diff', a, a, '--clock', 'clkk'])).err).toMatch(/no signal "clkk"[^]*did you mean "clk"/);
    expect((await wordline(['wave', 'diff', a, a, '--scopes', 'Top'])).code).toBe(2);
    expect((await wordline(['wave', 'diff', a, a, '--scopes', 'Top=Topp'])).err).toMatch(/second file has no scope "Topp"/);
    expect(existsSync(a)).toBe(true);
  });
});
