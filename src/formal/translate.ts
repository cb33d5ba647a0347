import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WordlineError } from '../diag/index.ts';
import { Stopped } from './solver.ts';
import { start } from './tools.ts';

/** A model in SMT-LIB as Yosys writes it: a state is one vector of bits, and so is everything that can be asked about it. */
export interface Translation {
  readonly top: string;
  readonly text: string;
  /** Bits of every wire that the model still has; what no property depends on is gone. */
  readonly wires: ReadonlyMap<string, number>;
  /** Registers that are left, words of memories among them. */
  readonly registers: ReadonlySet<string>;
}

/**
 * Memories become registers, so that everything is bits: solvers are at their best there. Whatever no output depends on is swept away, which
 * leaves the cone of the properties.
 */
const script = (top: string): string =>
  [
    'read_verilog -formal design.v',
    `hierarchy -check -top ${top}`,
    'proc',
    'flatten',
    'opt_expr',
    'opt_clean -purge',
    'memory -nomap',
    'memory_map',
    'async2sync',
    'opt',
    'dffunmap',
    'opt_clean -purge',
    'write_smt2 -stbv -wires design.smt2',
  ].join('; ');

/** Lets Yosys translate. Errors: `missing-tool`, `yosys-failed`; `Stopped` if `signal` says so. */
export async function translate(top: string, verilog: string, signal?: AbortSignal): Promise<Translation> {
  const folder = mkdtempSync(join(tmpdir(), 'wordline-proof-'));
  try {
    writeFileSync(join(folder, 'design.v'), verilog);
    await runYosys(script(top), folder, signal);
    const text = readFileSync(join(folder, 'design.smt2'), 'utf8');
    const found = (kind: string): [string, number][] => [...text.matchAll(new RegExp(`^; yosys-smt2-${kind} (\\S+) (\\d+)$`, 'gm'))].map(([, name, bits]) => [name!, Number(bits)]);
    return { top, text, wires: new Map(found('wire')), registers: new Set(found('register').map(([name]) => name)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runYosys(commands: string, cwd: string, signal: AbortSignal | undefined): Promise<void> {
  const child = start('yosys', [commands], cwd);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      child.kill('SIGKILL');
      reject(new Stopped('stopped'));
    };
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop);
    child.on('error', reject);
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (code === 0) resolve();
      else reject(new WordlineError({ code: 'yosys-failed', message: `Yosys could not translate the design (${code}):\n${said.trim().split('\n').slice(-10).join('\n')}` }));
    });
  });
}
