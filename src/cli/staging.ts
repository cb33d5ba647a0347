import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '../diag/index.ts';
import type { Io } from './io.ts';

/** Where a file is, behind symbolic links: they stay what they are. */
export function actualPath(shown: string, io: Pick<Io, 'cwd'>): string {
  const path = resolve(io.cwd, shown);
  return existsSync(path) ? realpathSync(path) : path;
}

/** Files that get their names only when all of them are complete. Until then each stands in a folder of its own beside its place. */
export class Staging {
  readonly #files: { readonly folder: string; readonly path: string; readonly shown: string }[] = [];

  constructor(private readonly io: Pick<Io, 'cwd'>) {}

  /** Where to write what is to become `shown`; files that are written beside it come along. Errors: `write-failed`, `bad-option`. */
  file(shown: string): string {
    const path = actualPath(shown, this.io);
    if (this.#files.some((f) => f.path === path)) fail('bad-option', `two files are to be written to ${shown}`, { hint: 'give each a name of its own' });
    const there = existsSync(path) ? statSync(path) : undefined;
    // A device or a pipe would give way to a file of its name.
    if (there?.isFile() === false) fail('write-failed', `cannot write ${shown}: it is ${there.isDirectory() ? 'a folder' : 'no file'}`);
    try {
      const folder = mkdtempSync(join(dirname(path), '.wordline-'));
      this.#files.push({ folder, path, shown });
      return join(folder, basename(path));
    } catch (error) {
      return fail('write-failed', `cannot write ${shown}: ${(error as Error).message}`);
    }
  }

  /** Gives all files their names. */
  keep(): void {
    for (const { folder, path, shown } of this.#files) {
      try {
        for (const name of readdirSync(folder)) renameSync(join(folder, name), join(dirname(path), name));
      } catch (error) {
        fail('write-failed', `cannot write ${shown}: ${(error as Error).message}`);
      }
    }
  }

  /** Takes away what has no name yet. */
  discard(): void {
    for (const { folder } of this.#files) rmSync(folder, { recursive: true, force: true });
  }
}

/** A text that is written in large pieces. Errors: `write-failed`. */
export class TextFile {
  #fd: number | undefined;
  readonly #shown: string;
  #text = '';

  /** @param shown What its user calls it. */
  constructor(path: string, shown: string) {
    this.#shown = shown;
    this.#fd = this.#try(() => openSync(path, 'w'));
  }
  write(text: string): void {
    this.#text += text;
    if (this.#text.length > 1 << 16) this.#flush();
  }
  close(): void {
    this.#flush();
    this.abandon();
  }
  /** Without what has not been written; nothing after `close`. */
  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #flush(): void {
    this.#try(() => writeSync(this.#fd!, this.#text));
    this.#text = '';
  }
  #try<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      return fail('write-failed', `cannot write ${this.#shown}: ${(error as Error).message}`);
    }
  }
}
