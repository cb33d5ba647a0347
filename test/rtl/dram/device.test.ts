import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dramPreset, dramPresets, simulate, type DramCommand, type DramPreset } from '../../../src/index.ts';
import { BankState, DramDevice, emptyRows, latencyCode, violationType, type SparseRows } from '../../../rtl/dram/index.ts';
import { drive, isRow, namesOf, type Cmd } from './bench.ts';
import { ReferenceDevice } from './reference.ts';
import { legalTurn, random, Twins, type Turn } from './traffic.ts';

const ROW: readonly DramCommand[] = ['ACT', 'ACT', 'ACT', 'PRE', 'PREA', 'REF', 'REFSB', 'PDE', 'PDX', 'SRE', 'SRX'];
const COLUMN: readonly DramCommand[] = ['RD', 'RD', 'RDA', 'WR', 'WR', 'WRA', 'MRS'];

const COMMANDS = [...new Set([...ROW, ...COLUMN])];

const commands = (preset: DramPreset) => {
  const cmd = (kinds: readonly DramCommand[]) =>
    fc.record({
      command: fc.constantFrom(...kinds),
      pc: fc.nat(preset.organisation.pseudoChannels - 1),
      ba: fc.constantFrom(0, 1, 2, 5, 12, 15),
      sid: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 3),
    });
  const turn = fc.record({ gap: fc.oneof({ weight: 8, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(500) }), row: fc.option(cmd(ROW)), column: fc.option(cmd(COLUMN)) });
  return fc.array(turn, { minLength: 10, maxLength: 50 });
};

