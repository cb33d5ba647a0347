import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbiter } from '../../tb/arbiter.ts';
import type { RoundTrip, Summary } from '../../tb/arbiter/summary.ts';
import { makeContext, readVcd, type Reporter } from '../../src/index.ts';

interface Result {
  readonly triggers: number;
  readonly pimAlone: number;
  readonly policies: readonly Summary[];
  readonly roundTrips: readonly RoundTrip[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arbiter-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = { cycles: 2500, images: 2, channels: 2, rates: '0.3' };
function run(parameters: Record<string, unknown>): { result: Result; text: string } {
  const lines: string[] = [];
  const reporter: Reporter = { print: (line) => void lines.push(line), progress: () => () => undefined };
  const { context, finish } = makeContext(arbiter.parameters.parse(parameters), { seed: 5, ...(parameters['trips'] !== 0 && { trace: join(folder, 'wave.vcd') }) }, reporter);
  try {
    return { result: arbiter.definition.run(context) as Result, text: lines.join('\n') };
  } finally {
    finish();
  }
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('host stream and PIM layers', () => {
  it('share a channel under policies that starve, and under one that does not', () => {
    const { result, text } = run({ ...SMALL, policy: 'round-robin-requests,mem-first,pim-first' });
    const [fair, memory, pim] = result.policies as [Summary, Summary, Summary];
    // A saturated host keeps PIM away until it is over, and the other way round.
    expect([memory.starves, pim.starves, fair.starves]).toEqual([['pim'], ['host'], []]);
    expect(memory.pimMeanwhile).toBeLessThan(0.1);
    expect(pim.hostMeanwhile).toBeLessThan(0.1);
    expect(memory.pimWaitLongest).toBeGreaterThan(2000);
    expect(pim.hostWaitLongest).toBeGreaterThan(0.9 * pim.pimEnd);
    expect(fair.pimWaitLongest).toBeLessThan(memory.pimWaitLongest);
    expect(fair.hostWaitLongest).toBeLessThan(pim.hostWaitLongest);
    expect(total(fair.switchesToPim)).toBeGreaterThan(total(memory.switchesToPim));
    // Both classes share the cycles of all phases.
    for (const { phases, cycles } of result.policies) expect(Math.abs(total(phases) - cycles)).toBeLessThanOrEqual(1);
    expect(text).toContain('what the reference machine leaves');

    // Mode commands of one round trip in both pseudo-channels: AB_ROW, CONF_ROW and SB_ROW are opened, and CONF_ROW is written on the way in and out.
    const [single] = result.roundTrips as [RoundTrip];
    expect(single.commands['ACT']).toBeGreaterThanOrEqual(6);
    expect(single.commands['WR']).toBeGreaterThanOrEqual(2);
    expect(single.toPim + single.toHost).toBeGreaterThan(single.waits);
  });

  it('write waves around a round trip, with names of modes and phases', () => {
    const wave = readVcd(join(folder, 'wave.vcd'));
    const phase = wave.signals.find((s) => s.path.endsWith('.phase'))!;
    expect(new Set(phase.changes.map(([, v]) => Number(v)).filter((v) => !Number.isNaN(v))).size).toBe(7);
    const save = readFileSync(join(folder, 'wave.gtkw'), 'utf8');
    for (const name of ['Phase', 'Owner', 'PimMode', 'RowKind']) expect(save).toContain(`${name}.`);
  });

  it('take the tuple of each layer from a policy file', () => {
    const file = join(folder, 'own.json');
    const tuple = (maxSlice: number): string => `{ "name": "own", "extends": "round-robin-time", "conditions": { "maxSlice": 100 }, "layers": { "residual-add": { "maxSlice": ${maxSlice} } } }`;
    const ends = [60000, 100].map((maxSlice) => {
      writeFileSync(file, tuple(maxSlice));
      return total(run({ ...SMALL, policy: file, trips: 0 }).result.policies[0]!.switchesToHost);
    });
    expect(ends[1]).toBeGreaterThan(ends[0]!);
  });

  it('a policy that is not there is an error with the nearest name', () => {
    expect(() => run({ ...SMALL, policy: 'men-first' })).toThrow(/no policy "men-first"[^]*mem-first/);
  });
});
