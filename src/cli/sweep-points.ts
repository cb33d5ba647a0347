import { fail, formatProblem, WordlineError, type Problem } from '../diag/index.ts';
import { pointSeed } from '../many/index.ts';
import type { Testbench } from '../sim/testbench.ts';
import { parseParameters } from './parameters.ts';
import type { SweepPoint, SweepShared } from './sweep-job.ts';

/** A parameter and the values it takes, as texts. */
export interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

/** `depth=4,8,16`; where values have commas in them, `sizes=1,2;3,4`. Errors: `bad-parameter`. */
export function parseAxes(given: readonly string[]): Axis[] {
  return given.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) fail('bad-parameter', `--set ${text} is not of the form name=value,value`, { hint: 'for example --set depth=4,8,16' });
    const values = text.slice(at + 1).split(text.includes(';') ? ';' : ',');
    const twice = values.find((v, i) => values.indexOf(v) < i);
    if (twice !== undefined) fail('bad-parameter', `--set ${text} has the value "${twice}" twice`);
    return { name: text.slice(0, at), values };
  });
}

/** Every combination of values with every seed: the last parameter changes fastest but for the seed. */
export function makePoints(axes: readonly Axis[], seed: number, seeds: number): SweepPoint[] {
  const combinations = axes.reduce<string[][]>((all, { name, values }) => all.flatMap((set) => values.map((v) => [...set, `${name}=${v}`])), [[]]);
  // The same seeds for each combination, so that differences are those of the parameters.
  return combinations.flatMap((set) => Array.from({ length: seeds }, (_, i) => ({ seed: pointSeed(seed, i), set })));
}

/**
 * The parameters of every point, read before the first one runs. All mistakes are thrown together, each once. `seeds` points in a row have the
 * same parameters.
 */
export function readParameters({ definition, parameters }: Testbench, points: readonly SweepPoint[], seeds: number, { rest, param, general }: Pick<SweepShared, 'rest' | 'param' | 'general'>): Record<string, unknown>[] {
  const problems = new Map<string, Problem>();
  const combinations = points.filter((_, i) => i % seeds === 0);
  const read = combinations.map(({ set }) => {
    try {
      return parseParameters(parameters, rest, [...param, ...set], { general, testbench: definition.name });
    } catch (error) {
      if (!(error instanceof WordlineError)) throw error;
      for (const p of error.problems) problems.set(formatProblem(p), p);
      return {};
    }
  });
  if (problems.size > 0) throw new WordlineError([...problems.values()]);
  return points.map((_, i) => read[Math.floor(i / seeds)]!);
}
