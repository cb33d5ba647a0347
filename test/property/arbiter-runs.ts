import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { module, replay, simulate, type Policy, type WordlineError } from '../../src/index.ts';
import { ArbiterSystem, ArbiterTurns, type arbiterInputs } from '../../rtl/controller/arbiter/index.ts';

/** What happens in one cycle, as a person would say it; what must happen in it is added. */
export interface Step {
  readonly comes: 'nothing' | 'host' | 'pim' | 'both';
  readonly acts: boolean;
  readonly lands: boolean;
  readonly refresh: boolean;
  readonly writes: boolean;
  readonly hit: boolean;
  readonly newRow: boolean;
  readonly pick: number;
}

/** Simple things first: a sequence shrinks to as few cycles as can be, and those to nothing happening. */
export const step: fc.Arbitrary<Step> = fc.record({
  comes: fc.constantFrom('nothing', 'host', 'pim', 'both'),
  acts: fc.boolean(),
  lands: fc.boolean(),
  refresh: fc.integer({ min: 0, max: 15 }).map((n) => n === 15),
  writes: fc.boolean(),
  hit: fc.boolean(),
  newRow: fc.boolean(),
  pick: fc.nat(3),
});

export interface RunOptions {
  readonly policy: Policy;
  readonly entries?: number;
  readonly latency?: number;
  readonly turns?: ReturnType<typeof ArbiterTurns>;
}

export const systemOf = ({ policy, entries = 2, latency = 2, turns }: RunOptions) => ArbiterSystem({ policy, entries, latency, turnBits: 4, ...(turns !== undefined && { turns }) });

type Inputs = Readonly<Record<string, number>>;
const bit = (b: boolean): number => (b ? 1 : 0);

/** What the model of the run knows: how many have come and been served. It is kept beside the hardware, which must agree. */
interface Model {
  host: number;
  pim: number;
}

interface Trace {
  readonly inputs: Inputs[];
  readonly served: { host: number; pim: number };
}
export const newTrace = (): Trace => ({ inputs: [], served: { host: 0, pim: 0 } });

/** A simulation from its beginning, again and again. */
export type Player = (steps: readonly Step[], trace: Trace) => void;

/**
 * Runs steps, keeping to the assumptions: what was put off as long as it may be is done. The inputs of the cycles go to the trace, for a replay. The run
 * throws what the simulation throws, or an error if the queues of the hardware are not those of the model.
 */
export function player(options: RunOptions): Player {
  const { entries = 2, latency = 2 } = options;
  const sim = simulate(systemOf(options));
  const start = sim.snapshot();
  const peek = (name: string): number => Number(sim.peek(name));
  return (steps, trace) => {
    sim.restore(start);
    const model: Model = { host: 0, pim: 0 };
    for (const s of steps) {
      const landing = (peek('hostFlying') === 1 && peek('hostFlightAge') === latency - 1) || (peek('pimFlying') === 1 && peek('pimFlightAge') === latency - 1);
      const inputs: Record<string, number> = {
        hostComes: bit(s.comes === 'host' || s.comes === 'both'), pimComes: bit(s.comes === 'pim' || s.comes === 'both'), act: bit(s.acts || peek('idle') === latency - 1), lands: bit(s.lands || landing),
        refresh: bit(s.refresh), writes: bit(s.writes), hit: bit(s.hit), newRow: bit(s.newRow), choice: 0, hostMark: bit(s.pick === 1), pimMark: bit(s.pick === 2),
      }; // prettier-ignore
      Object.assign(sim.in, inputs);
      const { hostServed, pimServed } = sim.out;
      inputs['choice'] = pickOf(s.pick, { older: peek('older'), elders: peek('elders'), host: model.host, pim: model.pim, hostServed, pimServed });
      sim.in.choice = inputs['choice'];
      trace.inputs.push(inputs);
      sim.step();
      trace.served.host += hostServed;
      trace.served.pim += pimServed;
      model.host = after(model.host, inputs['hostComes']!, hostServed, entries);
      model.pim = after(model.pim, inputs['pimComes']!, pimServed, entries);
      if (model.host !== sim.out.hostWaiting || model.pim !== sim.out.pimWaiting) throw new Error(`the queues hold ${sim.out.hostWaiting} and ${sim.out.pimWaiting}, the model ${model.host} and ${model.pim}`);
    }
  };
}

const after = (count: number, comes: number, served: number, entries: number): number => count + (count < entries ? comes : 0) - served;

