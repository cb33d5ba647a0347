import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCommands, DRAM_COMMANDS, DramChecker, dramPreset, dramPresets, type DramCommandEvent, type DramPreset } from '../../src/dram/index.ts';
import { dataCycles, earliest, event, openRow } from './oracle.ts';
import { legalStream, seeded } from './streams.ts';

const samsung = dramPreset('samsung-hbm2');

const told = (events: readonly DramCommandEvent[], preset: DramPreset = samsung): string[] => checkCommands(events, preset, Infinity).violations.map((v) => v.message);
const rulesOf = (events: readonly DramCommandEvent[], preset: DramPreset = samsung): string[] => checkCommands(events, preset, Infinity).violations.map((v) => v.rule);

/** Commands in any order, mostly close together, on few banks. */
const chaos = (preset: DramPreset): fc.Arbitrary<DramCommandEvent[]> =>
  fc
    .array(
      fc.record({
        delta: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 300, max: 400 })),
        command: fc.oneof(fc.constantFrom(...DRAM_COMMANDS), fc.constantFrom(...(['ACT', 'ACT', 'RD', 'WR', 'PRE'] as const))),
        pseudoChannel: fc.integer({ min: 0, max: preset.organisation.pseudoChannels - 1 }),
        group: fc.integer({ min: 0, max: 1 }),
        bank: fc.integer({ min: 0, max: 1 }),
        row: fc.integer({ min: 0, max: 1 }),
      }),
      { maxLength: 60 },
    )
    .map((steps) => {
      let cycle = 0;
      return steps.map(({ delta, command, ...place }) => event(command, (cycle += delta), place));
    });

