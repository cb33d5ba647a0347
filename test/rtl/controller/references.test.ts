import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressMapping, DRAM_MAPPINGS, dramPreset, readTextCommands, type DramCommandEvent, type DramPreset } from '../../../src/dram/index.ts';
import { serve, type Outcome, type Request } from './harness.ts';

/**
 * Two simulators by others on three request traces, one request a cycle from cycle 0 on: their commands are in `test/fixtures/dram`. Where nothing
 * can be scheduled in more than one way, every gap must be theirs.
 */
const REFERENCES = [
  { name: 'DRAMsim3', folder: 'dramsim3', format: 'dramsim3', preset: 'dramsim3-hbm2-4gb', mapping: DRAM_MAPPINGS.dramsim3 },
  { name: 'Ramulator 2.1', folder: 'ramulator2', format: 'ramulator2', preset: 'ramulator2-hbm2-2000', mapping: DRAM_MAPPINGS.ramulator2 },
] as const;

const fixture = (path: string): string => readFileSync(new URL(`../../fixtures/dram/${path}`, import.meta.url), 'utf8');

function run(preset: DramPreset, mapping: string, trace: string, until: number): Outcome {
  const map = addressMapping(mapping, preset.organisation);
  const { bankGroups, banksPerGroup } = preset.organisation;
  const requests = trace.trim().split('\n').map((line): Request => {
    const place = map.locate(Number(line.split(/\s/)[0]));
    return { gap: 0, write: false, bank: (place.pseudoChannel * bankGroups + place.group) * banksPerGroup + place.bank, row: place.row, column: place.column, value: 0, mask: 0n };
  }); // prettier-ignore
  return serve({ preset, reads: 32, writes: 32 }, requests, { until });
}

/** Of commands that were given to banks: what, where, and how long after the one before. PREA is what theirs write as PRE of all open banks. */
const story = (list: readonly DramCommandEvent[]) =>
  list.map(({ command, cycle, pseudoChannel, group, bank }, i) => ({ command, gap: i === 0 ? 0 : cycle - list[i - 1]!.cycle, place: `${pseudoChannel}.${group}.${bank}` }));

describe.each(REFERENCES)('$name', ({ folder, format, preset: name, mapping }) => {
  const preset = dramPreset(name);
  const theirs = (trace: string): DramCommandEvent[] => [...readTextCommands({ text: fixture(`${folder}/${trace}.cmd`) }, format, preset)];
  const ours = (trace: string, until = 0): Outcome => run(preset, mapping, fixture(`${folder}/${trace}.trc`), until);
  const untilRefresh = (list: readonly DramCommandEvent[]): DramCommandEvent[] => list.filter((c) => c.cycle < 3000);

  it.each(['raw_single_read', 'same_bank_rows'])('%s: the gaps between commands are theirs', (trace) => {
    const { commands, problems } = ours(trace);
    expect(problems).toEqual([]);
    const expected = story(untilRefresh(theirs(trace)));
    expect(expected.length).toBeGreaterThan(1);
    // After the last request theirs may close the row for one that is not in the trace.
    expect(story(untilRefresh(commands))).toEqual(expected.slice(0, commands.length));
    expect(expected.length - commands.length).toBeLessThanOrEqual(1);
  });

  it('stream64: total cycles within 2 %', () => {
    const span = (list: readonly DramCommandEvent[]): number => list.at(-1)!.cycle - list[0]!.cycle;
    const { commands, problems } = ours('stream64');
    expect(problems).toEqual([]);
    const [mine, expected] = [span(untilRefresh(commands)), span(untilRefresh(theirs('stream64')))];
    expect(untilRefresh(commands).filter((c) => c.command === 'RD')).toHaveLength(64);
    expect(Math.abs(mine - expected) / expected).toBeLessThan(0.02);
  });
});

it('DRAMsim3 refreshes with the same gaps, at the same time', () => {
  const preset = dramPreset('dramsim3-hbm2-4gb');
  const theirs = [...readTextCommands({ text: fixture('dramsim3/raw_single_read.cmd') }, 'dramsim3', preset)].filter((c) => c.cycle > 3000);
  const { commands } = run(preset, DRAM_MAPPINGS.dramsim3, fixture('dramsim3/raw_single_read.trc'), 4500);
  const mine = commands.filter((c) => c.cycle > 3000);
  expect(mine.map((c) => c.command)).toEqual(['PREA', 'REF']);
  expect(mine[1]!.cycle - mine[0]!.cycle).toBe(theirs[1]!.cycle - theirs[0]!.cycle);
  expect(Math.abs(mine[0]!.cycle - theirs[0]!.cycle)).toBeLessThanOrEqual(2);
});