/** How many of one class came before the first of the other, when that is asked: within what is possible. */
function pickOf(pick: number, { older, elders, host, pim, hostServed, pimServed }: Model & { older: number; elders: number; hostServed: number; pimServed: number }): number {
  const left = [host - hostServed, pim - pimServed] as const;
  if (left[0] === 0 || left[1] === 0) return 0;
  const served = [hostServed, pimServed];
  const [least, most] = served[older] === 1 ? [1, left[1 - older]!] : [elders, left[older]!];
  return least + (pick % (most - least + 1));
}

export interface Found {
  readonly message: string;
  readonly cycles: readonly Inputs[];
  readonly steps: readonly Step[];
}

/** The shortest run in which an assert fails, or nothing if none was found. */
export function shortest(run: Player, seed: number, numRuns: number): Found | undefined {
  const steps = fc.check(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (tried) => run(tried, newTrace())),
    { seed, numRuns },
  ).counterexample?.[0];
  if (steps === undefined) return undefined;
  const trace = newTrace();
  try {
    run(steps, trace);
  } catch (error) {
    return { message: (error as WordlineError).message, cycles: trace.inputs, steps };
  }
  throw new Error('a run that failed does not fail again');
}

/** A wave, and a testbench that runs the same cycles: `module` is an expression over what `imports` brings. */
export function save({ cycles, message }: Found, options: RunOptions, folder: string, name: string, source: { readonly imports: string; readonly module: string }): { readonly vcd: string; readonly bench: string } {
  mkdirSync(folder, { recursive: true });
  const vcd = join(folder, `${name}.vcd`);
  try {
    using sim = simulate(systemOf(options), { trace: vcd });
    replay(sim, cycles.map((c) => ({ in: c }))); // prettier-ignore
  } catch {
    // It ends with the assert that fails; the wave has been written up to there.
  }
  const kit = relative(folder, join(import.meta.dirname, '../../src/index.ts'));
  const bench = join(folder, `${name}.ts`);
  const rows = cycles.map((c) => `  ${JSON.stringify({ in: c })},`);
  const text = [
    `// ${message.split('\n')[0]!.replace(/^.*?: /, '')}`,
    `import { z } from 'zod';`,
    `import { replay, testbench } from '${kit}';`,
    source.imports,
    '',
    `const cycles = [`,
    ...rows,
    `];`,
    '',
    `export const bench = testbench({`,
    `  name: '${name}',`,
    `  summary: 'the shortest run that goes wrong',`,
    `  parameters: z.strictObject({}),`,
    `  run({ simulate }) {`,
    `    replay(simulate(${source.module}), cycles);`,
    `    return {};`,
    `  },`,
    `});`,
    '',
  ];
  writeFileSync(bench, text.join('\n'));
  return { vcd, bench };
}

/** Mistakes that an arbiter could have, each an input of the real one that does not count any more, or an output that is always given. */
export const MISTAKES = {
  'does not wait for host data': { inputs: { hostQuiet: 1 } },
  'does not wait for rows': { inputs: { rowsClosed: 1 } },
  'does not wait for PIM data': { inputs: { pimQuiet: 1 } },
  'does not wait for single-bank mode': { inputs: { inHost: 1 } },
  'lets the host go on': { outputs: { hostGo: 1 } },
  'lets PIM begin at once': { outputs: { pimGo: 1 } },
  'does not tell the sequencer to leave': { outputs: { leave: 0 } },
  'does not let PIM go on': { outputs: { pimGo: 0 } },
} as const satisfies Record<string, { readonly inputs?: Partial<Record<keyof typeof arbiterInputs, number>>; readonly outputs?: Readonly<Record<string, number>> }>;
export type Mistake = keyof typeof MISTAKES;

/** The turns of a policy with a mistake. */
export function mistaken(policy: Policy, mistake: Mistake, turnBits = 4): ReturnType<typeof ArbiterTurns> {
  const { inputs: wrongIn = {}, outputs: wrongOut = {} } = MISTAKES[mistake] as { inputs?: Record<string, number>; outputs?: Record<string, number> };
  const right = ArbiterTurns({ policy, turnBits });
  return module('Mistaken', right.ports, (inputs, hw) => {
    const { out } = hw.instance('right', right, { ...inputs, ...wrongIn });
    return { ...out, ...Object.fromEntries(Object.entries(wrongOut).map(([name, value]) => [name, hw.lit(1, value)])) };
  });
}
