import type { TestContext } from 'vitest';
import { missingProgram, type ToolName } from '../../src/export/index.ts';

const missing = new Map<ToolName, string | undefined>();

/** Skips with a message where a program that is not ours is missing. */
export function need(context: TestContext, tool: ToolName): void {
  if (!missing.has(tool)) missing.set(tool, missingProgram(tool));
  const program = missing.get(tool);
  if (program !== undefined) context.skip(`${program} is not installed (needed for ${tool})`);
}

export const seedOf = (usual: number): number => Number(process.env['WORDLINE_SEED'] ?? usual);
