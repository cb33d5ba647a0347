import { pointSeed, runMany } from '../src/index.ts';
import type { channel, Channel } from './many-job.ts';

/**
 * Eight memory channels with seeds of their own, on one thread and on two, one after the other and several times, since other work on the
 * machine comes and goes: `node --import tsx bench/many.ts [cycles] [rounds]`. Walls include the start of the threads.
 */
const [cycles = 100_000, rounds = 5] = process.argv.slice(2).map(Number);
const points = Array.from({ length: 8 }, (_, i): Channel => ({ seed: 2n * BigInt(pointSeed(1, i)) + 1n, cycles }));

interface Round {
  readonly wall: number;
  readonly cpu: number;
  readonly setup: number[];
  readonly run: number[];
  readonly sums: bigint[];
}

async function measure(workers: number): Promise<Round> {
  const start = performance.now();
  const before = process.cpuUsage();
  const results = await runMany<typeof channel>({ module: new URL('./many-job.ts', import.meta.url), export: 'channel', points, workers });
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000, setup: results.map((r) => r.setup), run: results.map((r) => r.run), sums: results.map((r) => r.csum) };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const ratios: number[] = [];
for (let round = 0; round < rounds; round++) {
  const one = await measure(1);
  const two = await measure(2);
  if (one.sums.some((s, i) => s !== two.sums[i])) throw new Error('the results depend on the number of threads');
  ratios.push(one.wall / two.wall);
  for (const [name, m] of [['1 thread ', one], ['2 threads', two]] as const) {
    console.log(`${name}: wall ${m.wall.toFixed(0)} ms, processor ${m.cpu.toFixed(0)} ms (${(m.cpu / m.wall).toFixed(2)} busy), first setup ${m.setup[0]!.toFixed(0)} ms, others ${median(m.setup.slice(2)).toFixed(0)} ms, run ${median(m.run).toFixed(0)} ms`);
  }
}
console.log(`${points.length} channels of ${cycles} cycles: wall of 1 thread / wall of 2 = ${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(', ')})`);
