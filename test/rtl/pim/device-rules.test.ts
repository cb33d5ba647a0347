import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONF_BITS, controlRow, DramChecker, dramPreset, rules, simulate, type DramCommand, type DramPreset } from '../../../src/index.ts';
import { PIM_MISUSES, PimDevice, PimMode } from '../../../rtl/pim/index.ts';
import { violationNames } from '../../../rtl/dram/index.ts';
import { drive } from '../dram/bench.ts';

/** One step of a random stream; what it comes to depends on the mode and the rows that are open. */
const step = fc.record({ what: fc.nat(109), pc: fc.nat(1), ba: fc.nat(15), row: fc.nat(9), gap: fc.nat(60), execute: fc.boolean() });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const COMMANDS = (['ACT:25', 'PRE:20', 'PREA:3', 'RD:19', 'WR:24', 'REF:3', 'REFSB:2', 'RDA:2', 'WRA:2'] as const).flatMap((c) => new Array<DramCommand>(Number(c.split(':')[1])).fill(c.split(':')[0] as DramCommand));
/** Always the same streams, so that it is known what they reach; others by the environment. */
const SEED = Number(process.env['WORDLINE_SEED'] ?? 1);
/** Enough for every rule but those of refreshes. */
const QUIET = 70;

/** Rules of the checker that the device does not tell in the cycle of the command: what is on DQ, and a mode change by data that come later. */
const ELSEWHERE = new Set(['dataBus', 'wrongRow']);

