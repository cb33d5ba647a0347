import { Worker } from 'node:worker_threads';
import { WordlineError } from '../diag/index.ts';

/** Knows whether the user has pressed Ctrl-C. */
export interface Interrupt {
  /** Settles when Ctrl-C is heard from now on. */
  readonly ready: Promise<void>;
  /** Costs a memory access; works in the middle of a loop that never awaits. */
  requested(): boolean;
  /** Rejects with `interrupted` at Ctrl-C, for programs that do await. */
  readonly pressed: Promise<never>;
  stop(): void;
}

/** Words shared with the watcher. */
const PRESSED = 0;
const STOP = 1;

/**
 * Node runs signal handlers in the event loop, and a simulation that steps in a loop never gets there: with a handler it could not be
 * stopped, and without one it would lose the end of its waves. `vm` has the one way in Node to hear of SIGINT elsewhere
 * (`breakOnSigint`, made to interrupt scripts), and it works in a worker: the script that is interrupted there does nothing but wait.
 */
const WATCHER = `
const { parentPort, workerData: shared } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { Script } = require('node:vm');
globalThis.shared = shared;
const wait = (ms) => new Script('Atomics.wait(shared, ${STOP}, 0, ' + ms + ')').runInThisContext({ breakOnSigint: true });
let hint = false;
parentPort.postMessage('ready');
while (Atomics.load(shared, ${STOP}) === 0) {
  try {
    if (wait(hint ? 700 : 'Infinity') === 'timed-out') {
      hint = false;
      writeSync(2, 'interrupted; waiting for the next clock edge, or for another simulator to end (Ctrl-C again: end at once, waves cut off)\\n');
    }
  } catch {
    if (Atomics.load(shared, ${STOP}) !== 0) break;
    // The second time somebody means it, whatever the program is doing.
    if (Atomics.add(shared, ${PRESSED}, 1) > 0) process.kill(process.pid, 'SIGKILL');
    hint = true;
    parentPort.postMessage('pressed');
  }
}
`;

export function interrupted(): WordlineError {
  return new WordlineError({ code: 'interrupted', message: 'interrupted' });
}

export function watchInterrupt(): Interrupt {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  let reject: (error: Error) => void = () => undefined;
  const pressed = new Promise<never>((_, no) => {
    reject = no;
  });
  pressed.catch(() => undefined);
  const press = (): void => {
    Atomics.store(shared, PRESSED, 1);
    reject(interrupted());
  };
  // Before the watcher starts: a first listener that came later would take the signal away from it.
  process.on('SIGINT', press);
  // Without the options of this process: a loader for TypeScript takes longer to start than the watcher itself.
  const worker = new Worker(WATCHER, { eval: true, workerData: shared, execArgv: [], stdin: false });
  const ready = new Promise<void>((resolve) => {
    worker.on('message', (message) => (message === 'ready' ? resolve() : press()));
    // Without threads the program still runs; Ctrl-C then waits for the next time the testbench awaits something.
    worker.on('error', () => resolve());
  });
  const stop = (): void => {
    Atomics.store(shared, STOP, 1);
    Atomics.notify(shared, STOP);
    process.off('SIGINT', press);
    process.off('exit', stop);
    worker.unref();
  };
  // A process that ends does not wait for a thread that waits.
  process.on('exit', stop);
  return { ready, requested: () => Atomics.load(shared, PRESSED) !== 0, pressed, stop };
}
