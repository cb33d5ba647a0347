import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bit, model, module, prove, readVcd, replay, simulate, solverNames, uint, WordlineError, type ModuleDefinition, type ProofReport } from '../../src/index.ts';
import { Cross, Queue, Turns, Wrap } from './designs/small.ts';
import { needProver, property, scratch, verdicts } from './helpers.ts';

const failure = async (work: Promise<unknown>): Promise<WordlineError> => {
  const error: unknown = await work.then(() => undefined, (e: unknown) => e);
  if (error instanceof WordlineError) return error;
  throw new Error(`not refused: ${String(error)}`);
};

/** The simulation, given the inputs of the counterexample, stops at this assert in this cycle, and no earlier. */
function stopsAt(definition: ModuleDefinition, report: ProofReport, message: string): void {
  const { run, cycle } = property(report, message);
  const sim = simulate(definition);
  replay(sim, run!.cycles.slice(0, -1));
  expect(() => replay(sim, run!.cycles.slice(-1))).toThrow(`assert "${message}" failed`);
  expect(run!.cycles.length).toBe(cycle! + 1);
  expect(run!.message).toContain(`assert "${message}" failed`);
}

const any = (m: unknown): ModuleDefinition => m as ModuleDefinition;

describe('prove', () => {
  it('proves what holds and reaches what can be', async (context) => {
    needProver(context);
    expect(verdicts(await prove(Wrap({ top: 9 })))).toEqual({ 'not beyond the top': 'proved', 'the top': 'covered@9' });
    expect(verdicts(await prove(Turns({ broken: false })))).toEqual({ 'one at a time': 'proved', 'b waits one cycle at most': 'proved', 'while b waits a was last': 'proved', 'b before a': 'covered@1' });
    const queue = await prove(Queue({ broken: false }));
    expect(queue.properties.map((p) => p.status)).toEqual(['proved', 'proved', 'proved', 'proved', 'covered']);
    expect(queue.result).toBe('proved');
  });

  it('finds the first cycle in which a broken design fails, and our simulation fails there too', async (context) => {
    needProver(context);
    const wrap = Wrap({ top: 9, broken: true });
    const report = await prove(wrap);
    expect(property(report, 'not beyond the top')).toMatchObject({ status: 'failed', cycle: 10 });
    expect(report.result).toBe('failed');
    stopsAt(any(wrap), report, 'not beyond the top');
    const queue = Queue({ broken: true });
    const lost = await prove(queue, { depth: 8, k: 2 });
    const failed = lost.properties.filter((p) => p.status === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const { message } of failed) stopsAt(any(queue), lost, message);
    expect(Math.min(...failed.map((p) => p.cycle!))).toBe(5);
  });

  it('lets several clocks tick in any order, and a run says in which', async (context) => {
    needProver(context);
    expect(verdicts(await prove(Cross({ broken: false })))).toEqual({ 'not so many': 'proved', 'one arrives': 'covered@4' });
    const cross = Cross({ broken: true });
    const report = await prove(cross);
    stopsAt(any(cross), report, 'not so many');
    const { cycles } = property(report, 'not so many').run!;
    expect(cycles.some((c) => c.tick?.length === 1)).toBe(true);
  });

  it('an assert that only an unreachable state breaks stays open, and the state is shown', async (context) => {
    needProver(context);
    const Even = module('Even', { in: { go: bit }, out: { n: uint(8) } }, ({ go }, hw) => {
      const n = hw.reg('n', uint(8), { reset: 0 });
      hw.when(go, () => n.next(n.add(2)));
      hw.assert(n.ne(77), 'never 77');
      return { n };
    });
    const folder = scratch();
    const report = await prove(Even, { depth: 4, out: folder });
    const { status, cycles, induction } = property(report, 'never 77');
    expect([status, cycles, report.result]).toEqual(['bounded', 4, 'undecided']);
    expect(induction!.start!['n']! % 2n).toBe(1n);
    const wave = readVcd(induction!.vcd!).signals.find((s) => s.path === 'Even.n')!;
    expect([Number(wave.changes[0]![1]), Number(wave.changes.at(-1)![1])]).toEqual([Number(induction!.start!['n']), 77]);
    expect((await prove(Even, { depth: 4, k: 0 })).result).toBe('proved');
  });

  it('a reset in mid-run is looked at only if it may come', async (context) => {
    needProver(context);
    const Kept = module('Kept', { out: { same: bit } }, (_, hw) => {
      const [a, b] = [hw.reg('a', uint(3), { reset: 0 }), hw.reg('b', uint(3))];
      a.next(a.add(1));
      b.next(b.add(1));
      hw.assert(a.eq(b), 'in step');
      return { same: a.eq(b) };
    });
    expect(verdicts(await prove(Kept))).toEqual({ 'in step': 'proved' });
    const free = await prove(Kept, { resets: 'free' });
    expect(verdicts(free)).toEqual({ 'in step': 'failed@1' });
    expect(property(free, 'in step').run!.cycles.map((c) => c.reset ?? [])).toEqual([['clk'], []]);
    stopsAt(any(Kept), free, 'in step');
  });

  it('says that an assert is never put to the test, and which other assert it hides behind', async (context) => {
    needProver(context);
    const Hidden = module('Hidden', { in: { x: uint(4) } }, ({ x }, hw) => {
      const n = hw.reg('n', uint(4), { reset: 0 });
      n.next(x);
      hw.assert(n.lt(5), 'small');
      hw.assert(n.lt(10), 'not so big');
      hw.when(n.eq(12), () => hw.assert(x.eq(0), 'never asked'));
      return {};
    });
    const report = await prove(Hidden);
    expect(property(report, 'small').status).toBe('failed');
    expect(report.properties.slice(1).every((p) => p.status !== 'failed')).toBe(true);
    expect(property(report, 'never asked').unasked).toBe(true);
  });

  it('assumptions hold in every run, and ones that nothing satisfies are an error', async (context) => {
    needProver(context);
    const make = (limit: number): ModuleDefinition =>
      any(module('Assuming', { in: { x: uint(4) } }, ({ x }, hw) => {
        const n = hw.reg('n', uint(4), { reset: 0 });
        n.next(n.add(1));
        hw.assume(x.lt(8), 'x is small');
        hw.assume(n.lt(limit).or(x.ge(8)), 'and big later');
        hw.assert(x.ne(9), 'x is not 9');
        hw.assert(x.ne(8).or(n.eq(0)), 'x is not 8');
        return {};
      }));
    expect((await failure(prove(make(3), { k: 0 }))).problems[0]).toMatchObject({ code: 'assumptions-contradict', message: 'no run of more than 3 cycles satisfies the assumptions' });
    expect((await failure(prove(make(0)))).problems[0]!.message).toBe('no inputs satisfy the assumptions in the first cycle');
  });

  it('a model takes part by its Verilog, and one that does something else is found out', async (context) => {
    needProver(context);
    const twin = (next: string): string => `module Next (input clk, input rst, input [3:0] x, output reg [3:0] y); initial y = 0; always @(posedge clk) if (!rst) y <= ${next}; endmodule`;
    const Next = model('Next', { in: { x: uint(4) }, out: { y: uint(4) } }, () => ({ clock: (io) => io.out['y']!.set(io.in['x']!.get() & 7) }));
    const Top = module('Top', { in: { x: uint(4) } }, ({ x }, hw) => {
      const { out } = hw.instance('next', Next, { x });
      hw.assert(out.y.ne(6), 'not 6');
      hw.assert(out.y.lt(8), 'below 8');
      return {};
    });
    expect((await failure(prove(Top))).code).toBe('no-verilog');
    expect(verdicts(await prove(Top, { twins: { Next: twin("x & 4'd7") }, depth: 3 }))['not 6']).toBe('failed@1');
    expect((await failure(prove(Top, { twins: { Next: twin('x') }, depth: 3 }))).code).toBe('proof-mismatch');
  });

  it('stops at the end of the time, or when it is told to', async (context) => {
    needProver(context);
    const report = await prove(Wrap({ top: 9 }), { timeout: 0.001 });
    expect(report.properties.map((p) => [p.status, p.reason])).toEqual([['unknown', 'there was no more time'], ['unknown', 'there was no more time']]);
    expect((await failure(prove(Wrap({ top: 9 }), { signal: AbortSignal.abort() }))).code).toBe('interrupted');
  });

  it('is told to stop in the middle of the work', async (context) => {
    needProver(context);
    const controller = new AbortController();
    const work = prove(Wrap({ top: 40 }), { depth: 60, k: 0, signal: controller.signal, progress: ({ cycles }) => cycles === 3 && controller.abort() });
    expect((await failure(work)).code).toBe('interrupted');
  });

  for (const solver of solverNames) {
    it(`${solver} comes to the same verdicts`, async (context) => {
      needProver(context, solver);
      const report = await prove(Turns({ broken: true }), { solver, depth: 6 });
      expect(verdicts(report)).toEqual({ 'one at a time': 'proved', 'b waits one cycle at most': 'failed@2', 'while b waits a was last': 'proved', 'b before a': 'unreachable' });
    });
  }

  it('a solver that is not there is named, and how to get it', async () => {
    const path = process.env['PATH'];
    try {
      process.env['PATH'] = '';
      expect((await failure(prove(Wrap({ top: 3 }), { solver: 'cvc5' }))).problems[0]).toMatchObject({ code: 'missing-tool', message: 'cvc5 is not installed', hint: 'on Debian: apt-get install cvc5' });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('wrong options and nothing to prove are errors', async () => {
    const Empty = module('Empty', {}, () => ({}));
    expect((await failure(prove(Empty))).code).toBe('nothing-to-prove');
    expect((await failure(prove(Wrap({ top: 1 }), { depth: 0 }))).message).toContain('a depth is a whole number of cycles of at least 1, not 0');
    expect((await failure(prove(Wrap({ top: 1 }), { k: -1 }))).message).toContain('k is a whole number');
    expect((await failure(prove(Wrap({ top: 1 }), { timeout: 0 }))).message).toContain('a timeout is a number of seconds');
    expect((await failure(prove(Wrap({ top: 1 }), { solver: 'z4' as 'z3' }))).message).toMatch(/there is no solver "z4".*\n.*did you mean "z3"/);
    expect((await failure(prove(Wrap({ top: 1 }), { dept: 3 } as object))).message).toContain('prove has no option "dept"');
  });

  it('writes waves and a testbench whose text is what is replayed', async (context) => {
    needProver(context);
    const folder = scratch();
    const wrap = Wrap({ top: 2, broken: true });
    const report = await prove(wrap, { out: folder, source: { imports: [{ name: 'Wrap', file: join(import.meta.dirname, 'designs/small.ts') }], expression: 'Wrap({ top: 2, broken: true })' } });
    const { run } = property(report, 'not beyond the top');
    expect(Number(readVcd(run!.vcd!).signals.find((s) => s.path === 'Wrap.value')!.changes.at(-1)![1])).toBe(3);
    expect(readFileSync(run!.vcd!.replace('.vcd', '.gtkw'), 'utf8')).toContain('Wrap.value');
    const text = readFileSync(run!.testbench!, 'utf8');
    expect(text).toContain("import { Wrap } from '../designs/small.ts';");
    expect(text).toContain('  { in: { enable: 1 } }, // 0');
  });
});
