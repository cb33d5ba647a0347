import { readFileSync } from 'node:fs';

/** The package's version. Its package.json lies two folders up from the sources and three from the compiled files. */
export function version(): string {
  for (const up of ['../../', '../../../']) {
    try {
      const found = JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8')) as { name?: string; version?: string };
      if (found.name === 'wordline' && found.version !== undefined) return found.version;
    } catch {
      // Not there: try further up.
    }
  }
  return 'unknown';
}
