import { prove, simulate, WordlineError, type Mutant, type MutationTestContext } from '../../../src/index.ts';
import { Arbiter, policyOf } from '../../../rtl/controller/arbiter/index.ts';
import { ArbiterSystem } from '../../../rtl/controller/arbiter/system.ts';
import { CONDITIONS, type Policy } from '../../../src/pim/policy.ts';
import { seeded, type Random } from '../../dram/streams.ts';
import { ArbiterReference, type ArbiterInput, type ArbiterInputs } from './arbiter-reference.ts';

/** The paper's policy, with marks so low that short queues and short turns reach them. */
const POLICY: Policy = { ...policyOf('paper'), conditions: { hostLow: 1, hostHigh: 3, pimLow: 1, pimHigh: 2, minRows: 1, maxSlice: 24 } };
export const Subject = Arbiter({ policy: POLICY });

const SYSTEM = { policy: POLICY, entries: 3, latency: 3 } as const;
/** The arbiter's turns with queues, controller, sequencer and memory around them; the asserts are there. */
const System = ArbiterSystem(SYSTEM);

const BITS: readonly ArbiterInput[] = ['hostHit', 'hostOlder', 'hostServed', 'hostQuiet', 'rowsClosed', 'pimNewRow', 'pimServed', 'pimOpened', 'pimQuiet', 'inPim', 'inHost'];
const COUNTS: readonly ArbiterInput[] = ['hostReads', 'hostWrites', 'pimCount'];
const MARKS = Object.values(POLICY.conditions).filter((value) => value < 2 ** 8);
const LEVELS = [0, 0.03, 0.3, 0.8, 1];

/** Inputs that stay alike for a while: how full the queues are, how often each bit is set, and now and then other conditions. */
export function* stimuli(random: Random, loads = true): Generator<ArbiterInputs, never> {
  const below = (n: number): number => Math.floor(random() * n);
  const x = Object.fromEntries([...BITS, ...COUNTS, 'load', ...Object.keys(CONDITIONS)].map((name) => [name, 0])) as ArbiterInputs;
  for (;;) {
    const span = [2, 6, 20, 50, 256][below(5)]!;
    const often = new Map(BITS.map((name) => [name, LEVELS[below(LEVELS.length)]!]));
    // Where the marks stay what they are, around those.
    const most = new Map(COUNTS.map((name) => [name, below(4) === 0 ? 0 : loads || below(2) === 0 ? below(span) : [...MARKS, 1][below(MARKS.length + 1)]! + 1]));
    x.load = loads ? 1 : 0;
    const near = (count: ArbiterInput): number => Math.max(0, most.get(count)! - below(3));
    // Marks that are reached exactly, marks of 0, and others.
    const mark = (count: number): number => [0, count, count, below(span)][below(4)]!;
    const hosts = (): number => Math.min(255, near('hostReads') + (below(2) === 0 ? 0 : near('hostWrites')));
    const marks = () => ({ hostLow: mark(hosts()), hostHigh: mark(hosts()), pimLow: mark(near('pimCount')), pimHigh: mark(near('pimCount')), minRows: below(4), maxSlice: below(60) });
    Object.assign(x, marks());
    for (let i = 10 + below(60); i > 0; i--) {
      for (const name of BITS) x[name] = random() < often.get(name)! ? 1 : 0;
      for (const name of COUNTS) x[name] = random() < 0.1 ? 0 : near(name);
      yield x;
      // Nobody looks at the marks until the next load.
      Object.assign(x, marks());
      x.load = 0;
    }
  }
}

/** Arbiter and reference side by side; throws where they part. */
function lockstep(mutant: Mutant, inputs: Iterator<ArbiterInputs, unknown>, cycles: number): void {
  const sim = simulate(mutant.apply(Subject));
  const reference = new ArbiterReference(POLICY);
  const differ = (name: string, has: unknown, wants: unknown): void => {
    if (JSON.stringify(has) !== JSON.stringify(wants)) throw new Error(`${name} is ${JSON.stringify(has)} instead of ${JSON.stringify(wants)}`);
  };
  const count = (when: string): void => {
    for (const [name, value] of Object.entries(reference.statistics)) differ(`${when}: ${name}`, sim.out[name as keyof typeof sim.out], value);
  };
  count('at first');
  for (let cycle = 0; cycle < cycles; cycle++) {
    const next = inputs.next().value as ArbiterInputs;
    Object.assign(sim.in, next);
    const { owner, phase, hostGo, closeRows, pimGo, leave } = sim.out;
    differ(`cycle ${cycle}: ownership`, { owner, phase, hostGo, closeRows, pimGo, leave }, reference.outputs);
    sim.step();
    reference.step(next);
    if (cycle < 32 || cycle % 256 === 255) count(`cycle ${cycle}`);
  }
}

