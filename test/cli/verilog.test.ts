import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingProgram } from '../../src/index.ts';
import { wordline } from './io.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verilog-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const counter = 'tb/counter.ts';

describe('wordline export', () => {
  it('prints a module as Verilog, or writes it', async () => {
    const said = await wordline(['export', counter]);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^module Counter/m);
    const file = join(folder, 'deep/counter.v');
    expect(await wordline(['export', counter, '--out', file])).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(said.out);
    const json = JSON.parse((await wordline(['export', counter, '--json'])).out) as { top: string; modules: string[] };
    expect(json).toMatchObject({ top: 'Counter', modules: ['Counter'], blackBoxes: [] });
  });

  it('says what is wrong', async () => {
    expect((await wordline(['export', counter, '--module', 'Countr'])).err).toMatch(/exports no module "Countr"[^]*did you mean "Counter"/);
    expect((await wordline(['export', counter, '--models', 'none'])).code).not.toBe(0);
    expect(existsSync(join(folder, 'nothing.v'))).toBe(false);
  });
});

describe('wordline cosim', () => {
  it('compares with Icarus', async (context) => {
    const missing = missingProgram('icarus');
    if (missing !== undefined) context.skip(`${missing} is not installed`);
    const said = await wordline(['cosim', counter, '--module', 'Counter', '--cycles', '200', '--seed', '5']);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^Counter and icarus agree on \d+ signals in every one of 200 cycles \(seed 5\)/);
  });

  it('knows its tools', async () => {
    expect((await wordline(['cosim', counter, '--with', 'verilatr'])).err).toMatch(/did you mean "verilator"/);
    expect((await wordline(['cosim', counter, '--module', 'Counter', '--cycles', '0'])).code).not.toBe(0);
  });
});
