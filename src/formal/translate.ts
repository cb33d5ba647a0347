import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, WordlineError } from '../diag/index.ts';
import { Stopped } from './solver.ts';
import { start } from './tools.ts';

/** A model in SMT-LIB as Yosys writes it: the state of a cycle is one vector of bits, and everything that can be asked about it is too. */
export interface Translation {
  /** Bits of every wire that the model still has; what no property depends on is gone. */
  readonly wires: ReadonlyMap<string, number>;
  /** Registers that are left, words of memories among them. */
  readonly registers: ReadonlySet<string>;
  /** Declares the state of cycle `n` and defines everything about it. */
  readonly cycle: (n: number) => string;
  /** Asserts that cycle `n` is the first of all, or that it is none such. */
  readonly first: (n: number, is: boolean) => string;
  /** Asserts that cycle `n` follows the one before it. */
  readonly follows: (n: number) => string;
  /** A wire in a cycle. */
  readonly wire: (name: string, n: number) => string;
}

/** Stands for the number of a cycle, and of the one after it. */
const [NOW, NEXT] = ['\u0001', '\u0002'];
const template = (text: string): ((n: number) => string) => (n) => text.replaceAll(NOW, String(n)).replaceAll(NEXT, String(n + 1));

/**
 * Yosys writes functions of the state. Solvers put their bodies where they are called, some of them once for each way that leads there, which
 * is too often; so the text is taken as a template, and each cycle gets constants of its own.
 */
function read(top: string, smt2: string): Translation {
  const found = (kind: string): [string, number][] => [...smt2.matchAll(new RegExp(`^; yosys-smt2-${kind} (\\S+) (\\d+)$`, 'gm'))].map(([, name, bits]) => [name!, Number(bits)]);
  const code = smt2.replace(/;.*$/gm, '');
  const sort = new RegExp(`\\(define-sort \\|${top}_s\\| \\(\\) (\\(_ BitVec \\d+\\))\\)`).exec(code);
  const transition = code.indexOf(`(define-fun |${top}_t|`);
  if (sort === null || transition < 0) fail('yosys-failed', 'Yosys wrote SMT-LIB of an unknown form', { hint: 'is it older than 0.23?' });
  const cycles = (text: string): string =>
    text
      .replace(/\(\(state \|[^|]*\|\)(?: \(next_state \|[^|]*\|\))?\)/g, '()')
      .replace(/(\(define-fun \|[^|]*)\|/g, `$1@${NOW}|`)
      .replace(/\((\|[^|]*)\| state\)/g, `$1@${NOW}|`)
      .replace(/\((\|[^|]*)\| next_state\)/g, `$1@${NEXT}|`)
      .replace(/ state\)/g, ` s${NOW})`)
      .replace(/ next_state\)/g, ` s${NEXT})`);
  const about = template(`(declare-fun s${NOW} () ${sort[1]!})${cycles(code.slice(sort.index + sort[0].length, transition))}`);
  const step = template(`${cycles(code.slice(transition))}(assert |${top}_t@${NOW}|)`);
  const initial = template(`(assert |${top}_is@${NOW}|)(assert |${top}_i@${NOW}|)`);
  const later = template(`(assert (not |${top}_is@${NOW}|))`);
  return {
    wires: new Map(found('wire')),
    registers: new Set(found('register').map(([name]) => name)),
    cycle: (n) => `${about(n)}(assert |${top}_h@${n}|)(assert |${top}_u@${n}|)`,
    first: (n, is) => (is ? initial(n) : later(n)),
    follows: (n) => step(n - 1),
    wire: (name, n) => `|${top}_n ${name}@${n}|`,
  };
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
    return read(top, readFileSync(join(folder, 'design.smt2'), 'utf8'));
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
