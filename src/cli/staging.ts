import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '../diag/index.ts';
import type { Io } from './io.ts';

/** Files that get their names only when all of them are complete. Until then each stands in a folder of its own beside its place. */
export class Staging {
  readonly #files: { readonly folder: string; readonly path: string; readonly shown: string }[] = [];

  constructor(private readonly io: Pick<Io, 'cwd'>) {}

  /** Where to write what is to become `shown`; files that are written beside it come along. Errors: `write-failed`, `bad-option`. */
  file(shown: string): string {
    const path = resolve(this.io.cwd, shown);
    if (this.#files.some((f) => f.path === path)) fail('bad-option', `two files are to be written to ${shown}`, { hint: 'give each a name of its own' });
    if (existsSync(path) && statSync(path).isDirectory()) fail('write-failed', `cannot write ${shown}: it is a folder`);
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
