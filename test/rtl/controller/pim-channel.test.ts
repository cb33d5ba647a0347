import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assemble, ControlWrites, dramPreset, PimMachine, pimConfig, simulate, trigger, type PimRequest } from '../../../src/index.ts';
import { POLICIES } from '../../../src/pim/policy.ts';
import { controllerShape, PimChannel } from '../../../rtl/controller/index.ts';
import { seedOf } from '../../cosim/helpers.ts';

const PROGRAM = `
load: FILL.AAM A[0], BANK
      JUMP load, 7
work: MAD.AAM B[0], A[0], M[1]
      JUMP work, 7
back: MOV.AAM.RELU A[0], B[0]
      JUMP back, 7
save: MOV.AAM BANK, A[0]
      JUMP save, 7
      EXIT
`;
const HOST_ROW = 3;
const piece = fc.record({ bank: fc.nat(3), row: fc.integer({ min: 10, max: 12 }), base: fc.constantFrom(0, 8), factor: fc.nat(0x7bff), summand: fc.nat(0x7bff) });
const work = fc.record({
  name: fc.constantFrom('samsung-hbm2', 'ramulator2-hbm2-2000', 'dramsim3-hbm2-4gb', 'hbm2e-3200'),
  policy: fc.constantFrom(...[...POLICIES.values()].filter((p) => p.partition !== true && p.name !== 'mem-first').map((p) => p.name)),
  refresh: fc.constantFrom('all-bank' as const, 'per-bank' as const),
  pieces: fc.array(piece, { minLength: 1, maxLength: 5 }),
  traffic: fc.array(fc.record({ gap: fc.nat(60), write: fc.boolean(), bank: fc.nat(15), column: fc.nat(3), value: fc.nat(255) }), { maxLength: 40 }),
  seed: fc.nat(0xffff),
});

it('host and kernels share a channel: what the host reads in the end is what the machine of instructions says, on every policy', () => {
  fc.assert(
    fc.property(work, ({ name, policy, refresh, pieces, traffic, seed }) => {
      const preset = dramPreset(name);
      const config = pimConfig({ preset });
      const shape = controllerShape(preset);
      const machine = new PimMachine(config);
      const sim = simulate(PimChannel({ preset, pim: {}, policy, refresh, reads: 8, writes: 8, pimEntries: 8 }));
      sim.reset(1);
      const { request, response, pim } = sim.io;
      const step = (): void => {
        sim.step();
        if (response.valid === 1) answers.set(Number(response.id), [...(response.data as number[])]);
      };
      const answers = new Map<number, number[]>();
      const host = (write: boolean, id: number, bank: number, row: number, column: number, words: readonly number[]): void => {
        Object.assign(request, { valid: 1, write: write ? 1 : 0, id, bank, row, column, data: words, mask: 0 });
        for (let i = 0; request.ready !== 1; i++) {
          if (i > 50_000) throw new Error('a host request is not taken');
          step();
        }
        step();
        request.valid = 0;
      };
      const read = (bank: number, row: number, column: number): number[] => {
        answers.clear();
        host(false, 1, bank, row, column, new Array<number>(shape.words).fill(0));
        for (let i = 0; !answers.has(1); i++) {
          if (i > 50_000) throw new Error('a read is not answered');
          step();
        }
        return answers.get(1)!;
      };
      // Small numbers, of both signs.
      let state = seed;
      const half = (): number => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0), (0x3800 + ((state >>> 16) & 0x7ff)) | (state & 0x8000));
      const places = [...new Map(pieces.map((p) => [`${p.bank}.${p.row}.${p.base}`, p])).values()].flatMap(({ bank, row, base }) => Array.from({ length: 8 }, (_, i) => ({ bank, row, column: base + i })));
      const banks = Array.from({ length: shape.banks }, (_, i) => ({ flat: i, pc: Math.floor(i / shape.banksPerPseudoChannel), unit: Math.floor((i % shape.banksPerPseudoChannel) / 4), bank: i % 4 })).filter(({ unit }) => unit % 3 === 0);
      const cells = places.flatMap((p) => banks.filter((b) => b.bank === p.bank).map((b) => ({ ...p, ...b })));
      for (const c of cells) {
        const words = Array.from({ length: shape.words }, () => ((half() << 16) | half()) >>> 0);
        machine.memory.write(c.pc, c.unit, c.bank, c.row, c.column, Uint32Array.from(words));
        host(true, 0, c.flat, c.row, c.column, words);
      }
      for (let i = 0; sim.signal('controller.controller.idle').get() !== 1; i++) {
        if (i > 50_000) throw new Error('writes stay in the queue');
        step();
      }

      const control = new ControlWrites(config);
      const list: PimRequest[] = [...control.program(assemble(PROGRAM, config).words)];
      for (const { bank, row, base, factor, summand } of pieces) {
        list.push(control.scalars({ m: [0, factor & 0x3fff], s: [0, summand & 0x3fff] }), control.start());
        for (let pass = 0; pass < 4; pass++) for (let i = 0; i < 8; i++) list.push(trigger(bank, row, base + i, pass === 3));
      }
      list.forEach((r) => machine.run([r]));
      let [sent, asked, wait] = [0, 0, traffic[0]?.gap ?? 0];
      const kept = new Map<string, number>();
      for (let cycle = 0; sent < list.length || asked < traffic.length || sim.out.pimDone !== 1; cycle++) {
        if (cycle > 100_000) throw new Error(`${sent} of ${list.length} PIM requests taken`);
        const next = list[sent];
        pim.valid = next === undefined ? 0 : 1;
        if (next !== undefined) Object.assign(pim, { execute: next.execute ? 1 : 0, write: next.write ? 1 : 0, bank: next.bank, row: next.row, column: next.column, data: [...(next.data ?? new Uint32Array(shape.words))] });
        const t = wait === 0 ? traffic[asked] : undefined;
        request.valid = t === undefined ? 0 : 1;
        if (t !== undefined) Object.assign(request, { write: t.write ? 1 : 0, id: 2, bank: t.bank, row: HOST_ROW, column: t.column, data: new Array<number>(shape.words).fill(t.value), mask: 0 });
        if (next !== undefined && pim.ready === 1) sent++;
        if (t !== undefined && request.ready === 1) {
          if (t.write) kept.set(`${t.bank}.${t.column}`, t.value);
          wait = traffic[++asked]?.gap ?? 0;
        } else if (wait > 0) wait--;
        step();
      }
      pim.valid = 0;
      request.valid = 0;
      for (const c of cells) expect(read(c.flat, c.row, c.column), `bank ${c.flat} row ${c.row} column ${c.column}`).toEqual([...machine.memory.read(c.pc, c.unit, c.bank, c.row, c.column)]);
      for (const [at, value] of kept) {
        const [bank, column] = at.split('.').map(Number) as [number, number];
        expect(read(bank, HOST_ROW, column)).toEqual(new Array<number>(shape.words).fill(value));
      }
    }),
    { numRuns: 8, seed: seedOf(71) },
  );
});