describe('any stream', () => {
  it.each(dramPresets)('$name: timing is what comparing all pairs finds', (preset) => {
    fc.assert(
      fc.property(chaos(preset), (events) => {
        const checker = new DramChecker(preset, Infinity);
        events.forEach((e, i) => {
          const found = checker.push(e).filter((v) => v.kind === 'timing');
          const expected = [...earliest(events.slice(0, i), e, preset)].filter(([, cycle]) => cycle > e.cycle);
          expect(new Map(found.map((v) => [v.rule, v.earliest]))).toEqual(new Map(expected));
          // The other command is one that makes the rule.
          for (const { earlier, rule, earliest: cycle } of found) expect(earliest([earlier!, ...(rule === 'tFAW' ? [earlier!, earlier!, earlier!] : [])], e, preset).get(rule)).toBe(cycle);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('state and data are what looking back finds', () => {
    fc.assert(
      fc.property(chaos(samsung), (events) => {
        const checker = new DramChecker(samsung, Infinity);
        events.forEach((e, i) => {
          const before = events.slice(0, i);
          const found = checker.push(e);
          const banks = Array.from({ length: 32 }, (_, b) => ({ pc: b >> 4, group: (b >> 2) & 3, bank: b & 3 }));
          const open = banks.filter(({ pc, group, bank }) => openRow(before, pc, group, bank) !== undefined);
          const state = found.filter((v) => v.kind === 'state').map((v) => v.rule);
          const mine = open.filter(({ pc, group, bank }) => (e.pseudoChannel === -1 || pc === e.pseudoChannel) && (e.group === -1 || (group === e.group && bank === e.bank)));
          const row = openRow(before, e.pseudoChannel, e.group, e.bank);
          const expected = ['ACT', 'REF', 'REFSB', 'MRS', 'SRE'].includes(e.command)
            ? mine.length > 0 ? ['bankOpen'] : []
            : !['RD', 'RDA', 'WR', 'WRA'].includes(e.command) ? [] : row === undefined ? ['bankClosed'] : row !== e.row ? ['wrongRow'] : [];
          expect(state).toEqual(expected);
          const busy = before.filter((b) => b.pseudoChannel === e.pseudoChannel).flatMap((b) => dataCycles(b, samsung));
          expect(found.some((v) => v.rule === 'dataBus')).toBe(dataCycles(e, samsung).some((c) => busy.includes(c)));
        });
      }),
      { numRuns: 150 },
    );
  });

  it('is not kept', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const stream = legalStream(samsung, 400, seeded(5));
    const checker = new DramChecker(samsung, 10);
    const span = stream.at(-1)!.cycle + 500;
    const old: WeakRef<DramCommandEvent>[] = [];
    for (let round = 0; round < 20; round++) {
      for (const e of stream) {
        const copy = { ...e, cycle: e.cycle + round * span };
        if (round < 10) old.push(new WeakRef(copy));
        checker.push(copy);
      }
      // References that are fresh hold until the next turn.
      await setImmediate();
    }
    collect();
    // What is left of 4000 old commands: the last of a rare kind in its bank, and what the ten violations speak of.
    expect(old.filter((w) => w.deref() !== undefined).length).toBeLessThan(100);
    expect(checker.report.commands).toBe(20 * stream.length);
  });
});

describe('what one mistake is called', () => {
  const act = event('ACT', 10, { group: 1, bank: 2, row: 5 });

  it('a row that is open, closed, or another one', () => {
    expect(told([event('RD', 10)])).toEqual(['RD of PC 0 bank 0.0 at cycle 10: the bank is closed']);
    expect(told([act, event('RD', 40, { group: 1, bank: 2, row: 6 })])).toEqual(['RD of PC 0 bank 1.2 at cycle 40: it means row 6, and row 5 is open since cycle 10']);
    expect(told([act, event('ACT', 90, { group: 1, bank: 2 })])).toEqual(['ACT of PC 0 bank 1.2 at cycle 90: PC 0 bank 1.2 is open since cycle 10']);
    expect(told([act, event('REF', 90)])).toEqual(['REF of PC 0 at cycle 90: PC 0 bank 1.2 is open since cycle 10']);
    expect(told([act, event('ACT', 20, { group: 2 }), event('SRE', 90)])).toEqual(['SRE of channel at cycle 90: 2 banks are open, PC 0 bank 1.2 for one, since cycle 10']);
    expect(told([act, event('REFSB', 90, { group: 1, bank: 3 }), event('REF', 90, { pseudoChannel: 1 })])).toEqual([expect.stringMatching(/rowBus/)]);
    expect(told([act, event('RDA', 40, { group: 1, bank: 2, row: 5 }), event('RD', 60, { group: 1, bank: 2, row: 5 })])).toEqual(['RD of PC 0 bank 1.2 at cycle 60: the bank is closed']);
    expect(told([event('PRE', 10), event('PREA', 20)])).toEqual([]);
  });

  it('sleep', () => {
    expect(told([event('PDE', 10), event('ACT', 20)])).toEqual(['ACT of PC 0 bank 0.0 at cycle 20: the channel is in power-down since cycle 10']);
    expect(told([event('SRE', 10), event('PDX', 20), event('SRX', 400)])).toEqual([
      'PDX of channel at cycle 20: the channel is not in power-down',
    ]);
    expect(rulesOf([event('SRE', 10), event('PDX', 20), event('REF', 40), event('SRX', 400)])).toEqual(['notPoweredDown', 'selfRefresh']);
    expect(rulesOf([event('SRE', 10), event('REF', 40), event('SRX', 400)])).toEqual(['selfRefresh']);
    expect(rulesOf([event('SRX', 10)])).toEqual(['notPoweredDown']);
    expect(rulesOf([event('PDE', 10), event('PDX', 17)])).toEqual(['tCKE']);
    expect(rulesOf([event('PDE', 10), event('PDX', 18), event('ACT', 25)])).toEqual(['tXP']);
  });

  it('too early: both commands, the rule with its formula, the earliest cycle', () => {
    const wr = event('WR', 24, { group: 1, bank: 2, row: 5, line: 7 });
    const [v] = checkCommands([act, wr, event('PRE', 49, { group: 1, bank: 2, line: 9 })], samsung).violations;
    expect(v).toEqual({
      kind: 'timing',
      rule: 'tWR',
      command: event('PRE', 49, { group: 1, bank: 2, line: 9 }),
      earlier: wr,
      earliest: 50,
      message: 'PRE of PC 0 bank 1.2 at cycle 49 (line 9) is 25 cycles after WR of PC 0 bank 1.2 at cycle 24 (line 7): tWR = WL + BL/2 + tWR is 26, so not before cycle 50',
    });
  });

  it('five ACTs within tFAW', () => {
    const acts = [0, 4, 8, 12, 16].map((cycle, i) => event('ACT', 100 + cycle, { group: i % 4, bank: i >> 2 }));
    const slow: DramPreset = { ...samsung, timing: { ...samsung.timing, tFAW: 20 } };
    expect(told(acts, slow)).toEqual(['ACT of PC 0 bank 0.1 at cycle 116 is 16 cycles after ACT of PC 0 bank 0.0 at cycle 100, 4 before it: tFAW is 20, so not before cycle 120']);
    expect(told(acts)).toEqual([]);
  });

  it('two bursts at once on the data bus of a pseudo-channel', () => {
    const tight: DramPreset = { ...samsung, timing: { ...samsung.timing, tCCDS: 1 } };
    const pair = (pseudoChannel: number): DramCommandEvent[] => [
      event('ACT', 0), event('ACT', 6, { pseudoChannel, group: 1 }), event('RD', 30), event('RD', 31, { pseudoChannel, group: 1 }),
    ];
    expect(told(pair(0), tight)).toEqual(['RD of PC 0 bank 1.0 at cycle 31 has data in cycles 51 to 52, and RD of PC 0 bank 0.0 at cycle 30 in 50 to 51: not before cycle 32']);
    expect(told(pair(1), tight)).toEqual([]);
  });

  it('addresses that do not exist', () => {
    expect(told([event('ACT', 0, { group: 4 })])).toEqual(['ACT of PC 0 bank 4.0 at cycle 0: there is no bank group 4, only 0 to 3']);
    expect(told([event('ACT', 0, { row: 16384 })])).toEqual([expect.stringMatching(/there is no row 16384, only 0 to 16383/)]);
    expect(told([event('ACT', 0), event('RD', 20, { column: 32 })])).toEqual([expect.stringMatching(/there is no column 32, only 0 to 31/)]);
    expect(told([event('REF', 0, { pseudoChannel: 2 })])).toEqual([expect.stringMatching(/there is no pseudo-channel 2, only 0 to 1/)]);
    expect(told([event('PRE', 0, { bank: -1 })])).toEqual([expect.stringMatching(/no bank is given/)]);
  });

  it('time that goes backwards is an error', () => {
    expect(() => told([event('ACT', 5), event('PRE', 4)])).toThrow('PRE at cycle 4 comes after ACT at cycle 5 [dram-order]');
  });

  it('channels are apart', () => {
    expect(told([event('ACT', 0), event('ACT', 0, { channel: 1 })])).toEqual([]);
    expect(rulesOf([event('ACT', 0), event('ACT', 0)])).toEqual(['bankOpen', 'tRC', 'tRRDL', 'rowBus']);
  });
});

describe('refresh', () => {
  const { tREFI, refreshPostpone } = samsung.timing;
  const limit = (refreshPostpone + 1) * tREFI;
  const both = (cycle: number): DramCommandEvent[] => [0, 1].map((pseudoChannel) => event('REF', cycle + pseudoChannel, { pseudoChannel }));

  it('may be postponed so far', () => {
    expect(told([event('PRE', 0), ...both(limit - 1)])).toEqual([]);
    expect(told([event('PRE', 0), ...both(limit)])).toEqual([
      `16 banks of PC 1 should have been refreshed by cycle ${limit} and REF is at cycle ${limit + 1}: at most 8 refreshes may be owed, one each 3900 cycles (tREFI); none since the trace began`,
    ]);
  });

  it('is told once a pseudo-channel, and again when one more is missing', () => {
    const late = (cycle: number): number => rulesOf([event('PRE', 0), event('PRE', limit + 1), event('PRE', cycle)]).length;
    expect(late(limit + 2)).toBe(2);
    expect(late(limit + tREFI + 1)).toBe(4);
  });

  it('of single banks counts for them alone', () => {
    const all = Array.from({ length: 32 }, (_, b) => event('REFSB', 1000 + b * 400, { pseudoChannel: b >> 4, group: (b >> 2) & 3, bank: b & 3 }));
    const later = event('PRE', limit + tREFI - 1);
    expect(told([event('PRE', 0), ...all, later])).toEqual([]);
    expect(told([event('PRE', 0), ...all.slice(1), later])).toEqual([expect.stringMatching(/^bank 0\.0 of PC 0 should have been refreshed by cycle 35100/)]);
    const [, ...rest] = all;
    const before = checkCommands([event('PRE', 0), ...rest, ...all.map((e) => ({ ...e, cycle: e.cycle + 14000 })), event('PRE', limit + 2 * tREFI - 1)], samsung).violations;
    expect(before.map((v) => [v.rule, v.earliest, v.earlier?.cycle])).toEqual([['tREFI', limit + tREFI, 15000]]);
  });

  it('may be done in advance, and not more often than that', () => {
    // Ten at once: eight count for the future, one for what is not yet due, the others for nothing.
    const many = (n: number): DramCommandEvent[] => Array.from({ length: n }, (_, i) => both(400 * (i + 1))).flat();
    const deadline = limit + refreshPostpone * tREFI;
    expect(told([event('PRE', 0), ...many(8), event('PRE', deadline)])).toEqual([]);
    expect(rulesOf([event('PRE', 0), ...many(8), event('PRE', deadline + 1)])).toEqual(['tREFI', 'tREFI']);
    expect(rulesOf([event('PRE', 0), ...many(9), event('PRE', deadline + 1)])).toEqual(['tREFI', 'tREFI']);
  });

  it('is not owed for time in self-refresh, nor by memory that has none', () => {
    const sleep = [event('PRE', 0), event('SRE', 100), event('SRX', 100 + 10 * limit)];
    expect(told([...sleep, event('PRE', 11 * limit)])).toEqual([]);
    expect(rulesOf([...sleep, event('PRE', 11 * limit + 1)])).toEqual(['tREFI', 'tREFI']);
    expect(told([event('PRE', 0), event('PRE', 100 * limit)], { ...samsung, timing: { ...samsung.timing, tREFI: 0 } })).toEqual([]);
  });
});

describe('mistakes that simulators make', () => {
  const open = [event('ACT', 100, { row: 3 }), event('RD', 130, { row: 3 })];

  it('REF in the cycle after PRE, as if tRP were over', () => {
    expect(told([...open, event('PRE', 1999), event('REF', 2000)])).toEqual(['REF of PC 0 at cycle 2000 is 1 cycles after PRE of PC 0 bank 0.0 at cycle 1999: tRP is 14, so not before cycle 2013']);
    expect(told([...open, event('PRE', 1999), event('REF', 2013)])).toEqual([]);
  });

  it('PRE 3 cycles after RD, by the formula BL/2 + max(tRTP, tCCD) - tCCD', () => {
    expect(told([...open, event('PRE', 133)])).toEqual(['PRE of PC 0 bank 0.0 at cycle 133 is 3 cycles after RD of PC 0 bank 0.0 at cycle 130: tRTPL is 5, so not before cycle 135']);
    expect(told([...open, event('PRE', 135)])).toEqual([]);
  });
});
