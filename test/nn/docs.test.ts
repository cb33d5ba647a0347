import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, vi } from 'vitest';

it('runs the code of docs/cnn.md', async () => {
  const [, code] = /```ts\n([^]*?)```/.exec(readFileSync('docs/cnn.md', 'utf8'))!;
  const directory = mkdtempSync(join(tmpdir(), 'wordline-docs-'));
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const file = join(directory, 'cnn.ts');
    writeFileSync(file, code!.replace("'wordline'", JSON.stringify(resolve('src/nn/index.ts'))));
    await import(file);
    expect(print.mock.calls).toEqual([[7, 7], [true]]);
  } finally {
    print.mockRestore();
    rmSync(directory, { recursive: true });
  }
});
