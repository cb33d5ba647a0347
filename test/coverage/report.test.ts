import { lcovParser } from '@friedemannsommer/lcov-parser';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bit, coverageLcov, coverageTable, coverageTotals, excludeCoverage, mergeCoverage, module, parametric, parseCoverage, parseExclusions, simulate, uint, WordlineError, type CoverageReport } from '../../src/index.ts';

const Cell = parametric(({ width }: { width: number }) =>
  module(`Cell${width}`, { in: { load: bit, clear: bit, x: uint(width) }, out: { y: uint(width) } }, ({ load, clear, x }, hw) => {
    const y = hw.reg('y', uint(width), { reset: 0 });
    hw.when(load, () => y.next(x))
      .elsewhen(clear, () => {
        y.next(0);
        hw.cover(y.eq(3), 'clears a three');
      });
    return { y };
  }),
);

const Top = module('Top', { in: { load: bit, clear: bit, x: uint(4) } }, ({ load, clear, x }, hw) => {
  hw.instance('a', Cell({ width: 4 }), { load, clear, x });
  hw.instance('b', Cell({ width: 4 }), { load: 0, clear, x });
  hw.instance('c', Cell({ width: 2 }), { load, clear: 0, x: x.trunc(2) });
  return {};
});

/** Each cycle: load, clear, x. */
function run(cycles: readonly (readonly [number, number, number])[]): CoverageReport {
  const sim = simulate(Top, { coverage: true });
  for (const [load, clear, x] of cycles) {
    sim.in.load = load;
    sim.in.clear = clear;
    sim.in.x = x;
    sim.step();
  }
  return sim.coverage();
}

const first = run([[1, 0, 3], [0, 0, 1], [1, 0, 9]]); // prettier-ignore
const second = run([[1, 0, 3], [0, 1, 0]]); // prettier-ignore
const cell = first.modules.find((m) => m.name === 'Cell4')!;
const { file, line } = cell.branches[0]!.at!;
const elsewhen = line + 1;
const root = dirname(file);

const caught = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof WordlineError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('a report', () => {
  it('adds up the instances of a type and says what is missing, with file and line', () => {
    const { modules, missed } = coverageTotals(first);
    expect(modules.map((m) => [m.name, m.instances, m.tallies.branches])).toEqual([
      ['Top', 1, { reached: 0, goals: 0 }],
      ['Cell4', 2, { reached: 2, goals: 3 }],
      ['Cell2', 1, { reached: 2, goals: 3 }],
    ]);
    expect(missed.filter((m) => m.module === 'Cell4').map((m) => [m.at?.file === file, m.at!.line - line, m.what])).toEqual([
      [true, -2, 'clear: never rose, never fell'],
      [true, -2, 'x: [2:0] never rose, [3:2] and [0] never fell'],
      [true, -1, 'y: [3:2] never rose, [3:0] never fell'],
      [true, 1, 'arm 2 never taken (reached 6 times)'],
      [true, 2, 'nothing on this line was done'],
      [true, 3, 'nothing on this line was done'],
      [true, 3, 'cover "clears a three" was never hit (looked at 0 times)'],
    ]);
  });

  it('is the same after JSON', () => {
    expect(parseCoverage(JSON.stringify(first))).toEqual(first);
  });

  it('as a table, the missed first', () => {
    const text = coverageTable(second, { root, lines: true, missed: 2 });
    expect(text.replaceAll(/report\.test\.ts:\d+/g, (at) => `report.test.ts:+${Number(at.split(':')[1]) - line}`)).toMatchInlineSnapshot(`
      "Coverage of Top: 1 run, 2 edges of clk outside reset

      Missed (14):
        report.test.ts:+-2  Cell4  load: never rose
        report.test.ts:+-2  Cell4  clear: never fell
        and 12 more

      By module type:
        module  instances  lines          branches       toggles         states  checks
        Top     1          100.0 % (3/3)  -              33.3 % (4/12)   -       -
        Cell4   2          100.0 % (4/4)  100.0 % (3/3)  30.0 % (6/20)   -       100.0 % (1/1)
        Cell2   1          25.0 % (1/4)   66.6 % (2/3)   50.0 % (5/10)   -       0.0 % (0/1)
        all                72.7 % (8/11)  83.3 % (5/6)   35.7 % (15/42)  -       50.0 % (1/2)

      By line:
        line               module  count  arms taken
        report.test.ts:+1  Cell2   0      0/1 (0)
        report.test.ts:+2  Cell2   0
        report.test.ts:+3  Cell2   0
        report.test.ts:+10  Top     2
        report.test.ts:+11  Top     2
        report.test.ts:+12  Top     2
        report.test.ts:+0   Cell4   1      2/2 (1, 1)
        report.test.ts:+1  Cell4   2      1/1 (2)
        report.test.ts:+2  Cell4   2
        report.test.ts:+3  Cell4   2
        report.test.ts:+0   Cell2   1      2/2 (1, 1)

      Left out:
        reason                    goals
        the signal is a constant  2
      "
    `);
  });
});

