import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVcd } from '../../src/wave/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TSX = import.meta.resolve('tsx');

function start(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', TSX, resolve('src/cli/main.ts'), ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
}

function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

describe('the real command, from another folder', () => {
  it('keeps the standard output clean with --json, whatever a testbench prints', async () => {
    const said = await ended(start(['run', resolve('test/cli/fixtures/results.ts'), '--json']));
    expect(said.code).toBe(0);
    expect(said.out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(said.out)).toMatchObject({ testbench: 'results' });
    expect(said.err).toBe('said behind the back of the command\n');
  });

  it('runs a file of a package that says nothing of ES modules, relative to the folder', async () => {
    writeFileSync(join(folder, 'mine.ts'), readFileSync('tb/counter.ts', 'utf8').replace("'../src/index.ts'", JSON.stringify(resolve('src/index.ts'))).replace("'zod'", JSON.stringify(import.meta.resolve('zod'))));
    const said = await ended(start(['run', './mine.ts', '--limit', '4']));
    expect(said.err).toBe('');
    expect(said.out).toContain('4 was reached');
    expect(said.code).toBe(0);
    expect(readVcd(join(folder, 'waves', 'counter.vcd')).signals.length).toBeGreaterThan(3);
  });

  it('points to a syntax error', async () => {
    writeFileSync(join(folder, 'broken.ts'), 'export const a = 1;\nexport const b = a a;\n');
    const said = await ended(start(['run', 'broken.ts']));
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/broken\.ts:2:20: cannot load broken\.ts: Expected ";" but found "a" \[load-failed\]/);
  });

  it.each(['loop', 'processes', 'idle'])('at Ctrl-C leaves waves that open, with testbenches that wait in a %s', async (how) => {
    const file = join(folder, `${how}.vcd`);
    const child = start(['run', resolve('test/cli/fixtures/long.ts'), '--how', how, '--trace', `${how}.vcd`, '--json']);
    const end = ended(child);
    child.stderr!.on('data', (chunk: Buffer) => {
      if (chunk.includes('under way')) setTimeout(() => child.kill('SIGINT'), 150);
    });
    const said = await end;
    expect(said.code).toBe(130);
    expect(JSON.parse(said.out)).toMatchObject({ error: { code: 'interrupted' } });
    const waves = readVcd(file, { signals: '**.value' });
    expect(waves.truncated).toBeUndefined();
    expect(waves.endTime).toBeGreaterThanOrEqual(4000);
  });
});
