import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { elaborate, engineNames, simulate, WordlineError, type EngineName, type Fields, type Interfaces, type Location, type ModuleDefinition, type Problem, type SimulateOptions, type Simulation } from '../../src/index.ts';

/** Starts a simulation on the engine under test. */
export type Start = <I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, options?: SimulateOptions) => Simulation<I, O, B>;

/** One test on each engine: they have one meaning. */
export function onEveryEngine(title: string, body: (start: Start, engine: EngineName) => void | Promise<void>): void {
  for (const engine of engineNames) it(`${title} (${engine})`, () => body((definition, options = {}) => simulate(definition, { ...options, engine }), engine));
}

/** The problems that something throws. */
export function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof WordlineError) return error.problems;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const sources = new Map<string, string[]>();

/** What stands in the source at a place, to the end of the line. */
export function textAt({ file, line, column }: Location): string {
  let lines = sources.get(file);
  if (lines === undefined) sources.set(file, (lines = readFileSync(file, 'utf8').split('\n')));
  return lines[line - 1]?.slice(column - 1) ?? '';
}

/** The places of a problem as the source text that stands there. */
export const textsOf = ({ where = [] }: Problem): string[] =>
  where.map((w) => {
    const location = w !== undefined && 'location' in w ? w.location : w;
    return location === undefined ? 'nowhere' : textAt(location);
  });

/** `[code, message, what stands at its places ...]`; a message may be a pattern. */
export type Expected = readonly [code: string, message: string | RegExp, ...places: string[]];

/** The action must throw exactly these problems, each pointing at the source text given. */
export function expectProblems(action: () => unknown, ...expected: readonly Expected[]): readonly Problem[] {
  const problems = problemsOf(action);
  expect(problems.map((p) => [p.code, p.message])).toEqual(expected.map(([code, message]) => [code, typeof message === 'string' ? message : (expect.stringMatching(message) as unknown)]));
  expected.forEach(([, , ...places], i) => {
    const texts = textsOf(problems[i]!);
    expect(texts.map((t, k) => t.slice(0, places[k]?.length))).toEqual(places);
  });
  return problems;
}

/** The same for the mistakes of a module. */
export function expectMistakes<I extends Fields, O extends Fields, B extends Interfaces>(definition: ModuleDefinition<I, O, B>, ...expected: readonly Expected[]): readonly Problem[] {
  return expectProblems(() => elaborate(definition), ...expected);
}