describe('LCOV', () => {
  it('is what another reader reads in it: lines, arms of each type as blocks of their own, and their sums', async () => {
    const sections = await lcovParser({ from: coverageLcov(mergeCoverage([first, second]), { root }) });
    expect(sections.map((s) => s.path)).toEqual(['report.test.ts']);
    const [{ lines, branches }] = sections as [(typeof sections)[0]];
    const at = (l: number): number | undefined => lines.details.find((d) => d.line === l)?.hit;
    // 5 edges, three cells: `a` loads three times and clears once, `b` clears once, `c` loads three times.
    expect([at(line), at(elsewhen), at(elsewhen + 1), at(elsewhen + 2)]).toEqual([6, 2, 2, 2]);
    expect(branches.details.filter((d) => d.line === line).map((d) => [d.block, Number(d.branch), d.hit])).toEqual([
      [0, 0, 3],
      [0, 1, 2],
      [0, 2, 5],
      [1, 0, 3],
      [1, 1, 0],
      [1, 2, 2],
    ]);
    expect([branches.instrumented, branches.hit]).toEqual([6, 5]);
    expect([lines.instrumented, lines.hit]).toEqual([lines.details.length, lines.details.filter((d) => d.hit > 0).length]);
  });

  it('tells an arm that was not taken from one that was never reached', () => {
    const Nested = module('Nested', { in: { a: bit, b: bit } }, ({ a, b }, hw) => {
      const r = hw.reg('r', bit);
      hw.when(a, () => {
        hw.when(b, () => r.next(1));
      });
      return {};
    });
    const sim = simulate(Nested, { coverage: true });
    sim.step();
    expect(coverageLcov(sim.coverage()).match(/^BRDA:.*$/gm)!.map((l) => l.split(',').slice(1).join())).toEqual(['0,0,0', '0,1,1', '0,0,-', '0,1,-']);
  });
});

describe('runs', () => {
  it('add up to what one run would have counted', () => {
    const sum = mergeCoverage([first, second]);
    expect(sum).toMatchObject({ runs: 2, clocks: [{ name: 'clk', edges: 5 }] });
    const merged = sum.modules.find((m) => m.name === 'Cell4')!;
    expect(merged.branches[0]!.arms.map((a) => a.taken)).toEqual([
      [3, 0],
      [1, 1],
      [1, 4],
    ]);
    // `clear` rose in the second run only, bit 3 of `x` in the first.
    expect(merged.toggles.map((t) => [t.signal, t.rose[0]])).toEqual([
      ['load', '1'],
      ['clear', '1'],
      ['x', '8'],
      ['y', '3'],
    ]);
    expect(mergeCoverage([second, first])).toEqual(sum);
  });

  it('of different designs do not, and the first difference is told', () => {
    const other = { ...second, modules: second.modules.map((m) => ({ ...m, toggles: m.toggles.map((t) => ({ ...t, width: t.signal === 'y' ? 5 : t.width })) })) };
    expect(caught(() => mergeCoverage([first, other], ['a.json', 'b.json']))).toMatchInlineSnapshot(`
      "coverage of different designs: a.json has signal y of Cell4 with 1 x 4 bits, b.json has signal y of Cell4 with 1 x 5 bits [coverage-mismatch]
        hint: only runs of the same design with the same kinds of coverage can be added up"
    `);
    expect(caught(() => mergeCoverage([first, { ...second, modules: second.modules.slice(0, 2) }]))).toMatch(/report 1 has module Cell2, report 2 has nothing more \[coverage-mismatch\]/);
    expect(caught(() => mergeCoverage([]))).toMatch(/\[coverage-nothing\]/);
  });
});

