import { createColors } from 'picocolors';
import { watchInterrupt, type Interrupt } from './interrupt.ts';

export type Colors = ReturnType<typeof createColors>;

/** All that the command touches of the process it runs in; tests give their own. */
export interface Io {
  /** Results: for people, or with `--json` the one object. */
  out(text: string): void;
  /** Diagnostics and progress. */
  err(text: string): void;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Where a progress bar may be drawn; absent in a pipe. */
  readonly terminal?: NodeJS.WritableStream;
  readonly colors: { readonly out: Colors; readonly err: Colors };
  /** Sends what others write to the standard output to the diagnostics, so that nothing but the result is there. */
  diverted?(): () => void;
  /** Starts to listen for Ctrl-C. */
  interrupt?(): Interrupt;
}

/** https://no-color.org: any value that is not empty; it goes before everything else. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return isTerminal && env['TERM'] !== 'dumb';
}

/** The real process, and how to leave it. */
export function processIo(): { readonly io: Io; readonly end: (code: number) => void } {
  const { stdout, stderr, env } = process;
  const write = stdout.write.bind(stdout);
  // `wordline wave x.vcd | head` closes the pipe; that is no error of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const io: Io = {
    out: (text) => void write(text),
    err: (text) => void stderr.write(text),
    cwd: process.cwd(),
    columns: stdout.columns ?? 100,
    ...(stderr.isTTY && { terminal: stderr }),
    colors: { out: createColors(wantsColor(env, stdout.isTTY)), err: createColors(wantsColor(env, stderr.isTTY)) },
    diverted: () => {
      stdout.write = stderr.write.bind(stderr);
      return () => {
        stdout.write = write;
      };
    },
    interrupt: watchInterrupt,
  };
  // A testbench may leave timers or sockets behind: the run is over all the same, once everything is written.
  const end = (code: number): void => void write('', () => process.exit(code));
  return { io, end };
}
