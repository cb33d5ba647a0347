import { createInterface } from 'node:readline';
import { engineNames, type EngineName } from '../src/index.ts';
import { engineDesigns } from './core-designs.ts';

/**
 * One design on one of our engines, in a process of its own, told how far to run like the other simulators: each line of standard input is
 * a number of cycles, each line of output the checksum after them. The first line of output: seconds from the definition of the design to
 * its first cycle.
 */
const [name, engine] = process.argv.slice(2);
const design = engineDesigns.find((d) => d.name === name);
if (design === undefined || !engineNames.includes(engine as EngineName)) throw new RangeError('core-worker <design> <engine>');
const start = performance.now();
const bench = design.start(engine as EngineName);
bench.run(1);
console.log((performance.now() - start) / 1000);
for await (const line of createInterface({ input: process.stdin })) console.log(bench.run(Number(line)));