/** A device that obeys everything, and the checker beside it. Both are told each command; both say what is wrong with it. */
function compare(preset: DramPreset, banksPerUnit: number, steps: readonly Step[], sim: ReturnType<typeof device>): { readonly modes: ReadonlySet<string>; readonly broken: ReadonlySet<string> } {
  const { organisation } = preset;
  const { pseudoChannels, banksPerGroup } = organisation;
  // Gaps around everything that a rule counts to.
  const gaps = [1, 2, 3, ...new Set(rules(preset).flatMap((r) => [r.cycles - 1, r.cycles, r.cycles + 1]))].filter((g) => g >= 1 && g < 100);
  const checker = new DramChecker(preset, 0, { pim: { banksPerUnit } });
  const seen = { modes: new Set<string>(), broken: new Set<string>() };
  const names = [...violationNames(preset), ...Object.keys(PIM_MISUSES)];
  const violations = violationNames(preset).length;
  const rows = [1, 2, 3, controlRow('AB_ROW', organisation), controlRow('SB_ROW', organisation), controlRow('CONF_ROW', organisation), controlRow('CONF_ROW', organisation), controlRow('AB_ROW', organisation), controlRow('SB_ROW', organisation), controlRow('A_ROW', organisation)]; // prettier-ignore
  /** The row that was opened last, as the stream means it to be. */
  const last = Array.from({ length: pseudoChannels }, () => ({ row: 0, ba: 0, open: false }));
  sim.reset(1);
  const words = sim.io.data.wdq.length;
  let now = 0;
  let execute = 0;
  let lastWrite = -100;
  /** Says it to both; false if the stream ends here. */
  const give = (command: DramCommand, pc: number, ba: number, row: number, column: number, wait: number): boolean => {
    if (command === 'WR' || command === 'WRA') lastWrite = now;
    sim.io.data.wdq = new Array<number>(words).fill(execute);
    drive(sim.io.command, [{ command, pc, ba, row, column }]);
    const bits = (BigInt(sim.out.misuses) << BigInt(violations)) | BigInt(sim.out.broken);
    const ofDevice = names.filter((_, i) => (bits >> BigInt(i)) & 1n);
    const ofChecker = checker.push({ cycle: now, command, channel: 0, pseudoChannel: pc, group: Math.floor(ba / banksPerGroup), bank: ba % banksPerGroup, row, column, data: execute }).map((v) => v.rule);
    // Of a column command to a closed bank nobody can say which row it meant.
    const closed = ofDevice.includes('bankClosed');
    const told = (list: readonly string[]): string[] =>
      [...new Set(list)].filter((n) => !ELSEWHERE.has(n) && !(closed && Object.hasOwn(PIM_MISUSES, n)) && !(n === 'modeRowsOpen' && !command.startsWith('PRE'))).sort();
    expect({ now, command, pc, ba, row, column, rules: told(ofDevice) }).toEqual({ now, command, pc, ba, row, column, rules: told(ofChecker) });
    told(ofDevice).forEach((n) => seen.broken.add(n));
    seen.modes.add(PimMode.names[Number(sim.out.mode[pc])]!);
    sim.step();
    drive(sim.io.command, []);
    sim.step(wait - 1);
    now += wait;
    return !closed;
  };
  const visit = (pc: number, row: number, then: () => void): void => {
    give('PREA', pc, 0, 0, 0, QUIET);
    give('ACT', pc, 0, row, 0, QUIET);
    then();
    give('PRE', pc, 0, 0, 0, QUIET);
    last[pc] = { row, ba: 0, open: false };
  };
  for (const { what, pc: anyPc, ba: anyBa, row, gap, execute: wanted } of steps) {
    const pc = anyPc % pseudoChannels;
    // A word on DQ belongs to one write: what it says may only change once the last one has come.
    if (now - lastWrite > preset.timing.WL + organisation.burstCycles + 1) execute = wanted ? CONF_BITS.execute : 0;
    if (what >= 100) {
      const mode = Number(sim.out.mode[pc]);
      if (mode === PimMode.SB) visit(pc, controlRow('AB_ROW', organisation), () => undefined);
      else if (mode === PimMode.AB ? !wanted : what % 2 === 0) visit(pc, controlRow('SB_ROW', organisation), () => undefined);
      else visit(pc, controlRow('CONF_ROW', organisation), () => give('WR', pc, 0, 0, 0, QUIET));
      continue;
    }
    const target = last[pc]!;
    const drawn = COMMANDS[what]!;
    const isColumn = ['RD', 'WR', 'RDA', 'WRA'].includes(drawn);
    const near = isColumn ? gap !== 0 : anyBa % 3 !== 0;
    const command = isColumn && !target.open && near ? 'ACT' : drawn === 'ACT' && target.open && near ? 'PRE' : drawn;
    const ba = near ? target.ba : anyBa;
    const data = rows[row]!;
    if (command === 'ACT') last[pc] = { row: data, ba, open: true };
    else if (command !== 'RD' && command !== 'WR') last[pc] = { ...target, open: false };
    const column = command === 'WR' && target.row === controlRow('CONF_ROW', organisation) ? 0 : row;
    if (!give(command, pc, ba, data, column, gaps[gap % gaps.length]!)) break;
  }
  return seen;
}

const device = (preset: DramPreset, banksPerUnit: number) => simulate(PimDevice({ preset, banksPerUnit, enforce: false }));

describe.each([['samsung-hbm2', 4], ['samsung-hbm2', 2], ['dramsim3-hbm2-4gb', 4], ['ramulator2-hbm2-2000', 4]] as const)('%s, %i banks a unit', (name, banksPerUnit) => {
  it('the device finds the same wrong with each command as the checker of command streams, in all modes', () => {
    const preset = dramPreset(name);
    using sim = device(preset, banksPerUnit);
    const modes = new Set<string>();
    const broken = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
        const seen = compare(preset, banksPerUnit, steps, sim);
        seen.modes.forEach((m) => modes.add(m));
        seen.broken.forEach((b) => broken.add(b));
      }),
      { numRuns: 300, seed: SEED },
    );
    expect([...modes].sort()).toEqual(['AB', 'AB_PIM', 'SB']);
    const missing = ['allBankRead', 'controlRow', 'modeRowsOpen', 'modeExit', 'bankOpen', 'tRCDRD', 'tRAS', 'tRC', 'tRP', 'tRFC'].filter((rule) => !broken.has(rule));
    expect(missing).toEqual([]);
  });
});