/** The asserts of the arbiter with everything around it, in random runs within their assumes. */
export function test1Asserts(mutant: Mutant, { seed }: MutationTestContext): void {
  const { entries } = SYSTEM;
  for (let run = 0; run < 4; run++) {
    const sim = simulate(mutant.apply(System));
    const random = seeded(seed + run);
    for (let cycle = 0; cycle < 400; cycle++) {
      const often = [0.03, 0.4, 0.9][(cycle >> 5) % 3]!;
      const flip = (share: number): number => (random() < share ? 1 : 0);
      const free = () => ({ hostComes: flip(often), pimComes: flip(often), refresh: flip(0.02), writes: flip(0.5), hit: flip(0.5), newRow: flip(0.5), hostMark: flip(0.1), pimMark: flip(0.1), choice: Math.floor(random() * (entries + 1)) });
      // What is not allowed is drawn again; what is done at once always is.
      let attempt = 0;
      while (!steps(sim, { ...free(), act: attempt > 6 ? 1 : flip(0.5), lands: attempt > 6 ? 1 : flip(0.5) })) if (++attempt > 60) return;
    }
  }
}

/** A cycle with these inputs, unless the assumes forbid them. */
function steps(sim: { readonly in: object; step(): void }, inputs: Readonly<Record<string, number>>): boolean {
  Object.assign(sim.in, inputs);
  try {
    sim.step();
    return true;
  } catch (error) {
    if (error instanceof WordlineError && error.problems[0]!.code === 'assume-failed') return false;
    throw error;
  }
}

/** What chance did not find: runs of a few cycles. */
export async function test6Proof(mutant: Mutant, { signal }: MutationTestContext): Promise<void> {
  const { properties } = await prove(mutant.apply(System), { depth: 12, k: 0, signal });
  const failed = properties.find((p) => p.kind === 'assert' && p.status === 'failed');
  if (failed !== undefined) throw new Error(`${failed.message}, in cycle ${failed.cycle}`);
}

/** Beside the reference, under random inputs. */
export function test3Random(mutant: Mutant, { seed }: MutationTestContext): void {
  for (let run = 0; run < 8; run++) lockstep(mutant, stimuli(seeded(seed + run)), 4096);
  for (let run = 0; run < 16; run++) lockstep(mutant, stimuli(seeded(seed + run)), 64);
  for (let run = 0; run < 4; run++) lockstep(mutant, stimuli(seeded(seed + run), false), 4096);
}

/** Turns that no count ends. */
export function test4Slice(mutant: Mutant): void {
  const { hostHigh, pimLow, maxSlice } = POLICY.conditions;
  const still = Object.fromEntries(Object.keys(stimuli(seeded(5)).next().value).map((name) => [name, 0])) as ArbiterInputs;
  const between = { ...still, hostReads: hostHigh - 1, pimCount: pimLow + 1, hostQuiet: 1, rowsClosed: 1, inPim: 1, pimQuiet: 1, inHost: 1, hostServed: 1, pimServed: 1 };
  const forever = function* (): Generator<ArbiterInputs, void> {
    for (;;) yield between;
  };
  lockstep(mutant, forever(), 8 * maxSlice);
}

/** Turns so long that their counts are full. */
export function test5Saturation(mutant: Mutant): void {
  const still = Object.fromEntries(Object.keys(stimuli(seeded(5)).next().value).map((name) => [name, 0])) as ArbiterInputs;
  const both = { ...still, hostReads: 1, pimCount: 1 };
  const long = function* (): Generator<ArbiterInputs, void> {
    yield { ...still, hostLow: 0, hostHigh: 1, pimLow: 0, pimHigh: 255, minRows: 255, maxSlice: 65_535, load: 1 };
    // A host turn of which the requests would be 0 again and the cycles few, if counts wrapped; then PIM may have the memory.
    for (let i = 0; i < 65_600; i++) yield { ...still, hostReads: 1, hostServed: i < 65_536 ? 1 : 0 };
    for (let i = 0; i < 8; i++) yield { ...both, hostQuiet: 1, rowsClosed: 1 };
    // As many rows on the way to its turn, which then ends for the sake of rows.
    for (let i = 0; i < 65_600; i++) yield { ...both, pimOpened: 1 };
    for (let i = 0; i < 8; i++) yield { ...both, inPim: 1, pimServed: 1 };
    for (;;) yield { ...both, pimQuiet: 1, inHost: 1 };
  };
  lockstep(mutant, long(), 131_328);
}
