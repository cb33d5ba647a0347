import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { settleMany } from '../../src/index.ts';

// Threads that cannot start: the pool says so, and its tasks never settle by themselves.
vi.mock('piscina', () => ({
  Piscina: class extends EventEmitter {
    run(_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> {
      setTimeout(() => this.emit('error', new Error('no such loader')), 1);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    destroy(): Promise<void> {
      return Promise.resolve();
    }
  },
}));

it('a thread that cannot be started ends the run with an error instead of waiting for it', async () => {
  const work = settleMany({ module: new URL('./jobs.ts', import.meta.url), points: [1, 2, 3], workers: 2 });
  await expect(work).rejects.toMatchObject({ code: 'worker-failed', message: 'a worker thread could not go on: no such loader [worker-failed]', cause: { message: 'no such loader' } });
});
