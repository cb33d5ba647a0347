import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { FileSink, MemorySink, readVcd, VcdWriter, type Recording } from '../../src/wave/index.ts';
import { arbitraryRun } from './arbitrary.ts';
import { DEMO, demo, replay } from './tracers.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-interop-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Skips with a message where a program that is not ours is missing. */
function need(context: TestContext, ...tools: readonly string[]): void {
  for (const tool of tools) {
    if (spawnSync(tool, ['-V'], { stdio: 'ignore' }).error !== undefined) context.skip(`${tool} is not installed`);
  }
}

/** What the WebAssembly parser of vcd-stream offers, as far as it is used here. It has no types of its own. */
interface ForeignParser {
  readonly change: { any(callback: (code: string, time: bigint, command: number, value?: bigint, mask?: bigint) => void): void };
  write(chunk: Buffer): boolean;
  end(): void;
  on(event: 'finish', callback: () => void): void;
}

const require = createRequire(import.meta.url);
const create = require('vcd-stream/out/vcd.js') as () => Promise<unknown>;
const wrap = require('vcd-stream/lib/web-vcd-parser.js') as (wasm: unknown) => Promise<ForeignParser>;

/** Its limits: chunks of at most 64 KiB cut at line ends, times below 2^32, no reals, nothing inside $dumpoff. */
async function foreignChanges(text: string): Promise<string[]> {
  const parser = await wrap(await create());
  const changes: string[] = [];
  parser.change.any((code, time, command, value) => {
    const bits = command === 14 ? 0n : command === 15 ? 1n : value;
    changes.push(`#${time} ${code.trim()} ${bits}`);
  });
  const finished = new Promise<void>((resolve) => parser.on('finish', resolve));
  for (let at = 0; at < text.length; ) {
    const end = text.length - at <= 60_000 ? text.length : text.lastIndexOf('\n', at + 60_000) + 1;
    parser.write(Buffer.from(text.slice(at, end), 'latin1'));
    at = end;
  }
  parser.end();
  await finished;
  return changes;
}

/** The changes of a recording as the foreign parser lists them, in an order that does not depend on the file's. */
function ownChanges({ signals }: Recording, codes: ReadonlyMap<string, string>): string[] {
  const seen = new Set<string>();
  return signals.flatMap(({ path, changes }) => {
    const code = codes.get(path)!;
    if (seen.has(code)) return [];
    seen.add(code);
    return changes.map(([time, value]) => `#${time} ${code} ${value}`);
  });
}

const codesOf = (bytes: Uint8Array): Map<string, string> => new Map(readVcd(bytes).header.vars.map((v) => [v.path, v.code]));

describe('files written here and read by others', () => {
  it('vcd-stream finds every change', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun({ reals: false, pauses: false }), async (run) => {
        const sink = new MemorySink();
        const recording = replay(run, [new VcdWriter(sink, run.top)]);
        const bytes = sink.bytes();
        expect((await foreignChanges(sink.text())).sort()).toEqual(ownChanges(recording, codesOf(bytes)).sort());
      }),
      { numRuns: 40 },
    );
  });

  it('vcd-stream finds every change of a longer run', async () => {
    const sink = new MemorySink();
    demo(new VcdWriter(sink, { ...DEMO, scopes: [{ ...DEMO.scopes[0]!, vars: DEMO.scopes[0]!.vars.filter((v) => v.type !== 'real' && v.type !== 'event') }] }), 20_000);
    const file = readVcd(sink.bytes());
    expect((await foreignChanges(sink.text())).sort()).toEqual(ownChanges(file, codesOf(sink.bytes())).sort());
  });

  it('GTKWave turns it into FST and back without losing a change', (context) => {
    need(context, 'vcd2fst', 'fst2vcd');
    let n = 0;
    fc.assert(
      fc.property(arbitraryRun({ reals: true, pauses: true }), (run) => {
        const path = join(folder, `${n++}.vcd`);
        const recording = replay(run, [new VcdWriter(new FileSink(path), run.top)]);
        execFileSync('vcd2fst', [path, `${path}.fst`], { stdio: 'pipe' });
        execFileSync('fst2vcd', ['-f', `${path}.fst`, '-o', `${path}.back.vcd`], { stdio: 'pipe' });
        const back = readVcd(`${path}.back.vcd`);
        const there = new Map(back.signals.map((s) => [s.path, s]));
        for (const { path: name, kind, changes } of recording.signals) {
          const found = there.get(name)!.changes;
          if (kind !== 'real') expect(found, name).toEqual(changes);
          else {
            expect(found.map(([time]) => time), name).toEqual(changes.map(([time]) => time));
            found.forEach(([, value], i) => expect(sameReal(Number(value), Number(changes[i]![1])), name).toBe(true));
          }
        }
      }),
      { numRuns: 15 },
    );
  });
});

/** fst2vcd prints reals with 16 digits, which is one too few for some. */
function sameReal(a: number, b: number): boolean {
  // Rounding the largest double up makes an infinity.
  return Object.is(a, b) || Math.abs(b) > 1.797693134862315e308 || Math.abs(a - b) <= 1e-15 * Math.abs(b) + Number.MIN_VALUE;
}

describe('files written by others and read here', () => {
  it('Icarus: x, z, reals, events, arrays, $dumpoff, aliases through ports', (context) => {
    need(context, 'iverilog', 'vvp');
    const source = join(folder, 'tb.v');
    const dump = join(folder, 'icarus.vcd');
    writeFileSync(
      source,
      `\`timescale 1ns/100ps
module leaf(input [3:0] d, output [3:0] q); assign q = ~d; endmodule
module tb;
  reg clk = 0; reg [3:0] n = 0; wire [3:0] q; reg [70:0] wide; reg t = 1'bz; real r = 0.5; event e; integer i = -1;
  leaf u(.d(n), .q(q));
  always #5 clk = ~clk;
  always @(posedge clk) begin n = n + 1; r = r * 1.5; wide = {67'd1, n} << 40; if (n == 2) -> e; if (n == 3) t = 0; end
  initial begin $dumpfile("${dump}"); $dumpvars(0, tb); #32 $dumpoff; #20 $dumpon; #10 $finish; end
endmodule
`,
    );
    execFileSync('iverilog', ['-o', join(folder, 'tb.vvp'), source]);
    execFileSync('vvp', ['-n', join(folder, 'tb.vvp')], { stdio: 'pipe' });
    const vcd = readVcd(dump);
    const of = (path: string) => vcd.signals.find((s) => s.path === path)!.changes;
    expect(vcd.timescalePs).toBe(100);
    expect(of('tb.n')).toEqual([[0, 0], [50, 1], [150, 2], [250, 3], [320, 'xxxx'], [520, 5], [550, 6]]);
    expect(of('tb.u.d')).toEqual(of('tb.n'));
    expect(of('tb.u.q').slice(0, 3)).toEqual([[0, 15], [50, 14], [150, 13]]);
    expect(of('tb.t')).toEqual([[0, 'z'], [250, 0], [320, 'x'], [520, 0]]);
    expect(of('tb.wide').slice(0, 2)).toEqual([[0, 'x'.repeat(71)], [50, 17n << 40n]]);
    expect(of('tb.r').slice(0, 3)).toEqual([[0, 0.5], [50, 0.75], [150, 1.125]]);
    expect(of('tb.e')).toEqual([[150, 1]]);
    expect(of('tb.i')[0]).toEqual([0, 0xffffffff]);
  });
});
