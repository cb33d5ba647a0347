import { describe, expect, it } from 'vitest';
import { runMany, settleMany, share, WordlineError, type ManyOptions, type Outcome } from '../../src/index.ts';
import { channel, type Channel } from './channel.ts';
import type { add, draw, failsLast, lastFirst, product, trouble, Trouble } from './jobs.ts';

const module = new URL('./jobs.ts', import.meta.url);
const channels = new URL('./channel.ts', import.meta.url);
const settleTrouble = (points: readonly Trouble[], more: Partial<ManyOptions<typeof trouble>> = {}) => settleMany<typeof trouble>({ module, export: 'trouble', points, workers: 2, ...more });
const errors = (outcomes: readonly Outcome[]): unknown[] => outcomes.map((o) => (o.status === 'failed' ? (o.error instanceof WordlineError ? o.error.code : o.error.message) : o.status));
const caught = async (work: Promise<unknown>): Promise<WordlineError> => work.then(
  () => expect.unreachable('it should have failed'),
  (error: unknown) => error as WordlineError,
);

describe('results', () => {
  it('are in the order of the points, whichever ends first', async () => {
    const points = ['a', 'b', 'c', 'd', 'e'];
    const shared = share({ ended: new Int32Array(1), order: new Int32Array(points.length) });
    const seen: number[] = [];
    const results = await runMany<typeof lastFirst>({ module, export: 'lastFirst', points, shared, workers: 2, onProgress: ({ done, total, outcome }) => seen.push(done, total, outcome.index) });
    expect(results).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
    expect([...shared.order]).toEqual([1, 2, 3, 4, 0]);
    expect(seen).toEqual([1, 5, 1, 2, 5, 2, 3, 5, 3, 4, 5, 4, 5, 5, 0]);
  });

  it('of a design are those of one simulation after the other, on 1 thread and on 3', async () => {
    const points = Array.from({ length: 3 }, (_, i): Channel => ({ seed: BigInt.asUintN(64, 0x9e3779b97f4a7c15n * BigInt(2 * i + 1)), cycles: 1000 + 100 * i }));
    const sequential = points.map(channel);
    expect(new Set(sequential).size).toBe(points.length);
    for (const workers of [1, 3]) expect(await runMany<typeof channel>({ module: channels, export: 'channel', points, workers })).toEqual(sequential);
  });

  it('may depend on the seed of the point, which depends on the number of the point only', async () => {
    const [one, three] = await Promise.all([1, 3].map((workers) => settleMany<typeof draw>({ module, export: 'draw', points: [0, 0, 0, 0], workers, seed: 5 })));
    expect(one).toEqual(three);
    expect(one!.map((o) => (o.status === 'done' ? o.result : o))).toEqual(one!.map(({ index, seed }) => ({ index, seed })));
    expect(one![0]!.seed).toBe(5);
    expect(new Set(one!.map((o) => o.seed)).size).toBe(4);
  });

  it('of no points are none', async () => {
    expect(await runMany({ module, points: [] })).toEqual([]);
  });
});

describe('shared memory', () => {
  it('is one for all threads: large inputs, and outputs by index', async () => {
    const sums = share(new Float64Array(4));
    const shared = { weights: Float64Array.of(1, 2, 3.5), sums, scale: { by: Int8Array.of(-2) }, adder: {} };
    expect(await runMany<typeof product>({ module, export: 'product', points: [1, 2, 3, 4], shared, workers: 2 })).toEqual([true, true, true, true]);
    expect([...sums]).toEqual([-13, -26, -39, -52]);
  });

  it('holds WebAssembly modules, compiled once', async () => {
    const bytes = Uint8Array.from(Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex'));
    const { Module } = (globalThis as unknown as { readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object } }).WebAssembly;
    expect(await runMany<typeof add>({ module, export: 'add', points: [[1, 2], [30, 4]], shared: { adder: new Module(bytes) } })).toEqual([3, 34]);
  });
});

