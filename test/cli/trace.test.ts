import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVcd } from '../../src/wave/index.ts';
import { parsed, wordline } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-cli-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));
const unlucky = ['run', 'test/cli/failing/unlucky.ts', '--seed', '1'];
const values = (file: string): unknown[] => readVcd(file).signals.find((s) => s.path === 'Counter.n')!.changes.map(([, value]) => value);

describe('wordline run --trace-on-failure', () => {
  it('writes the last cycles before a failed assertion and says where', async () => {
    const vcd = join(folder, 'assert.vcd');
    const said = await wordline([...unlucky, '--trace-on-failure', '3', '--trace', vcd]);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/assert "never five hundred" failed in Counter at 501000 ps \(cycle 500\)/);
    expect(said.err).toContain(`hint: waves of the last 3 cycles: ${relative(process.cwd(), vcd)}`);
    expect(values(vcd)).toEqual([498, 499, 500]);
    expect(existsSync(join(folder, 'assert.gtkw'))).toBe(true);
  });

  it('does so for an error of the testbench, and has a number of cycles and a file of its own', async () => {
    const said = await wordline([...unlucky.map((a) => (a.startsWith('test/') ? join(process.cwd(), a) : a)), '--how', 'throw', '--json', '--trace-on-failure'], { cwd: folder });
    const vcd = join(folder, 'waves', 'unlucky-failure.vcd');
    const { error } = parsed(said) as { error: { message: string } };
    expect(error.message).toBe(`no good\n  hint: waves of the last 101 cycles: ${relative(process.cwd(), vcd)}`);
    expect(values(vcd)).toEqual(Array.from({ length: 101 }, (_, n) => n));
  });

  it('writes nothing if nothing fails', async () => {
    const vcd = join(folder, 'quiet.vcd');
    const said = await wordline([...unlucky, '--how', 'not', '--trace-on-failure', '--trace', vcd]);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).not.toContain('waves');
    expect(readdirSync(folder)).not.toContain('quiet.vcd');
  });
});

describe('wordline run --trace-window', () => {
  it('writes the cycles that were asked for', async () => {
    const vcd = join(folder, 'window.vcd');
    const said = await wordline([...unlucky, '--how', 'not', '--trace', vcd, '--trace-window', '20:23']);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(values(vcd)).toEqual([20, 21, 22]);
  });

  it('says that the run was over before', async () => {
    const vcd = join(folder, 'early.vcd');
    const said = await wordline([...unlucky, '--how', 'not', '--trace', vcd, '--trace-window', '1us:']);
    expect(said.code).toBe(1);
    expect(said.err).toContain('the run ended at cycle 100 (100000 ps), before the window of its trace: nothing was written [empty-window]');
    expect(readdirSync(folder)).not.toContain('early.vcd');
  });

  it.each([
    [['--trace-window', '20:10', '--trace', 'x.vcd'], 'it ends before it begins [bad-window]'],
    [['--trace-window', '20:30'], 'a window of no trace [no-trace]'],
    [['--trace-window', '20:30', '--trace-on-failure'], 'give one of them'],
    [['--trace-on-failure', '0'], '--trace-on-failure 0 is not a positive whole number of cycles [bad-option]'],
  ])('refuses %j', async (options, message) => {
    const said = await wordline([...unlucky, ...options]);
    expect(said.code).toBe(2);
    expect(said.err).toContain(message);
  });
});
