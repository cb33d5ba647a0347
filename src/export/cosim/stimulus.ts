import { fail, Origin, suggest } from '../../diag/index.ts';
import type { Design } from '../../hdl/elaborate.ts';
import { bitsOf } from '../../ir/shape.ts';
import { lanesToBits, toBits } from '../../sim/ports.ts';

/** One cycle: inputs are set, everything settles and is compared, then clocks tick. */
export interface StimulusCycle {
  /** Inputs by name (`req_addr` for a field of a bundle); what is not mentioned keeps its value, 0 at first. A Vec takes an array or its packed bits. */
  readonly in?: Readonly<Record<string, number | bigint | readonly (number | bigint)[]>>;
  /** Clock domains that are in reset during this cycle; default: none. */
  readonly reset?: readonly string[];
  /** Clock domains that tick together at its end; default: all. */
  readonly tick?: readonly string[];
}

/** A cycle with every input as packed bits, in the order of the design's inputs; domains as flags. */
export interface PackedCycle {
  readonly inputs: readonly bigint[];
  readonly resets: readonly boolean[];
  readonly ticks: readonly boolean[];
}

export function packStimulus({ flat }: Design, stimulus: Iterable<StimulusCycle>): PackedCycle[] {
  const names = [...flat.inputs.keys()];
  const nodes = [...flat.inputs.values()].map((id) => flat.nodes[id]!);
  let inputs = names.map(() => 0n);
  const flags = (given: readonly string[]): boolean[] => {
    for (const name of given) if (!flat.domains.includes(name)) fail('unknown-domain', `there is no clock domain "${name}"`, { where: [Origin.here()], hint: suggest(name, flat.domains) });
    return flat.domains.map((d) => given.includes(d));
  };
  return [...stimulus].map(({ in: given = {}, reset = [], tick = flat.domains }) => {
    inputs = [...inputs];
    for (const [name, value] of Object.entries(given)) {
      const i = names.indexOf(name);
      if (i < 0) fail('unknown-port', `there is no input "${name}"`, { where: [Origin.here()], hint: suggest(name, names) });
      const { width, lanes } = nodes[i]!;
      const what = `port "${name}"`;
      inputs[i] = typeof value === 'number' || typeof value === 'bigint' ? toBits(what, width * lanes, value) : lanesToBits(what, width, lanes, value);
    }
    return { inputs, resets: flags(reset), ticks: flags(tick) };
  });
}

/** xorshift32: numbers that a seed repeats. */
export function randomWords(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** Chance, with corners (all zeros, all ones, one bit) likelier than chance would have them. */
export function randomBits(next: () => number, width: number): bigint {
  const kind = next() % 8;
  if (kind === 0) return 0n;
  if (kind === 1) return (1n << BigInt(width)) - 1n;
  if (kind === 2) return 1n << BigInt(next() % width);
  let v = 0n;
  for (let i = 0; i < width; i += 32) v = (v << 32n) | BigInt(next());
  return BigInt.asUintN(width, v);
}

/** Random inputs, resets now and then, and clocks that tick together or not. */
export function randomStimulus({ flat }: Design, { cycles, seed }: { readonly cycles: number; readonly seed: number }): StimulusCycle[] {
  const next = randomWords(seed);
  let reset: string[] = [];
  return Array.from({ length: cycles }, (_, cycle) => {
    const given: Record<string, bigint> = {};
    for (const [name, id] of flat.inputs) if (cycle === 0 || next() % 3 !== 0) given[name] = randomBits(next, bitsOf(flat.nodes[id]!));
    if (cycle % 16 === 0) reset = flat.domains.filter(() => next() % 2 === 0);
    else if (cycle % 16 === 2) reset = [];
    return { in: given, reset, tick: flat.domains.length < 2 ? flat.domains : flat.domains.filter(() => next() % 4 !== 0) };
  });
}
