import { createInterface } from 'node:readline';
import { simulate } from '../src/index.ts';
import { coreDesigns } from './core-designs.ts';

/**
 * One design in a process of its own, with all named signals traced to a file: each line of standard input is a number of cycles, each line
 * of output the checksum after them.
 */
const [name, file] = process.argv.slice(2);
const design = coreDesigns.find((d) => d.name === name);
if (design === undefined || file === undefined) throw new RangeError('wave-worker <design> <file>');
const sim = simulate(design.definition, { trace: { file, gtkw: false } });
sim.reset(4);
const csum = sim.signal('csum');
for await (const line of createInterface({ input: process.stdin })) {
  sim.step(Number(line));
  console.log(csum.getBig().toString(16).padStart(16, '0'));
}
