import { parse, type ValueNode } from '@humanwhocodes/momoa';
import { fail } from '../diag/index.ts';

/** A JSON text with the place of each value. What is none is an error with that code. */
export function readJson(text: string, file: string, code: string): ValueNode {
  try {
    return parse(text).body;
  } catch (error) {
    const { line = 1, column = 1, message } = error as Error & { line?: number; column?: number };
    return fail(code, `no JSON: ${message.replace(/\s*\(\d+:\d+\)$/, '')}`, { where: [{ file, line, column }] });
  }
}
