import Table from 'cli-table3';
import { simulate } from '../src/index.ts';
import type { ControllerOptions } from '../rtl/controller/index.ts';
import { DramBench, type Traffic } from './designs/dram.ts';

interface Case {
  readonly name: string;
  readonly traffic: Traffic;
  /** With the device behind it. */
  readonly device?: true;
  readonly options?: Omit<ControllerOptions, 'preset'>;
}

const stream: Traffic = { order: 'stream', writes: 0, every: 1 };
const mixed: Traffic = { order: 'random', writes: 85, every: 1 };
const CASES: readonly Case[] = [
  { name: 'stream', traffic: stream },
  { name: 'stream, a third writes', traffic: { ...stream, writes: 85 } },
  { name: 'random', traffic: { ...mixed, writes: 0 } },
  { name: 'random, a third writes', traffic: mixed },
  { name: 'random, a third writes, sums of causes', traffic: mixed, options: { statistics: 'sums' } },
  { name: 'random, a third writes, causes of each request', traffic: mixed, options: { statistics: 'requests' } },
  { name: 'mostly idle', traffic: { ...mixed, every: 200 } },
  { name: 'stream, with the device', traffic: stream, device: true },
  { name: 'random, a third writes, with the device', traffic: mixed, device: true },
  { name: 'mostly idle, with the device', traffic: { ...mixed, every: 200 }, device: true },
];

/** Cycles before measuring: the engine compiles, queues fill up. */
const WARM = 200_000;
/** Cycles between looks at the clock. */
const SLICE = 100_000;

interface Result {
  readonly name: string;
  readonly requests: number;
  readonly cycles: number;
  readonly cyclesPerSecond: number;
  readonly requestsPerSecond: number;
}

/** Speed of the median slice, in CPU time of this process: what else the machine does is not in it. */
function measure({ name, traffic, device, options }: Case, preset: string, seconds: number): Result {
  const sim = simulate(DramBench({ traffic, ...(device && { device }), options: { reads: 32, writes: 32, ...options, preset } }));
  sim.in.seed = 0x9e3779b97f4a7c15n;
  sim.reset(2);
  sim.step(WARM);
  const before = sim.out.answered;
  const slices: number[] = [];
  for (let spent = 0; spent < 1e6 * seconds; ) {
    const start = process.cpuUsage();
    sim.step(SLICE);
    const { user, system } = process.cpuUsage(start);
    slices.push(user + system);
    spent += user + system;
  }
  const cycles = SLICE * slices.length;
  const requests = (sim.out.answered - before) >>> 0;
  const median = slices.sort((a, b) => a - b)[slices.length >> 1]!;
  const cyclesPerSecond = (1e6 * SLICE) / median;
  return { name, requests, cycles, cyclesPerSecond, requestsPerSecond: (cyclesPerSecond * requests) / cycles };
}

/** The controller alone, unless a name says more: what stands for the memory answers in time with data that are made up. */
export function dramBench({ json, preset, seconds }: { readonly json: boolean; readonly preset: string; readonly seconds: number }): void {
  const cases = CASES.map((c) => measure(c, preset, seconds));
  if (json) {
    console.log(JSON.stringify({ bench: 'dram', node: process.version, preset, cases }, undefined, 2));
    return;
  }
  const table = new Table({ head: ['load', 'requests/cycle', 'kcycles/s', 'krequests/s'], colAligns: ['left', 'right', 'right', 'right'] });
  for (const { name, requests, cycles, cyclesPerSecond, requestsPerSecond } of cases) {
    table.push([name, (requests / cycles).toFixed(3), (cyclesPerSecond / 1000).toFixed(0), (requestsPerSecond / 1000).toFixed(0)]);
  }
  console.log(table.toString());
}
