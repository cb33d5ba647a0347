/** Anything that must be closed to be whole: a file sink, a VCD writer. Closing twice must do nothing. */
export interface Closable {
  close(): void;
}

const open = new Set<Closable>();
let hooked = false;

/**
 * Closes `target` when the process ends: at normal exit, after an uncaught error, and at SIGINT and SIGTERM, so that an interrupted run
 * leaves a complete waveform. Things are closed in the reverse order of registration: a writer made on a sink is closed before it.
 *
 * A signal ends the process (code 130 for SIGINT, 143 for SIGTERM) only if nobody else listens to it.
 *
 * @returns a function that takes the registration back; call it when the target has been closed.
 */
export function closeOnExit(target: Closable): () => void {
  open.add(target);
  if (!hooked) {
    hooked = true;
    process.on('exit', closeAll);
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
  }
  return () => {
    open.delete(target);
    // A signal listener changes what Ctrl-C does, so none is left behind when there is nothing to close.
    if (open.size === 0) unhook();
  };
}

/** How many registrations are open; a test's way to see that nothing leaks. */
export function openOnExit(): number {
  return open.size;
}

function unhook(): void {
  hooked = false;
  process.off('exit', closeAll);
  process.off('SIGINT', onInterrupt);
  process.off('SIGTERM', onTerminate);
}

function closeAll(): void {
  for (const target of [...open].reverse()) {
    open.delete(target);
    try {
      target.close();
    } catch (error) {
      // The others must still be closed, and at exit nobody is left to catch it.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

const onInterrupt = (): void => onSignal('SIGINT', 130);
const onTerminate = (): void => onSignal('SIGTERM', 143);

function onSignal(signal: 'SIGINT' | 'SIGTERM', code: number): void {
  const alone = process.listenerCount(signal) === 1;
  // Somebody else's handler decides whether the run goes on; the exit hook closes everything if it does not.
  if (!alone) return;
  closeAll();
  process.exit(code);
}
