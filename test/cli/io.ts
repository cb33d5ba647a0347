import { createColors } from 'picocolors';
import type { Interrupt } from '../../src/cli/interrupt.ts';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/program.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in this process, without a terminal. */
export async function wordline(argv: readonly string[], more: Partial<Io> & { readonly interrupt?: () => Interrupt } = {}): Promise<Said> {
  let out = '';
  let err = '';
  const plain = createColors(false);
  const code = await main(argv, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    cwd: process.cwd(),
    columns: 100,
    colors: { out: plain, err: plain },
    ...more,
  });
  return { code, out, err };
}

/** The one JSON object that a command printed. */
export function parsed({ out }: Said): Record<string, unknown> {
  if (out.trim().split('\n').length !== 1) throw new Error(`not one line: ${out}`);
  return JSON.parse(out) as Record<string, unknown>;
}

export const fixture = (name: string): string => `test/cli/fixtures/${name}.ts`;