describe('points that fail', () => {
  it('are told with the error of the job; the others have their results', async () => {
    const outcomes = await settleTrouble(['none', 'throw', 'problem', 'text', 'function', 'none']);
    expect(errors(outcomes)).toEqual(['done', 'the sums differ', 'first-problem', 'just a text', 'result-not-clonable', 'done']);
    const [, thrown, problem] = outcomes.map((o) => (o.status === 'failed' ? o.error : undefined));
    expect(thrown).toMatchObject({ name: 'TypeError', cause: { message: 'at 7' }, stack: expect.stringMatching(/jobs\.ts:\d+:\d+/) as string });
    expect(problem).toMatchObject({ problems: [{ code: 'first-problem', message: 'one thing', where: [{ file: 'a.ts', line: 3, column: 4 }], hint: 'do this' }] });
  });

  it('are all named in the error of runMany', async () => {
    const error = await caught(runMany<typeof trouble>({ module, export: 'trouble', points: ['problem', 'none', 'throw'], seed: 9 }));
    expect(error).toBeInstanceOf(WordlineError);
    expect(error.message).toMatch(/^a\.ts:3:4: point 0 \(seed 9\), 'problem': one thing \[first-problem\]\n {2}hint: do this\npoint 2 \(seed \d+\), 'throw': TypeError: the sums differ \[job-failed\]$/);
    expect(error.cause).toMatchObject({ code: 'first-problem' });
  });

  it('are told by the death of their thread; another one takes its place', async () => {
    const outcomes = await settleTrouble(['none', 'exit', 'none', 'memory', 'none', 'timer', 'none', 'none'], { heapMb: 128 });
    expect(errors(outcomes)).toEqual(['done', 'worker-died', 'done', 'worker-died', 'done', 'worker-died', 'done', 'done']);
    const said = outcomes.flatMap((o) => (o.status === 'failed' ? [o.error.message] : []));
    expect(said).toMatchInlineSnapshot(`
      [
        "the worker thread died: the job ended it, exit code 3 [worker-died]
        hint: a job returns or throws; process.exit ends its thread",
        "the worker thread died: it ran out of memory [worker-died]
        hint: give each worker a larger heap (heapMb), or keep less in one point",
        "the worker thread died: nothing caught the error "too late" [worker-died]
        hint: await what the job starts: an error in a timer or a forgotten promise ends its thread",
      ]
    `);
  });

  it('need not be computable at all: what cannot be copied is said', async () => {
    const outcomes = await settleMany({ module, export: 'draw', points: [1, () => 1], workers: 1 });
    expect(errors(outcomes)).toEqual(['done', 'point-not-clonable']);
  });

  it('stop the rest with stopAtFirst, in the same way however many threads there are', async () => {
    // With two threads the point behind the failing one has ended before it, and the next would never end.
    const points = ['fail', 'ok', 'forever', 'ok'] as const;
    for (const workers of [1, 2]) {
      const shared = { ended: new Int32Array(1), before: workers - 1 };
      const outcomes = await settleMany<typeof failsLast>({ module, export: 'failsLast', points, shared, workers, stopAtFirst: true });
      expect(errors(outcomes)).toEqual(['failed in the end', 'skipped', 'skipped', 'skipped']);
    }
  });

  it('do not stop those before them with stopAtFirst', async () => {
    const points = ['ok', 'ok', 'fail', 'ok'] as const;
    const outcomes = await settleMany<typeof failsLast>({ module, export: 'failsLast', points, shared: { ended: new Int32Array(1), before: 0 }, workers: 3, stopAtFirst: true });
    expect(errors(outcomes)).toEqual(['done', 'done', 'failed in the end', 'skipped']);
  });
});

describe('a signal', () => {
  it('ends threads wherever they are, and keeps what is there', async () => {
    const controller = new AbortController();
    const outcomes = await settleTrouble(['none', 'forever', 'hang', 'none'], { signal: controller.signal, onProgress: () => setTimeout(() => controller.abort(), 300) });
    expect(errors(outcomes)).toEqual(['done', 'skipped', 'skipped', 'skipped']);
  });

  it('a time limit for each point ends its thread, and the others go on', async () => {
    const outcomes = await settleTrouble(['none', 'forever', 'hang', 'none'], { timeout: 4 });
    expect(errors(outcomes)).toEqual(['done', 'timed-out', 'timed-out', 'done']);
    expect((await caught(settleTrouble(['none'], { timeout: 0 }))).code).toBe('bad-option');
  });

  it('ends a thread in the middle of compiled code', async () => {
    const controller = new AbortController();
    const points = [1, 2_000_000_000].map((cycles): Channel => ({ seed: 1n, cycles }));
    const outcomes = await settleMany<typeof channel>({ module: channels, export: 'channel', points, workers: 1, signal: controller.signal, onProgress: () => setTimeout(() => controller.abort(), 300) });
    expect(errors(outcomes)).toEqual(['done', 'skipped']);
  });

  it('that was there before starts nothing, and makes runMany fail', async () => {
    const error = await caught(runMany<typeof trouble>({ module, export: 'trouble', points: ['none'], signal: AbortSignal.abort() }));
    expect(error.code).toBe('interrupted');
    expect(error.message).toBe("stopped before point 0 (seed 0), 'none' had ended [interrupted]");
  });
});

describe('mistakes of the caller', () => {
  const cases: [string, ManyOptions, string, RegExp][] = [
    ['a module that is not there', { module: 'test/many/job.ts', points: [1] }, 'no-file', /there is no file .*test\/many\/job\.ts/],
    ['an export that is not there', { module, export: 'trubble', points: [1, 2] }, 'no-job', /jobs\.ts exports no function "trubble" \[no-job\]\n {2}hint: did you mean "trouble"/],
    ['an export that is no function', { module, export: 'notAFunction', points: [1] }, 'no-job', /exports no function "notAFunction"/],
    ['no threads', { module, points: [1], workers: 0 }, 'bad-workers', /workers: 0/],
    ['a seed that is none', { module, points: [1], seed: -1 }, 'bad-seed', /seed: -1/],
    ['an option that is none', { module, points: [1], worker: 2 } as ManyOptions, 'unknown-option', /runMany has no option "worker" \[unknown-option\]\n {2}hint: did you mean "workers"/],
    ['what cannot be shared', { module, points: [1], shared: { f: () => 1 } }, 'shared-not-clonable', /"shared" cannot be given to other threads/],
    ['a heap of nothing', { module, points: [1], heapMb: 0 }, 'bad-heap', /heapMb: 0 is no size/],
    ['a heap that is too small to start with', { module, points: [1], heapMb: 1 }, 'worker-died', /point 0 .* ran out of memory/],
  ];
  it.each(cases)('%s', async (_, options, code, message) => {
    const error = await caught(runMany(options));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('a module that fails when it is loaded throws what it threw', async () => {
    const error = await caught(runMany({ module: 'test/cli/fixtures/throws.ts', points: [1, 2] }));
    expect(error.message).toBe('thrown when it is loaded');
  });

  it('an error in onProgress ends the run', async () => {
    const stop = new Error('enough');
    const work = runMany<typeof trouble>({ module, export: 'trouble', points: ['none', 'forever', 'forever'], workers: 2, onProgress: () => { throw stop; } }); // prettier-ignore
    expect(await caught(work)).toBe(stop);
  });
});
