import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compareVcd } from '../../src/wave/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Var {
  readonly name: string;
  readonly width: number;
}
/** `[time, name, value]`, in the order of time; a value is bits as text. */
type Change = readonly [time: number, name: string, bits: string];

/** A VCD written by this test alone. */
function vcd(file: string, vars: readonly Var[], changes: readonly Change[], { timescale = '1 ps', scopes = ['top'], end }: { timescale?: string; scopes?: readonly string[]; end: number }): string {
  const code = (name: string): string => String.fromCharCode(33 + vars.findIndex((v) => v.name === name));
  const lines = [`$timescale ${timescale} $end`, ...scopes.map((s) => `$scope module ${s} $end`), ...vars.map((v) => `$var wire ${v.width} ${code(v.name)} ${v.name} $end`), ...scopes.map(() => '$upscope $end'), '$enddefinitions $end'];
  let now = -1;
  for (const [time, name, bits] of changes) {
    if (time !== now) lines.push(`#${time}`);
    now = time;
    lines.push(bits.length === 1 ? `${bits}${code(name)}` : `b${bits} ${code(name)}`);
  }
  const path = join(folder, file);
  writeFileSync(path, [...lines, `#${end}`, ''].join('\n'));
  return path;
}

const vars: readonly Var[] = [{ name: 'clk', width: 1 }, { name: 'n', width: 4 }];
const start: readonly Change[] = [[0, 'clk', '0'], [0, 'n', '0000']];

describe('compareVcd', () => {
  it('finds a change that one file has and the other has not, at its time', () => {
    const word = fc.integer({ min: 0, max: 15 });
    const change = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), word), { minLength: 1, maxLength: 40 });
    let run = 0;
    fc.assert(
      fc.property(change, fc.nat(), word, (steps, where, other) => {
        let time = 0;
        const changes = steps.map(([gap, value]): Change => [(time += gap), 'n', value.toString(2).padStart(4, '0')]);
        const spoilt = changes.map((c, i): Change => (i === where % changes.length ? [c[0], 'n', other.toString(2).padStart(4, '0')] : c));
        const [a, b] = [vcd(`a${run}.vcd`, vars, [...start, ...changes], { end: time + 1 }), vcd(`b${run++}.vcd`, vars, [...start, ...spoilt], { end: time + 1 })];
        const { difference, samples } = compareVcd(a, b);
        const at = changes[where % changes.length]!;
        if (Number.parseInt(at[2], 2) === other) {
          expect(difference).toBeUndefined();
          expect(samples).toBe(changes.length + 1);
        } else expect(difference).toMatchObject({ signal: 'top.n', other: 'top.n', timePs: at[0], ours: Number.parseInt(at[2], 2).toString(16), theirs: other.toString(16) });
      }),
      { numRuns: 60 },
    );
  });

  it('takes lanes as pieces of a vector, unknown bits as different, and scopes of other names', () => {
    const ours = vcd('lanes.vcd', [{ name: 'v[0]', width: 2 }, { name: 'v[1]', width: 2 }, { name: 'x', width: 1 }], [[0, 'v[0]', '01'], [0, 'v[1]', '10'], [0, 'x', '0'], [5, 'v[1]', '11']], { end: 9 });
    const theirs = (late: string): string => vcd('vector.vcd', [{ name: 'v', width: 4 }, { name: 'x_', width: 1 }], [[0, 'v', '1001'], [0, 'x_', '0'], [5, 'v', late]], { scopes: ['tb', 'dut'], end: 9 });
    const names = new Map([['x', 'x_']]);
    expect(compareVcd(ours, theirs('1101'), { names })).toEqual({ scopes: ['top', 'tb.dut'], shared: ['top.x', 'top.v'], onlyOurs: [], onlyTheirs: [], samples: 2, endPs: [9, 9] });
    expect(compareVcd(ours, theirs('1x01'), { names }).difference).toMatchObject({ signal: 'top.v', other: 'tb.dut.v', timePs: 5, ours: 'd', theirs: 'x' });
    expect(compareVcd(ours, theirs('1101'))).toMatchObject({ shared: ['top.v'], onlyOurs: ['top.x'], onlyTheirs: ['tb.dut.x_'] });
  });

  it('compares in the coarser of two timescales', () => {
    const a = vcd('ps.vcd', vars, [...start, [5, 'n', '0011']], { end: 9 });
    // Inputs that come a femtosecond after the edge come with it.
    expect(compareVcd(a, vcd('fs.vcd', vars, [...start, [5000, 'n', '0010'], [5001, 'n', '0011']], { timescale: '1 fs', end: 9000 })).difference).toBeUndefined();
    expect(compareVcd(a, vcd('late.vcd', vars, [...start, [6000, 'n', '0011']], { timescale: '1 fs', end: 9000 })).difference).toMatchObject({ timePs: 5, ours: '3', theirs: '0' });
  });

  it('looks before clock edges, the first beside the first, whatever the time is', () => {
    const clocked = (file: string, period: number, values: readonly string[], glitch: readonly Change[] = []): string => {
      const changes: Change[] = values.flatMap((v, i): Change[] => [[i * period + 1, 'n', v], ...glitch.map(([t, n, b]): Change => [i * period + t, n, b]), [i * period + period / 2, 'clk', '1'], [i * period + period - 1, 'clk', '0']]);
      return vcd(file, vars, [...start, ...changes], { end: values.length * period });
    };
    const a = clocked('slow.vcd', 100, ['0001', '0010', '0011']);
    expect(compareVcd(a, clocked('fast.vcd', 10, ['0001', '0010', '0011']), { clocks: ['clk'] })).toMatchObject({ samples: 3 });
    expect(compareVcd(a, clocked('glitch.vcd', 100, ['0001', '0010', '0011'], [[2, 'n', '1111'], [3, 'n', '0001']]), { clocks: ['clk'] }).difference).toMatchObject({ sample: 1, timePs: 150, ours: '2', theirs: '1' });
    expect(compareVcd(a, clocked('wrong.vcd', 10, ['0001', '0010', '0111']), { clocks: ['clk'] }).difference).toMatchObject({ sample: 2, timePs: 250, otherTimePs: 25, ours: '3', theirs: '7' });
  });

  it('says what is wrong', () => {
    const a = vcd('one.vcd', vars, start, { end: 1 });
    const b = vcd('other.vcd', [{ name: 'clk', width: 2 }, { name: 'm', width: 4 }], [], { end: 1 });
    expect(() => compareVcd(a, b)).toThrow(/no signal in common \[wave-no-shared\]/);
    expect(() => compareVcd(a, a, { clocks: ['clock'] })).toThrow(/no signal "clock" of one bit[^]*\[wave-no-clock\]/);
    expect(() => compareVcd(a, a, { scopes: ['top', 'tob'] })).toThrow(/the second file has no scope "tob" \[wave-no-scope\][^]*"top"/);
    expect(() => compareVcd(a, join(folder, 'none.vcd'))).toThrow(/cannot read .*none\.vcd[^]*\[wave-file\]/);
  });
});
