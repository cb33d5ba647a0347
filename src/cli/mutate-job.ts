import type { JobContext } from '../many/index.ts';
import { fail, suggest } from '../diag/index.ts';
import { judge, type JudgeOptions, type MutationTests, type Verdict } from '../mutate/judge.ts';
import { mutants, type Mutant, type MutantOptions } from '../mutate/mutant.ts';
import { ORIGINAL } from '../mutate/run.ts';
import { ModuleDefinition } from '../hdl/module.ts';
import { load } from './load.ts';
import { chooseModule } from './prove.ts';

/** What all mutants of a run have in common. */
export interface MutateShared {
  readonly file: string;
  readonly cwd: string;
  readonly module: string | undefined;
  readonly param: readonly string[];
  /** File with the tests, and which of its exports; default: all that begin with `test`. */
  readonly tests: string;
  readonly only: string | undefined;
  readonly mutants: MutantOptions;
  readonly judge: JudgeOptions;
}

/** The design of the command. */
export async function designOf({ file, module, param, ...io }: Pick<MutateShared, 'file' | 'cwd' | 'module' | 'param'>): Promise<ModuleDefinition> {
  return chooseModule(await load(file, io), file, module, param).definition;
}

/** Functions of a file that are called `test...`, in the order of their names; or the one that is asked for. */
export async function testsOf({ tests: file, only, cwd }: Pick<MutateShared, 'tests' | 'only' | 'cwd'>): Promise<MutationTests> {
  const functions = [...(await load(file, { cwd }))].filter(([, value]) => typeof value === 'function');
  const chosen = functions.filter(([name]) => (only === undefined ? name.startsWith('test') : name === only));
  if (chosen.length > 0) return Object.fromEntries(chosen) as MutationTests;
  if (only !== undefined) return fail('no-test', `${file} exports no function "${only}"`, { hint: suggest(only, functions.map(([name]) => name)) });
  return fail('no-test', `${file} exports no function whose name begins with "test"`, { hint: 'export function test(mutant) { ... simulate(mutant.apply(Counter)) ... }' });
}

let prepared: Promise<{ readonly definition: ModuleDefinition; readonly all: readonly Mutant[]; readonly tests: MutationTests; readonly options: JudgeOptions }> | undefined;

async function prepare(shared: MutateShared): Promise<Awaited<NonNullable<typeof prepared>>> {
  const definition = await designOf(shared);
  const within = (await load(shared.tests, shared)).get('within');
  const { equivalence } = shared.judge;
  const options = within instanceof ModuleDefinition && equivalence !== false ? { ...shared.judge, equivalence: { ...equivalence, within } } : shared.judge;
  return { definition, all: mutants(definition, shared.mutants), tests: await testsOf(shared), options };
}

/** One mutant by its number, in a worker thread; -1 is the original. */
export async function judgeMutant(index: number, { shared }: JobContext<MutateShared>): Promise<Verdict> {
  const { definition, all, tests, options } = await (prepared ??= prepare(shared));
  return judge(definition, index === -1 ? ORIGINAL : all[index]!, tests, options);
}