describe('any commands whatsoever break what the reference says they break', () => {
  it.each(dramPresets)('$name', (preset) => {
    const sim = simulate(BankState({ preset, enforce: false }));
    const fresh = sim.snapshot();
    fc.assert(
      fc.property(commands(preset), (turns) => {
        sim.restore(fresh);
        const reference = new ReferenceDevice(preset);
        const cycle = (all: readonly Cmd[]): void => {
          drive(sim.io.command, all);
          const seen = namesOf(preset, sim.out.broken);
          expect(new Set(seen)).toEqual(reference.step(all).broken);
          expect(sim.out.violation).toBe(Number(seen.length > 0));
          sim.step();
        };
        for (const { gap, row, column } of turns) {
          for (let i = 0; i < gap; i++) cycle([]);
          cycle([column, row].filter((c) => c !== null));
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('data that are read are the last that were written', () => {
  const counts = new Map<string, number>();
  it.each(dramPresets)('$name', (preset) => {
    const twins = new Twins(preset);
    const next = random(11);
    let reads = 0;
    let last = '';
    for (let cycle = 0; cycle < 3200; cycle++) {
      const { power } = twins.reference;
      const turn = legalTurn(preset, twins.reference, next, cycle);
      const expected = twins.reference.step(turn.commands, turn.wdq, turn.dm);
      const got = twins.send(turn);
      const wanted = { read: [...expected.read].sort(([a], [b]) => a - b), power };
      if (JSON.stringify({ read: [...got.read], power: got.power }) !== JSON.stringify(wanted)) expect([cycle, last, [...got.read], got.power]).toEqual([cycle, last, wanted.read, power]);
      reads += [...expected.read.values()].filter((bytes) => bytes.some((b) => b !== 0)).length;
      for (const { command } of turn.commands) counts.set(command, (counts.get(command) ?? 0) + 1);
      last = turn.commands[0]?.command ?? last;
    }
    // The traffic was worth something.
    expect(reads).toBeGreaterThan(100);
  });
  it('and every command was among the traffic', () => {
    expect(COMMANDS.filter((c) => !counts.has(c))).toEqual([]);
  });
});

describe('latencies come from mode register 2', () => {
  const preset = dramPreset('samsung-hbm2');
  it.each([[20, 8], [10, 4], [2, 1], [33, 8]])('RL %i, WL %i', (RL, WL) => {
    const sim = simulate(DramDevice({ preset, enforce: false }));
    const words = Array.from({ length: 8 }, (_, i) => 100 + i);
    const cycle = (...all: Cmd[]): void => {
      drive(sim.io.command, all);
      sim.step();
    };
    cycle({ command: 'MRS', mr: 2, op: latencyCode(RL, WL) });
    for (let i = 0; i < 20; i++) cycle();
    cycle({ command: 'ACT', pc: 1, ba: 3, row: 5 });
    for (let i = 0; i < 20; i++) cycle();
    // Each beat is on DQ in its own cycle only.
    for (let k = 0; k < 60; k++) {
      sim.io.data.wdq = k === WL ? [0, 0, 0, 0, ...words.slice(0, 4)] : k === WL + 1 ? [0, 0, 0, 0, ...words.slice(4)] : new Array<number>(8).fill(7);
      cycle(...(k === 0 ? [{ command: 'WR' as const, pc: 1, ba: 3, column: 30 }] : []));
    }
    const seen: [number, number[]][] = [];
    for (let k = 0; k < 60; k++) {
      drive(sim.io.command, k === 0 ? [{ command: 'RD', pc: 1, ba: 3, column: 30 }] : []);
      if (sim.io.data.rvalid !== 0) seen.push([k, sim.io.data.rdq.slice(4).map(Number)]);
      expect(Number(sim.io.data.rvalid) & 1).toBe(0);
      sim.step();
    }
    expect(seen).toEqual([[RL, words.slice(0, 4)], [RL + 1, words.slice(4)]]); // prettier-ignore
  }); // prettier-ignore
});

describe('what a testbench sees', () => {
  const preset = dramPreset('samsung-hbm2');

  it('stops at a broken rule, and the message names it with its formula', () => {
    const sim = simulate(DramDevice({ preset }));
    drive(sim.io.command, [{ command: 'ACT', ba: 3, row: 5 }]);
    sim.step();
    drive(sim.io.command, []);
    sim.step(12);
    drive(sim.io.command, [{ command: 'RD', ba: 3 }]);
    expect(() => sim.step()).toThrow(/"tRCDRD of samsung-hbm2 is kept \(14 cycles\)" failed in .*columnBank = 3/);
  });

  it('the rule that is broken has its name', () => {
    const sim = simulate(DramDevice({ preset, enforce: false }));
    drive(sim.io.command, [{ command: 'RD', ba: 3 }]);
    expect([sim.out.violation, namesOf(preset, sim.out.broken)]).toEqual([1, ['bankClosed']]);
    expect(violationType(preset).names[sim.out.rule]).toBe('bankClosed');
    drive(sim.io.command, []);
    expect([sim.out.violation, violationType(preset).names[sim.out.rule]]).toEqual([0, 'none']);
  });

  it('cells can be loaded and looked at from outside, and take memory from their first write on', () => {
    const { organisation } = preset;
    const contents: SparseRows = emptyRows(organisation);
    const row = (16 + 3) * organisation.rows + 77;
    contents.row(row).set([1, 2, 3, 4, 5, 6, 7, 8], 8 * 2);
    const twins = new Twins(preset, { contents });
    const quiet = (...all: Cmd[]): Turn => ({ commands: all, wdq: new Array<number>(32).fill(9), dm: new Array<boolean>(32).fill(false) });
    const seen: number[] = [];
    for (let k = 0; k < 100; k++) {
      const command: Record<number, Cmd> = { 0: { command: 'ACT', pc: 1, ba: 3, row: 77 }, 20: { command: 'RD', pc: 1, ba: 3, column: 2 }, 60: { command: 'WR', pc: 1, ba: 3, column: 5 } };
      const { read } = twins.send(quiet(...[command[k]].filter((c) => c !== undefined)));
      seen.push(...(read.get(1) ?? []).filter((_, i) => i % 4 === 0));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...contents.row(row).slice(39, 49)]).toEqual([0, ...new Array<number>(8).fill(0x09090909), 0]);
    expect(contents.written).toBe(1);
  });

  it('a snapshot holds everything: banks, what is under way, and cells', () => {
    const twins = new Twins(preset);
    const next = random(3);
    const turns = Array.from({ length: 1600 }, (_, cycle) => {
      const turn = legalTurn(preset, twins.reference, next, cycle);
      twins.reference.step(turn.commands, turn.wdq, turn.dm);
      return turn;
    });
    const play = (from: Turn[]): unknown[] => from.map((turn) => [...twins.send(turn).read]);
    play(turns.slice(0, 700));
    const middle = twins.sim.snapshot();
    const first = play(turns.slice(700));
    twins.sim.restore(middle);
    expect(play(turns.slice(700))).toEqual(first);
    expect(turns.filter((t) => t.commands.some((c) => !isRow(c.command))).length).toBeGreaterThan(200);
  });
});
