/**
 * Speed of the VCD writer and reader, and of traced simulations beside Verilator's.
 *
 *     node --import tsx bench/wave.ts [--json] [--megabytes 200 | --gigabyte] [--designs mc,mcidle,simd | --designs none] [--seconds 1]
 *
 * - busy: 1400 nets of 1 to 64 bits, half of them new in each sample; the file format is the limit.
 * - sparse: 20,000 nets, 20 of them new in each sample; finding them is the limit, so words compared per second are what counts.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceBench } from './wave-verilator.ts';
import { FileSink, NullSink, visitVcd, VcdWriter, type ByteSink, type TraceVar } from '../src/wave/index.ts';

interface Workload {
  readonly name: 'busy' | 'sparse';
  readonly nets: number;
  /** Changes of the image before one sample. */
  readonly touch: (words: Int32Array, sample: number) => void;
}

const WIDTHS = [1, 1, 8, 16, 32, 64, 12, 1];

/** Nets side by side, as a kernel lays them out. */
function layout(nets: number): { vars: TraceVar[]; words: number; masks: Int32Array } {
  const vars: TraceVar[] = [];
  const masks: number[] = [];
  for (let i = 0; i < nets; i++) {
    const width = WIDTHS[i % WIDTHS.length]!;
    vars.push({ name: `n${i}`, type: 'wire', width, offset: masks.length });
    for (let left = width; left > 0; left -= 32) masks.push(left >= 32 ? -1 : 2 ** left - 1);
  }
  return { vars, words: masks.length, masks: Int32Array.from(masks) };
}

function workload(name: Workload['name'], masks: Int32Array): Workload {
  let seed = 12345;
  const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) | 0);
  if (name === 'busy') {
    // All randomness is made before the clock runs: 16 images, played in turn, of which neighbours differ in half of their words.
    const images: Int32Array[] = [];
    for (let k = 0; k < 16; k++) {
      images.push(Int32Array.from(masks, (mask, i) => (k > 0 && (next() >>> 24) % 2 === 0 ? images[k - 1]![i]! : ((next() >>> 7) ^ (next() << 9)) & mask)));
    }
    return { name, nets: 1400, touch: (words, sample) => words.set(images[sample % 16]!) };
  }
  return {
    name,
    nets: 20_000,
    touch: (words) => {
      for (let i = 0; i < 20; i++) {
        const at = (next() >>> 8) % words.length;
        words[at] = (words[at]! ^ 1) & masks[at]!;
      }
    },
  };
}

interface Result {
  readonly workload: string;
  readonly target: string;
  readonly megabytes: number;
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  readonly samplesPerSecond: number;
  /** Words of the image compared, in billions a second. */
  readonly gigawordsPerSecond: number;
}

function measure(name: Workload['name'], target: string, sink: ByteSink & { readonly length?: number }, size: () => number, limit: number): Result {
  const { vars, words, masks } = layout(name === 'busy' ? 1400 : 20_000);
  const { touch } = workload(name, masks);
  const image = new Int32Array(words);
  const writer = new VcdWriter(sink, { name: 'top', vars, scopes: [] });
  let samples = 0;
  // A sparse file takes long to grow; its length in time is bounded as well.
  const start = performance.now();
  do {
    for (let k = 0; k < 64; k++) {
      touch(image, samples);
      writer.sample(1000 * samples++, image);
    }
  } while (size() < limit && (name === 'busy' || performance.now() - start < 3000));
  writer.close();
  const seconds = (performance.now() - start) / 1000;
  const megabytes = size() / 1e6;
  return {
    workload: name,
    target,
    megabytes: round(megabytes),
    seconds: round(seconds),
    megabytesPerSecond: Math.round(megabytes / seconds),
    samplesPerSecond: Math.round(samples / seconds),
    gigawordsPerSecond: round((samples * words) / seconds / 1e9),
  };
}

const round = (x: number): number => Number(x.toPrecision(4));

async function main(args: readonly string[]): Promise<void> {
  const option = (name: string): string | undefined => (args.includes(name) ? (args[args.indexOf(name) + 1] ?? '') : undefined);
  const limit = (args.includes('--gigabyte') ? 1000 : Number(option('--megabytes') ?? 200)) * 1e6;
  if (!(limit > 0)) throw new RangeError('--megabytes needs a number');
  const seconds = Number(option('--seconds') ?? 1);
  if (!(seconds > 0)) throw new RangeError('--seconds needs a number');
  const folder = mkdtempSync(join(tmpdir(), 'wordline-bench-'));
  const results: (Result | { readonly workload: string; readonly target: string; readonly megabytesPerSecond: number; readonly changesPerSecond: number })[] = [];
  try {
    const heapBefore = process.memoryUsage().rss;
    for (const name of ['busy', 'sparse'] as const) {
      // The first run warms the compiler up and is not reported.
      const warm = new NullSink();
      measure(name, 'warm-up', warm, () => warm.length, 20e6);
      const nothing = new NullSink();
      results.push(measure(name, 'null', nothing, () => nothing.length, limit));
      const path = join(folder, `${name}.vcd`);
      const sink = new FileSink(path);
      results.push(measure(name, 'file', sink, () => statSync(path).size, limit));
    }
    const path = join(folder, 'busy.vcd');
    let changes = 0;
    const start = performance.now();
    visitVcd(path, { bits: () => void changes++ });
    const seconds = (performance.now() - start) / 1000;
    results.push({ workload: 'busy', target: 'read', megabytesPerSecond: Math.round(statSync(path).size / 1e6 / seconds), changesPerSecond: Math.round(changes / seconds) });
    const grown = Math.round((process.memoryUsage().rss - heapBefore) / 1e6);
    const designs = await traceBench(seconds, option('--designs')?.split(','));
    if (args.includes('--json')) console.log(JSON.stringify({ bench: 'wave', node: process.version, residentGrowthMegabytes: grown, results, designs }, undefined, 2));
    else {
      console.table(results);
      console.log(`resident memory grew by ${grown} MB`);
      console.table(designs?.map(({ design, nets, bytesPerCycle, cyclesPerSecond, ratio }) => ({ design, ratio, ...flat('nets', nets), ...flat('bytes/cycle', bytesPerCycle), ...flat('cycles/s', cyclesPerSecond) })));
    }
    if (designs?.some((d) => !d.checksumsEqual)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const flat = (what: string, of: Readonly<Record<string, number>>): Record<string, number> => Object.fromEntries(Object.entries(of).map(([k, v]) => [`${k}: ${what}`, v]));

await main(process.argv.slice(2));
