import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needProver, scratch } from '../formal/helpers.ts';
import { wordline } from './io.ts';

const FILE = join(import.meta.dirname, 'fixtures/provable.ts');

interface Property {
  readonly status: string;
  readonly cycle?: number;
  readonly run?: { readonly testbench: string; readonly message: string };
  readonly induction?: { readonly vcd: string };
}

describe('wordline prove', () => {
  it('a proof: exit code 0', async (context) => {
    needProver(context);
    const { code, out } = await wordline(['prove', FILE, '--module', 'Good', '--out', scratch()]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^assert "below the limit": proved \(k = 1\) .*provable\.ts:\d+:\d+\nGood: proved; 1 proved \(z3, /)]);
  });

  it('a failure: exit code 1, a wave, and a testbench that fails at the same assert in the same cycle', async (context) => {
    needProver(context);
    const folder = scratch();
    const { code, out } = await wordline(['prove', FILE, '--module', 'Bad', '--out', folder]);
    expect(code).toBe(1);
    expect(out).toContain('FAILED in cycle 4');
    expect(out).toContain('assert "below the limit" failed in Bad at 5000 ps (cycle 4): value = 4');
    expect(out).toMatch(/value +X0 .*X4/);
    const bench = join(folder, 'Bad.below-the-limit.ts');
    for (const end of ['vcd', 'gtkw', 'ts']) expect(existsSync(bench.replace(/ts$/, end))).toBe(true);
    const run = await wordline(['run', bench]);
    expect(run.code).toBe(1);
    expect(run.err).toContain('assert "below the limit" failed in Bad at 5000 ps (cycle 4): value = 4 [assert-failed]');
    expect(run.err).toContain('provable.ts:7:8');
  });

  it('undecided: exit code 3, and the induction that failed as a wave; with --k 0 nothing more was asked for', async (context) => {
    needProver(context);
    const folder = scratch();
    const { code, out } = await wordline(['prove', FILE, '--module', 'Open', '--depth', '3', '--json', '--out', folder]);
    const report = JSON.parse(out) as { result: string; properties: Property[] };
    expect([code, report.result, report.properties[0]!.status, basename(report.properties[0]!.induction!.vcd)]).toEqual([3, 'undecided', 'bounded', 'Open.never-77.induction.vcd']);
    expect((await wordline(['prove', FILE, '--module', 'Open', '--depth', '3', '--k', '0', '--out', folder])).code).toBe(0);
  });

  it('members of a family, and two modules against each other, with testbenches that make them again', async (context) => {
    needProver(context);
    const folder = scratch();
    const family = await wordline(['prove', FILE, '--module', 'Family', '--param', 'top=7', '--param', 'limit=7', '--json', '--out', folder]);
    const { properties } = JSON.parse(family.out) as { properties: Property[] };
    expect([family.code, properties[0]!.cycle]).toEqual([1, 7]);
    expect(readFileSync(join(folder, 'Family.below-the-limit.ts'), 'utf8')).toContain('simulate(Family({"top":7,"limit":7}))');
    const same = await wordline(['prove', FILE, '--module', 'Good', '--equivalent-to', 'Good', '--out', folder]);
    expect([same.code, same.out]).toEqual([0, expect.stringContaining('"both have the same value": proved')]);
  });

  it('Ctrl-C: exit code 130, nothing on the standard output', async (context) => {
    needProver(context);
    const interrupt = () => ({ ready: Promise.resolve(), requested: () => true, pressed: Promise.reject<never>(new Error('pressed')), stop: () => undefined });
    const { code, out, err } = await wordline(['prove', FILE, '--module', 'Good', '--out', scratch()], { interrupt });
    expect([code, out, err]).toEqual([130, '', expect.stringContaining('interrupted')]);
  });

  it('a folder that cannot be written is said before the work, and two modules against each other have no place in the kit', async (context) => {
    needProver(context);
    const { code, err } = await wordline(['prove', FILE, '--module', 'Good', '--out', join(FILE, 'proof')]);
    expect([code, err]).toEqual([1, expect.stringMatching(/cannot make the folder .*provable\.ts.proof: ENOTDIR.*\[wave-file\]/)]);
    const same = await wordline(['prove', FILE, '--module', 'Good', '--equivalent-to', 'Good', '--out', scratch()]);
    expect(same.out).toMatch(/^assert "both have the same value": proved \(k = \d+\)\n/);
  });

  it.each([
    [['--depth', 'x'], /--depth x/],
    [['--k', '-1'], /--k -1/],
    [['--solver', 'z4'], /--solver z4[^]*did you mean "z3"/],
    [['--resets', 'fre'], /--resets fre[^]*did you mean "free"/],
    [[], /exports 3 modules[^]*choose one with --module: /],
    [['--module', 'Goof'], /exports no module "Goof"[^]*did you mean "Good"/],
    [['--module', 'Family', '--param', 'top'], /--param top is not of the form name=value/],
    [['--module', 'Fam', '--param', 'top=1'], /exports no function "Fam"[^]*Family/],
    [['--module', 'Family'], /Family of .* is a function that makes modules \[which-module\]\n {2}hint: give its parameters/],
    [['--module', 'Family', '--param', 'topp=1', '--param', 'limit=3'], /Family reads no parameter "topp" \[unknown-parameter\]\n {2}hint: did you mean "top"/],
    [['--module', 'Late', '--param', 'widht=8'], /Late reads no parameter "widht" \[unknown-parameter\]\n {2}hint: did you mean "width"/],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await wordline(['prove', FILE, ...args]);
    expect(code).not.toBe(0);
    expect(err).toMatch(message);
    expect(err).not.toContain('    at ');
  });
});
