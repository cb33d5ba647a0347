import { lcovParser } from '@friedemannsommer/lcov-parser';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCoverage } from '../../src/index.ts';
import { fixture, parsed, wordline } from '../cli/io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-coverage-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);
const trace = ['--trace', at('counter.vcd')];
const run = (out: string, ...more: string[]): ReturnType<typeof wordline> => wordline(['run', 'tb/counter.ts', ...trace, '--seed', '1', '--coverage', at(out), ...more]);

describe('wordline run --coverage', () => {
  it('writes JSON and LCOV, prints the table, and counts the same on every engine', async () => {
    const said = await run('wasm', '--limit', '3');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^Coverage of Counter: 1 run, \d+ edges of clk outside reset$/m);
    expect(said.out).toMatch(/^coverage: .*Counter\.json, .*coverage\.info$/m);
    const [section] = await lcovParser({ from: readFileSync(at('wasm', 'coverage.info'), 'utf8') });
    expect(section!.path).toBe('tb/counter.ts');
    expect(section!.lines.hit).toBeGreaterThan(0);
    const text = (engine: string): string => readFileSync(at(engine, 'Counter.json'), 'utf8');
    for (const engine of ['js', 'interp']) {
      await run(engine, '--limit', '3', '--engine', engine);
      expect(text(engine)).toBe(text('wasm'));
    }
  });

  it('gives totals with --json', async () => {
    const result = parsed(await run('json', '--limit', '3', '--json'));
    expect(result['result']).toMatchObject({ value: 3 });
    expect(result['coverage']).toMatchObject({ designs: [{ top: 'Counter', totals: { branches: { goals: 2 } } }] });
  });

  it('says so if there was nothing to count', async () => {
    const said = await wordline(['run', fixture('results'), '--coverage', at('nothing')]);
    expect(said).toMatchObject({ code: 0 });
    expect(said.err).toMatch(/^warning: nothing was covered/);
    expect(existsSync(at('nothing'))).toBe(false);
  });

  it('cannot write where a file is in the way', async () => {
    writeFileSync(at('file'), '');
    const said = await run('file', '--limit', '3');
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/cannot write .*\[write-failed\]/);
  });
});

describe('wordline coverage', () => {
  it('adds up runs, and shows the sum', async () => {
    await run('a', '--limit', '3');
    await run('b', '--limit', '200');
    const files = [at('a', 'Counter.json'), at('b', 'Counter.json')];
    const [a, b] = files.map((f) => parseCoverage(readFileSync(f, 'utf8')));
    expect(await wordline(['coverage', 'merge', ...files, '--out', at('sum.json'), '--lcov', at('sum.info')])).toMatchObject({ code: 0, err: '', out: `${at('sum.json')}: 2 runs of Counter\n` });
    const sum = parseCoverage(readFileSync(at('sum.json'), 'utf8'));
    expect(sum.clocks[0]!.edges).toBe(a!.clocks[0]!.edges + b!.clocks[0]!.edges);
    expect(await lcovParser({ from: readFileSync(at('sum.info'), 'utf8') })).toHaveLength(1);
    const report = await wordline(['coverage', 'report', at('sum.json'), '--lines']);
    expect(report.out).toMatch(/^Coverage of Counter: 2 runs/);
    expect(report.out).toMatch(/^By line:$/m);
    expect(parsed(await wordline(['coverage', 'report', ...files, '--json']))).toMatchObject({ top: 'Counter', runs: 2, all: { branches: { goals: 2 } } });
  });

  it('leaves out what a file lists', async () => {
    await run('c', '--limit', '3');
    writeFileSync(at('out.json'), JSON.stringify([{ match: 'Counter.value', reason: 'too wide for this test' }]));
    const said = await wordline(['coverage', 'report', at('c', 'Counter.json'), '--exclude', at('out.json')]);
    expect(said.out).toMatch(/too wide for this test +\d+/);
  });

  it('tells what it cannot add up or read, and writes nothing then', async () => {
    await run('d', '--limit', '3');
    const own = readFileSync(at('d', 'Counter.json'), 'utf8');
    writeFileSync(at('other.json'), own.replaceAll('Counter', 'Adder'));
    const said = await wordline(['coverage', 'merge', at('d', 'Counter.json'), at('other.json'), '--out', at('no.json')]);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/d\/Counter\.json has the top module Counter, .*other\.json has the top module Adder \[coverage-mismatch\]/);
    expect(existsSync(at('no.json'))).toBe(false);
    expect((await wordline(['coverage', 'report', at('missing.json')])).err).toMatch(/cannot read .*missing\.json.*\[no-file\]/);
    writeFileSync(at('broken.json'), '{}');
    expect((await wordline(['coverage', 'report', at('broken.json')])).err).toMatch(/broken\.json is not a coverage report.*\[coverage-file\]/);
    expect(await wordline(['coverage', 'merge', at('broken.json')])).toMatchObject({ code: 2 });
  });
});
