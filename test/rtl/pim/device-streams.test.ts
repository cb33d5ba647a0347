import fc from 'fast-check';
import { expect, it } from 'vitest';
import { controlRow, DramChecker, dramPreset, simulate, type ControlRow, type DramCommand, type DramCommandEvent, type DramPreset } from '../../../src/index.ts';
import { PIM_MISUSES, PimDevice } from '../../../rtl/pim/index.ts';
import { legalPimStream } from '../../dram/pim-streams.ts';
import { seeded } from '../../dram/streams.ts';
import { drive, isRow, namesOf, type Cmd } from '../dram/bench.ts';

const CASES: readonly (readonly [preset: string, banksPerUnit: number])[] = [['samsung-hbm2', 4], ['samsung-hbm2', 2], ['ramulator2-hbm2-2000', 4], ['dramsim3-hbm2-4gb', 2]]; // prettier-ignore
const LENGTH = 80;

/** What is done to one command of a legal stream. */
interface Edit {
  readonly at: number;
  readonly what: 'earlier' | 'drop' | 'bank' | 'row' | 'command' | 'data';
  readonly value: number;
}
const edits = fc.array(fc.record<Edit>({ at: fc.nat(LENGTH - 1), what: fc.constantFrom('earlier', 'earlier', 'earlier', 'drop', 'bank', 'row', 'command', 'data'), value: fc.nat(40) }), { maxLength: 6 }); // prettier-ignore
const ROWS: readonly ControlRow[] = ['AB_ROW', 'SB_ROW', 'CONF_ROW', 'A_ROW', 'B_ROW'];
const KINDS: readonly (readonly DramCommand[])[] = [['RD', 'RDA', 'WR', 'WRA'], ['PRE', 'PREA', 'REFSB', 'REF']];

function edited(event: DramCommandEvent, { what, value }: Edit, { organisation }: DramPreset): DramCommandEvent | undefined {
  const { command } = event;
  if (what === 'drop') return undefined;
  if (what === 'earlier') return { ...event, cycle: event.cycle - 1 - (value % 25) };
  if (what === 'row') return { ...event, row: value < ROWS.length * 2 ? controlRow(ROWS[value % ROWS.length]!, organisation) : value };
  if (what === 'data') return { ...event, data: value % 2 };
  if (what === 'bank') return { ...event, group: value % organisation.bankGroups, bank: (value >> 2) % organisation.banksPerGroup };
  const kinds = KINDS.find((k) => k.includes(command)) ?? [command];
  return { ...event, command: kinds[value % kinds.length]! };
}

/** With the edits, in the order of time, and no two commands of one bus in a cycle. */
function disturbed(preset: DramPreset, banksPerUnit: number, seed: number, changes: readonly Edit[]): DramCommandEvent[] {
  const used = new Set<string>();
  let last = 0;
  const events = legalPimStream(preset, banksPerUnit, LENGTH, seeded(seed)).flatMap(({ event }, i) => {
    const now = changes.filter((e) => e.at === i).reduce<DramCommandEvent | undefined>((e, change) => (e === undefined ? e : edited(e, change, preset)), event);
    if (now === undefined) return [];
    const cycle = Math.max(last, now.cycle);
    last = cycle;
    const key = `${cycle} ${isRow(now.command)}`;
    if (used.has(key)) return [];
    used.add(key);
    // A place for every command, a word for every write.
    return [{ ...now, cycle, row: Math.max(0, now.row), column: Math.max(0, now.column), group: Math.max(0, now.group), bank: Math.max(0, now.bank), data: now.data ?? 0 }];
  });
  return events.sort((a, b) => a.cycle - b.cycle || Number(isRow(a.command)) - Number(isRow(b.command)));
}

