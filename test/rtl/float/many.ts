import { model, module, simulate, uint, vec, type Definition, type Signal } from '../../../src/index.ts';

const LANES = 32;

export type Words = Int32Array;

export interface Batch {
  /** Fills the next operands, one array an operand and one element a lane; false when there are no more. */
  readonly fill: (operands: readonly Words[]) => boolean;
  /** Looks at the results of operands, one array an output. */
  readonly check: (operands: readonly Words[], results: readonly Words[]) => void;
}

/**
 * A unit many times side by side, so that the engine computes lanes at once, between operands that a model sets and results that it sees. Outputs are
 * those named, each of up to 32 bits. Runs until there are no operands left; returns how many cases there were.
 */
export function runMany(unit: Definition, outputs: readonly string[], batch: Batch, lanes = LANES): number {
  const ports = unit.ports as PlainPorts;
  const operands = Object.entries(ports.in).map(([name, { width }]) => ({ name, width }));
  const widths = outputs.map((name) => (name === 'flags' ? FLAGS.length : ports.out[name]!.width));
  let more = true;
  const Bench = model(
    'Bench',
    { in: Object.fromEntries(outputs.map((name, i) => [name, vec(lanes, uint(widths[i]!))])), out: Object.fromEntries(operands.map(({ name, width }) => [`op_${name}`, vec(lanes, uint(width))])) },
    () => {
      let started = false;
      return {
        clock: ({ in: seen, out }) => {
          const given = operands.map(({ name }) => out[`op_${name}`]!.words);
          if (started) batch.check(given, outputs.map((name) => seen[name]!.words));
          started = true;
          more = batch.fill(given);
        },
      };
    },
  );
  const Top = module(`Many${unit.name}`, {}, (_, hw) => {
    const bench = hw.instance('bench', Bench);
    const sources = bench.out as unknown as Record<string, Signal<number, number>>;
    const units = Array.from({ length: lanes }, (_, i) => hw.instance(`unit${i}`, unit, Object.fromEntries(operands.map(({ name }) => [name, sources[`op_${name}`]!.at(i)]))));
    outputs.forEach((name) => (bench.in as unknown as Record<string, { set: (s: Signal<number, number>) => void }>)[name]!.set(hw.vec(units.map((u) => outputOf(u.out as unknown as Record<string, Signal>, name)))));
    return {};
  });
  const sim = simulate(Top);
  let cases = -lanes;
  while (more) {
    sim.step();
    cases += lanes;
  }
  return cases;
}

interface PlainPorts {
  readonly in: Readonly<Record<string, { readonly width: number }>>;
  readonly out: Readonly<Record<string, { readonly width: number }>>;
}

/** `flags` stands for all flags as one number: invalid, overflow, underflow, inexact from the high bit down. */
const FLAGS = ['invalid', 'overflow', 'underflow', 'inexact'] as const;
function outputOf(out: Record<string, unknown>, name: string): Signal {
  if (name !== 'flags') return out[name] as Signal;
  const [first, ...rest] = FLAGS.map((f) => (out[name] as Record<string, Signal>)[f]!);
  return first!.cat(...rest);
}

/** What a unit must give for operands, one number an output. */
export type Expected = (operands: readonly number[]) => readonly number[];

/** Runs a unit on operands and collects what it gives otherwise than expected: at most ten cases, as text. */
export function disagreements(unit: Definition, outputs: readonly string[], fill: Batch['fill'], expected: Expected, lanes = LANES): { cases: number; wrong: string[] } {
  const wrong: string[] = [];
  const hex = (xs: readonly number[]): string => xs.map((x) => x.toString(16)).join(' ');
  const check: Batch['check'] = (operands, results) => {
    for (let i = 0; i < lanes; i++) {
      const given = operands.map((o) => o[i]! >>> 0);
      const want = expected(given);
      if (want.some((w, k) => w !== results[k]![i]! >>> 0) && wrong.length < 10) wrong.push(`${hex(given)}: ${hex(results.map((r) => r[i]! >>> 0))}, not ${hex(want)}`);
    }
  };
  return { cases: runMany(unit, outputs, { fill, check }, lanes), wrong };
}

/** `cases` operands, one lane after the other. */
export function some(cases: number, put: (operands: readonly Words[], lane: number) => void, lanes = LANES): Batch['fill'] {
  let left = cases;
  return (operands) => {
    if (left <= 0) return false;
    for (let i = 0; i < lanes; i++) put(operands, i);
    left -= lanes;
    return true;
  };
}

/** All combinations of values, one list an operand; the last ones are filled up with the first combination. */
export function allOf(lists: readonly (readonly number[])[], lanes = LANES): Batch['fill'] {
  const total = lists.reduce((n, list) => n * list.length, 1);
  let next = 0;
  return (operands) => {
    if (next >= total) return false;
    for (let i = 0; i < lanes; i++) {
      let rest = next < total ? next++ : 0;
      lists.forEach((list, k) => {
        operands[k]![i] = list[rest % list.length]!;
        rest = Math.floor(rest / list.length);
      });
    }
    return true;
  };
}
