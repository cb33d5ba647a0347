import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../diag/index.ts';
import { closeOnExit } from './exit.ts';

/**
 * Where bytes go. `write` has used the chunk when it returns: the caller fills the same block again. Everything is synchronous, since a
 * simulator that awaits its trace is a slow simulator, and one that does not await it fills the memory.
 */
export interface ByteSink {
  write(chunk: Uint8Array): void;
  close(): void;
}

const BLOCK = 1 << 20;

/**
 * A file written in blocks of about 1 MB.
 *
 * Missing folders are made. The file holds whole chunks at any time: chunks of half a block or more go straight to it, smaller ones are
 * collected and never cut, so that a reader finds whole lines even after a kill, if the chunks were whole lines. What is
 * collected is written at exit and at SIGINT too (see `closeOnExit`).
 *
 * Errors: `wave-file` with the path and the system's reason.
 */
export class FileSink implements ByteSink {
  readonly path: string;
  readonly #block = new Uint8Array(BLOCK);
  readonly #forget: () => void;
  #fd: number | undefined;
  #used = 0;

  constructor(path: string) {
    this.path = path;
    this.#fd = this.#try('open', () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'w');
    });
    this.#forget = closeOnExit(this);
  }

  write(chunk: Uint8Array): void {
    if (this.#fd === undefined) fail('wave-closed', `${this.path} is closed and was written to again`);
    if (chunk.length + this.#used > BLOCK || chunk.length >= BLOCK / 2) this.flush();
    if (chunk.length >= BLOCK / 2) this.#put(chunk);
    else {
      this.#block.set(chunk, this.#used);
      this.#used += chunk.length;
    }
  }

  /** Hands everything collected so far to the system. */
  flush(): void {
    const used = this.#used;
    this.#used = 0;
    if (used > 0) this.#put(this.#block.subarray(0, used));
  }

  close(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#forget();
    try {
      this.flush();
    } finally {
      this.#fd = undefined;
      this.#try('close', () => closeSync(fd));
    }
  }

  #put(bytes: Uint8Array): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#try('write', () => {
      // The system may take less than it is offered, e.g. on a pipe.
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
    });
  }

  #try<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      return fail('wave-file', `cannot ${what} ${this.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Keeps everything in memory; for tests and for small windows. */
export class MemorySink implements ByteSink {
  #chunks: Uint8Array[] = [];
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  write(chunk: Uint8Array): void {
    if (this.#closed) fail('wave-closed', 'the memory sink is closed and was written to again');
    this.#chunks.push(chunk.slice());
  }

  close(): void {
    this.#closed = true;
  }

  bytes(): Uint8Array {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('latin1');
  }
}

/** Counts bytes and drops them; for measuring. */
export class NullSink implements ByteSink {
  length = 0;

  write(chunk: Uint8Array): void {
    this.length += chunk.length;
  }

  close(): void {
    // There is nothing to give back.
  }
}

/** A folder for waves, with those above it. Errors: `wave-file`. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    fail('wave-file', `cannot make the folder ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
