import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { missingProver, type ProofReport, type PropertyReport, type SolverName } from '../../src/index.ts';

/** Skips a test where a program is not there, and says which. */
export function needProver(context: TestContext, solver?: SolverName): void {
  const missing = missingProver(solver);
  if (missing !== undefined) context.skip(`${missing} is not installed`);
}

/** Status of each property by its message; where it happens behind it: `failed@3`. */
export const verdicts = ({ properties }: ProofReport): Record<string, string> => Object.fromEntries(properties.map((p) => [p.message, p.cycle === undefined ? p.status : `${p.status}@${p.cycle}`]));

export function property({ properties }: ProofReport, message: string): PropertyReport {
  const found = properties.find((p) => p.message === message);
  if (found === undefined) throw new Error(`no property "${message}"`);
  return found;
}

/** A folder for one test, inside the repository since the testbenches that are written there import packages. */
export function scratch(): string {
  const folder = mkdtempSync(join(import.meta.dirname, '.scratch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
