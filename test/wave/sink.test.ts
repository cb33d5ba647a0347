import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closeOnExit, FileSink, MemorySink, readVcd } from '../../src/wave/index.ts';
import { openOnExit } from '../../src/wave/exit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-sink-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('FileSink', () => {
  it('makes folders, keeps the order of small and large chunks, and closes once', () => {
    const path = join(folder, 'a', 'b', 'out');
    const sink = new FileSink(path);
    const chunks = [3, 600_000, 5, 300_000, 400_000, 400_000, 2_000_000, 1].map((length, i) => new Uint8Array(length).fill(i + 65));
    for (const chunk of chunks) sink.write(chunk);
    sink.close();
    sink.close();
    expect(readFileSync(path).equals(Buffer.concat(chunks))).toBe(true);
    expect(() => sink.write(chunks[0]!)).toThrow('is closed and was written to again [wave-closed]');
  });

  it('says why it cannot write', () => {
    expect(() => new FileSink(folder)).toThrow(/cannot open .*EISDIR.* \[wave-file\]/);
  });

  it('uses a chunk before write returns', () => {
    const memory = new MemorySink();
    const file = new FileSink(join(folder, 'reuse'));
    const chunk = Uint8Array.of(65);
    for (const sink of [memory, file]) {
      chunk[0] = 65;
      sink.write(chunk);
      chunk[0] = 66;
      sink.write(chunk);
      sink.close();
    }
    expect(memory.text()).toBe('AB');
    expect(readFileSync(join(folder, 'reuse'), 'latin1')).toBe('AB');
    expect(() => memory.write(chunk)).toThrow('[wave-closed]');
  });
});

describe('closeOnExit', () => {
  it('leaves no listener behind', () => {
    const before = process.listenerCount('SIGINT');
    const open = openOnExit();
    const forget = [closeOnExit({ close: () => undefined }), closeOnExit({ close: () => undefined })];
    expect(openOnExit()).toBe(open + 2);
    expect(process.listenerCount('SIGINT')).toBe(Math.max(before, 1));
    for (const f of forget) f();
    expect(openOnExit()).toBe(open);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  /** A run that never closes its waveform. */
  const program = (path: string, ending: string): string => `
    import { FileSink, VcdWriter } from ${JSON.stringify(join(import.meta.dirname, '../../src/wave/index.ts'))};
    const writer = new VcdWriter(new FileSink(${JSON.stringify(path)}), { name: 't', vars: [{ name: 'n', type: 'reg', width: 32, offset: 0 }], scopes: [] });
    const words = new Int32Array(1);
    let t = 0;
    const step = () => { words[0] = t; writer.sample(t++, words); };
    for (let i = 0; i < 100; i++) step();
    ${ending}`;

  const run = (source: string, signal?: NodeJS.Signals): Promise<{ code: number | null; error: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], { cwd: join(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'pipe'] });
      let error = '';
      child.stderr.on('data', (data: Buffer) => (error += data.toString()));
      if (signal !== undefined) child.stdout.once('data', () => child.kill(signal));
      child.on('close', (code) => resolve({ code, error }));
    });

  const WAIT = "console.log('ready'); setInterval(step, 1);";

  it.each<[string, string, NodeJS.Signals | undefined, number]>([
    ['at normal exit', '', undefined, 0],
    ['after an uncaught error', "throw new Error('boom');", undefined, 1],
    ['at process.exit', 'process.exit(3);', undefined, 3],
    ['at SIGINT', WAIT, 'SIGINT', 130],
    ["at SIGINT with somebody else's handler", `process.on('SIGINT', () => process.exit(7)); ${WAIT}`, 'SIGINT', 7],
  ])('leaves a whole file %s', async (name, ending, signal, code) => {
    const path = join(folder, `${name.replace(/\W/g, '-')}.vcd`);
    const result = await run(program(path, ending), signal);
    expect(result.error.replace(/[^]*boom[^]*/, '')).toBe('');
    expect(result.code).toBe(code);
    expect(existsSync(path) && statSync(path).size).toBeGreaterThan(100);
    expect(readVcd(path).signals[0]!.changes.length).toBeGreaterThanOrEqual(100);
  });

  it('does not make a busy process deaf to SIGTERM', async () => {
    const result = await run(program(join(folder, 'busy.vcd'), "process.stdout.write('ready\\n'); for (;;) step();"), 'SIGTERM');
    expect(result.code).toBeNull(); // ended by the signal itself
  });
});
