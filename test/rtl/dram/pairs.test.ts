import { describe, expect, it } from 'vitest';
import { dramPresets, simulate, type DramCommand, type DramPreset, type Rule } from '../../../src/index.ts';
import { BankState, bindingRules, violationNames } from '../../../rtl/dram/index.ts';
import { drive, isRow, namesOf, type Cmd } from './bench.ts';

/** Banks, as {pc, group, bank}, that a rule of a scope looks from and to: all of the first kind it holds for, none of the second. */
const PLACES: Readonly<Record<Rule['scope'], { readonly within: readonly number[]; readonly beyond: readonly number[] }>> = {
  bank: { within: [5], beyond: [4, 6, 9, 16 + 5] },
  group: { within: [5, 4, 7], beyond: [1, 9, 13, 16 + 5] },
  otherGroup: { within: [1, 9, 14], beyond: [4, 16 + 1] },
  pseudoChannel: { within: [5, 4, 0, 15], beyond: [16 + 5, 16] },
  channel: { within: [5, 0, 16 + 5, 16 + 15], beyond: [] },
};

/** How far the second command may be from the first, with the name of the rule in `broken`: the last distance at which it is there. */
class Pairs {
  readonly #sim;
  readonly #fresh;
  constructor(private readonly preset: DramPreset) {
    this.#sim = simulate(BankState({ preset, enforce: false }));
    this.#fresh = this.#sim.snapshot();
  }

  breaks(rule: Rule, from: DramCommand, fromBank: number, to: DramCommand, toBank: number, distance: number): boolean {
    const sim = this.#sim;
    sim.restore(this.#fresh);
    const at = (command: DramCommand, bank: number): Cmd => ({ command, pc: bank >> 4, ba: bank & 15 });
    // A window is filled with commands of one cycle each before the others: only their last counts.
    for (let i = 1; i < (rule.window ?? 1); i++) {
      drive(sim.io.command, [at(from, fromBank)]);
      sim.step();
    }
    const together = distance === 0;
    const filled = (rule.window ?? 1) - 1;
    drive(sim.io.command, together ? [at(from, fromBank), at(to, toBank)] : [at(from, fromBank)]);
    if (!together) {
      sim.step();
      drive(sim.io.command, []);
      sim.step(distance - 1 - filled);
      drive(sim.io.command, [at(to, toBank)]);
    }
    return namesOf(this.preset, sim.out.broken).includes(rule.name);
  }
}

/** Is there another rule of the same name for the pair? It may bind in its stead. */
const longest = (all: readonly Rule[], rule: Rule, from: DramCommand, to: DramCommand): boolean =>
  all.every((r) => r === rule || r.name !== rule.name || !r.from.includes(from) || !r.to.includes(to) || (r.scope === rule.scope && r.cycles <= rule.cycles));

describe.each(dramPresets)('$name: of every rule and every pair of its commands, the last cycle that breaks it', (preset) => {
  const all = bindingRules(preset);
  const pairs = new Pairs(preset);
  const pcs = preset.organisation.pseudoChannels;
  it.each(violationNames(preset).filter((n) => all.some((r) => r.name === n)))('%s', (name) => {
    for (const rule of all.filter((r) => r.name === name)) {
      for (const from of rule.from) {
        for (const to of rule.to) {
          const { within, beyond } = PLACES[rule.scope];
          const exists = (bank: number): boolean => pcs === 2 || bank < 16;
          for (const bank of within.filter(exists)) {
            const where = `${from} ${rule.scope} ${to} ${bank}`;
            expect([where, pairs.breaks(rule, from, 5, to, bank, rule.cycles - 1)]).toEqual([where, isRow(from) !== isRow(to) || rule.cycles > 1]);
            expect([where, pairs.breaks(rule, from, 5, to, bank, rule.cycles)]).toEqual([where, false]);
          }
          if (!longest(all, rule, from, to)) continue;
          for (const bank of beyond.filter(exists)) {
            const where = `${from} beyond ${rule.scope} ${to} ${bank}`;
            expect([where, pairs.breaks(rule, from, 5, to, bank, Math.max(rule.window ?? 1, 1))]).toEqual([where, false]);
          }
        }
      }
    }
  });
});
