import { describe, expect, it } from 'vitest';
import { ChannelActivity } from '../../src/dram/activity.ts';
import { ENERGY_PARAMETERS, ENERGY_SOURCE, energyOf, energyTable, type EnergyReport } from '../../src/dram/energy.ts';
import { dramPreset, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import type { WordlineError } from '../../src/index.ts';
import { event } from './oracle.ts';

/**
 * What currents mean: a data sheet measures each of them in a loop of commands, and energy that is added up of such a loop must give its current back. The
 * preset is the channel that the currents are of.
 */
const preset = dramPreset('dramsim3-hbm2-4gb');
const VDD = 1.2;
const { timing } = preset;
const LOOPS = 50;

function energy(events: readonly DramCommandEvent[], cycles: number, given: DramPreset = preset): EnergyReport {
  const activity = new ChannelActivity(given);
  for (const e of events) activity.push(e);
  return energyOf(activity.until(cycles), given, energyTable());
}
const loop = (period: number, commands: (start: number) => DramCommandEvent[]): { readonly events: DramCommandEvent[]; readonly cycles: number } => ({
  events: Array.from({ length: LOOPS }, (_, i) => commands(i * period)).flat(),
  cycles: LOOPS * period,
});
const milliamperes = ({ mW }: EnergyReport): number => mW / VDD;

describe('the loops of a data sheet give its currents back', () => {
  it('IDD0: ACT and PRE of a bank, every tRC', () => {
    const { events, cycles } = loop(timing.tRC, (start) => [event('ACT', start), event('PRE', start + timing.tRAS)]);
    expect(milliamperes(energy(events, cycles))).toBeCloseTo(65, 9);
  });
  it.each([['RD', 390], ['WR', 500]] as const)('IDD4: %s without a gap', (command, current) => {
    const reads = loop(timing.tCCDS, (start) => [event(command, start + 1)]);
    const { parts, nJ, pJPerByte } = energy([event('ACT', 0), ...reads.events], reads.cycles);
    // The ACT in front is not part of the loop.
    const activate = parts.find((p) => p.name === 'activate')!.nJ;
    expect(((nJ - activate) * 1000) / reads.cycles / VDD).toBeCloseTo(current, 9);
    expect(pJPerByte! * 64 * LOOPS).toBeCloseTo(nJ * 1000, 6);
  });
  it('IDD5AB: REF every tRFC', () => {
    const { events, cycles } = loop(timing.tRFC, (start) => [event('REF', start)]);
    expect(milliamperes(energy(events, cycles))).toBeCloseTo(250, 9);
  });
  it.each([
    ['IDD2N', [], 40],
    ['IDD3N', [event('ACT', 0)], 55],
    ['IDD2P', [event('PDE', 0)], 28],
    ['IDD3P', [event('ACT', 0), event('PDE', 0)], 40],
  ] as const)('%s: nothing happens', (_, events, current) => {
    const { parts, nJ } = energy(events, 1000);
    const activate = parts.find((p) => p.name === 'activate')!.nJ;
    expect(nJ - activate).toBeCloseTo(VDD * current, 9);
  });
});

it('parts add up; a channel of half the width idles at half the power, and moves bytes at the same price', () => {
  const half = { ...preset, organisation: { ...preset.organisation, burstBytes: 32 } };
  const events = [event('ACT', 0), event('RD', 20), event('PRE', 60), event('REF', 80)];
  const [whole, less] = [energy(events, 500), energy(events, 500, half)];
  for (const { parts, nJ } of [whole, less]) expect(parts.reduce((sum, p) => sum + p.nJ, 0)).toBeCloseTo(nJ, 9);
  for (const [i, part] of less.parts.entries()) expect(part.nJ).toBeCloseTo(whole.parts[i]!.nJ / 2, 9);
});

it('each number has its source and its formula', () => {
  for (const { source, formula, value } of Object.values(ENERGY_PARAMETERS)) {
    expect([ENERGY_SOURCE, 'our choice']).toContain(source);
    expect(formula).not.toBe('');
    expect(value).toBeGreaterThan(0);
  }
});

describe('numbers of one\'s own', () => {
  it('take the place of those of the table, and say so', () => {
    const table = energyTable('read=20, active=80.5');
    expect(table.read).toEqual({ value: 20, unit: 'pJ/byte', source: 'given', formula: '' });
    expect(table.active.value).toBe(80.5);
    expect(table.write).toBe(ENERGY_PARAMETERS.write);
  });
  it('that are not understood are told all at once', () => {
    let problems: WordlineError['problems'] = [];
    try {
      energyTable('reed=20,write,active=-1');
    } catch (error) {
      problems = (error as WordlineError).problems;
    }
    expect(problems.map((p) => [p.code, p.message])).toEqual([
      ['bad-option', 'there is no energy parameter "reed"'],
      ['bad-option', 'energy "write" is not of the form name=number'],
      ['bad-option', 'energy "active=-1" is not of the form name=number'],
    ]);
    expect(problems[0]!.hint).toContain('read');
  });
});