type Found = Map<number, Set<string>>;
const note = (found: Found, cycle: number, rule: string): void => void found.set(cycle, (found.get(cycle) ?? new Set()).add(rule));
/** What a column command finds in a closed bank is nobody's promise: until the first of them, and of it nothing but that. */
function meant(found: Found): Found {
  const cut = Math.min(...[...found].filter(([, rules]) => rules.has('bankClosed')).map(([cycle]) => cycle));
  const kept = new Map([...found].filter(([cycle]) => cycle <= cut));
  if (kept.has(cut)) kept.set(cut, new Set([...kept.get(cut)!].filter((rule) => !Object.hasOwn(PIM_MISUSES, rule))));
  return kept;
}
const told = (found: Found): string[] => [...meant(found)].sort(([a], [b]) => a - b).map(([cycle, rules]) => `${cycle}: ${[...rules].sort().join(' ')}`);

/** What the checker of command streams finds. Open rows matter to the device when the mode changes, which for CONF_ROW is when its data come. */
function byChecker(preset: DramPreset, banksPerUnit: number, events: readonly DramCommandEvent[]): Found {
  const { timing, organisation } = preset;
  const checker = new DramChecker(preset, 0, { pim: { banksPerUnit } });
  const found: Found = new Map();
  for (const event of events) {
    for (const { kind, rule, command, earliest } of checker.push({ ...event, row: event.command === 'ACT' ? event.row : -1 })) {
      const written = command.command === 'WR' || command.command === 'WRA';
      const effect = rule !== 'modeRowsOpen' ? event.cycle : written ? event.cycle + timing.WL + organisation.burstCycles - 1 : (earliest ?? event.cycle + 1) - 1;
      if (kind !== 'data' && kind !== 'refresh') note(found, effect, rule);
    }
  }
  return found;
}

it.each(CASES)('%s, %i banks a unit: streams with mistakes in any mode break what the checker says, in its cycle', (name, banksPerUnit) => {
  const preset = dramPreset(name);
  const { pseudoChannels, burstCycles, burstBytes, banksPerGroup } = preset.organisation;
  const perCycle = burstBytes / burstCycles / 4;
  const misuses = Object.keys(PIM_MISUSES);
  const sim = simulate(PimDevice({ preset, banksPerUnit, enforce: false }));
  const fresh = sim.snapshot();
  const rules = new Set<string>();
  const modes = new Set<number>();

  const byDevice = (events: readonly DramCommandEvent[]): Found => {
    sim.restore(fresh);
    const found: Found = new Map();
    const words = new Map(events.filter((e) => e.command.startsWith('WR')).map((e) => [`${e.cycle + preset.timing.WL}.${e.pseudoChannel}`, e.data ?? 0]));
    let next = 0;
    const end = (events.at(-1)?.cycle ?? 0) + 20;
    for (let cycle = 0; cycle <= end; cycle++) {
      const now: Cmd[] = [];
      for (; events[next]?.cycle === cycle; next++) {
        const { command, pseudoChannel, group, bank, row, column } = events[next]!;
        now.push({ command, pc: pseudoChannel, ba: group * banksPerGroup + bank, row, column });
      }
      drive(sim.io.command, now);
      sim.io.data.wdq = Array.from({ length: pseudoChannels * perCycle }, (_, i) => (i % perCycle === 0 ? (words.get(`${cycle}.${i / perCycle}`) ?? 0) : 0));
      if (sim.out.violation === 1) for (const rule of namesOf(preset, sim.out.broken)) if (rule !== 'tREFI') note(found, cycle, rule);
      misuses.forEach((rule, i) => Number(sim.out.misuses) & (1 << i) && rule !== 'controlColumn' && note(found, cycle, rule));
      for (const mode of sim.out.mode) modes.add(mode);
      sim.step();
    }
    return found;
  };

  fc.assert(
    fc.property(fc.nat(10_000), edits, (seed, changes) => {
      const events = disturbed(preset, banksPerUnit, seed, changes);
      const expected = byChecker(preset, banksPerUnit, events);
      for (const found of meant(expected).values()) for (const rule of found) rules.add(rule);
      expect(told(byDevice(events))).toEqual(told(expected));
    }),
    { numRuns: 40 },
  );
  expect(modes.size).toBe(3);
  // The streams broke something worth seeing.
  expect(rules.size).toBeGreaterThan(6);
});