describe('exclusions', () => {
  it('take points out of totals, tables and LCOV, and say why', async () => {
    const less = excludeCoverage(first, [
      { match: 'Top.b.**', reason: 'b is never loaded' },
      { match: `Top.*.line${elsewhen}`, reason: 'nobody clears' },
      { match: '**.{clear,x}', reason: 'driven by the test' },
    ]);
    const { modules, excluded, missed } = coverageTotals(less);
    expect(modules[1]!.tallies).toMatchObject({ branches: { reached: 2, goals: 2 }, toggles: { reached: 4, goals: 10 } });
    expect(excluded).toEqual([
      // Two goals a bit of `clear` and `x`, of 5, 5 and 3 bits; a line and an arm of each type.
      { reason: 'driven by the test', goals: 26 },
      { reason: 'nobody clears', goals: 4 },
    ]);
    expect(missed.some((m) => m.what.startsWith('clear') || m.what.startsWith('x'))).toBe(false);
    expect(coverageTable(less)).toContain('driven by the test');
    const [section] = await lcovParser({ from: coverageLcov(less) });
    expect(section!.lines.details.map((d) => d.line)).not.toContain(elsewhen);
    expect(section!.branches.instrumented).toBe(4);
    expect(first.exclusions).toEqual([]);
  });

  it('without a reason, or that match nothing, are mistakes', () => {
    expect(caught(() => excludeCoverage(first, [{ match: 'Top.a.*', reason: ' ' }]))).toMatch(/needs a pattern and a reason \[coverage-exclusion\]/);
    expect(caught(() => excludeCoverage(first, [{ match: 'Top.a.laod', reason: 'old' }]))).toMatch(/no coverage point of Top matches "Top.a.laod" \[coverage-exclusion\]\n {2}hint: did you mean "Top.a.load"/);
    expect(caught(() => excludeCoverage(first, [{ match: 'Top.a.load', reason: 'old', why: 1 } as never]))).toMatch(/no option "why"/);
    expect(caught(() => simulate(Top, { coverage: { exclude: [{ match: 'nothing', reason: 'x' }] } }).coverage())).toMatch(/\[coverage-exclusion\]/);
  });
});

describe('mistakes', () => {
  it('in the option are told', () => {
    expect(caught(() => simulate(Top).coverage())).toMatch(/counts no coverage \[no-coverage\]/);
    expect(caught(() => simulate(Top, { coverage: { kinds: ['toggles' as 'toggle'] } }))).toMatch(/no coverage of kind "toggles" \[coverage-kind\]\n {2}hint: did you mean "toggle"/);
    expect(caught(() => simulate(Top, { coverage: { kind: ['toggle'] } as never }))).toMatch(/coverage has no option "kind" \[unknown-option\]/);
  });

  it('such as a design without a clock', () => {
    const Gate = module('Gate', { in: { a: bit }, out: { b: bit }, domains: [] }, ({ a }) => ({ b: a.not() }));
    expect(caught(() => simulate(Gate, { coverage: true }))).toMatch(/Gate has no clock.*\[coverage-no-clock\]/);
  });

  it('in files are told with what is wrong in them', () => {
    expect(caught(() => parseCoverage('{', 'a.json'))).toMatch(/^a\.json is not JSON: .*\[coverage-file\]$/);
    expect(caught(() => parseCoverage(JSON.stringify({ ...first, runs: 'two' }), 'a.json'))).toMatch(/^a\.json is not a coverage report: runs: .*\[coverage-file\]$/);
    expect(caught(() => parseCoverage(JSON.stringify({ ...first, version: 2 }), 'a.json'))).toMatch(/version/);
    expect(caught(() => parseExclusions('[{"match":"x"}]', 'e.json'))).toMatch(/^e\.json is not a list of coverage exclusions: 0\.reason: /);
  });
});
