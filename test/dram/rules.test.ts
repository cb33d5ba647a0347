import { describe, expect, it } from 'vitest';
import { DRAM_COMMANDS, dramPresets, rules, type DramCommandEvent, type DramPreset, type Rule } from '../../src/dram/index.ts';
import { event, limits } from './oracle.ts';

/** How two banks can lie to each other. */
const RELATIONS = [
  { name: 'same bank', b: {} },
  { name: 'same group', b: { bank: 1 } },
  { name: 'other group', b: { group: 1 } },
  { name: 'other group, other bank', b: { group: 1, bank: 1 } },
  { name: 'other pseudo-channel', b: { pseudoChannel: 1 } },
] as const;

/** What the scope's table in the documentation says. */
function inScope({ scope }: Rule, a: DramCommandEvent, b: DramCommandEvent): boolean {
  if (scope === 'channel') return true;
  if (a.pseudoChannel !== b.pseudoChannel) return false;
  if (scope === 'pseudoChannel') return true;
  if (a.group < 0 || b.group < 0) return false;
  return scope === 'otherGroup' ? a.group !== b.group : a.group === b.group && (scope === 'group' || a.bank === b.bank);
}

const strongest = (list: readonly (readonly [string, number])[]): Record<string, number> => {
  const most: Record<string, number> = {};
  for (const [name, cycles] of list) most[name] = Math.max(cycles, most[name] ?? 0);
  return most;
};

const oneGroup: DramPreset = { ...dramPresets[0]!, name: 'one group', organisation: { ...dramPresets[0]!.organisation, bankGroups: 1 } };

describe('rules are what a data sheet says, pair by pair', () => {
  for (const preset of [...dramPresets, oneGroup]) {
    it(preset.name, () => {
      const all = rules(preset).filter((r) => r.window === undefined);
      for (const x of DRAM_COMMANDS) {
        for (const y of DRAM_COMMANDS) {
          for (const { name, b: place } of RELATIONS) {
            const [a, b] = [event(x, 0), event(y, 0, place)];
            const got = all.filter((r) => r.from.includes(x) && r.to.includes(y) && inScope(r, a, b)).map((r) => [r.name, r.cycles] as const);
            expect(strongest(got), `${x} to ${y}, ${name}`).toEqual(strongest(limits(a, b, preset)));
          }
        }
      }
    });
  }
});

describe('of each rule', () => {
  it('the formula is what is computed', () => {
    for (const preset of dramPresets) {
      for (const rule of rules(preset)) {
        const values: Record<string, number> = { ...preset.timing, 'BL/2': preset.organisation.burstCycles, actCycles: preset.organisation.actCycles };
        // "RL + BL/2 - WL", read by another reader: a sign for each name.
        const sum = [...rule.formula.matchAll(/([-+]?) ?([A-Za-z/\d]+)/g)].reduce((n, [, sign, name]) => n + (sign === '-' ? -1 : 1) * (values[name!] ?? Number(name)), 0);
        expect(rule.cycles, `${rule.name}: ${rule.formula}`).toBe(sum);
        expect(Number.isInteger(rule.cycles) && rule.cycles > 0, rule.name).toBe(true);
      }
    }
  });

  it('only tFAW has a window, of four', () => {
    for (const preset of dramPresets) expect(rules(preset).filter((r) => r.window !== undefined)).toEqual([expect.objectContaining({ name: 'tFAW', window: 4, scope: 'pseudoChannel', cycles: preset.timing.tFAW })]);
  });
});
