/** Anything that must be closed to be whole: a file sink, a VCD writer. Closing twice must do nothing. */
export interface Closable {
  close(): void;
}

const open = new Set<Closable>();
let hooked = false;

/**
 * Closes `target` when the process ends: at normal exit, after an uncaught error, and at SIGINT, so that an interrupted run leaves a complete
 * waveform. SIGTERM is left alone: a listener would only be heard between callbacks, and so would make a busy simulation deaf to `kill` and
 * `timeout`. What had been written by then ends at a whole line and opens, too.
 * Things are closed in the reverse order of registration: a writer made on a sink is closed before it.
 *
 * SIGINT ends the process (code 130) only if nobody else listens to it.
 *
 * @returns a function that takes the registration back; call it when the target has been closed.
 */
export function closeOnExit(target: Closable): () => void {
  open.add(target);
  if (!hooked) {
    hooked = true;
    process.on('exit', closeAll);
    process.on('SIGINT', onInterrupt);
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

function onInterrupt(): void {
  // Somebody else's handler decides whether the run goes on; the exit hook closes everything if it does not.
  if (process.listenerCount('SIGINT') > 1) return;
  closeAll();
  process.exit(130);
}
