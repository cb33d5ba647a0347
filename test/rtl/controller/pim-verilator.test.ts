import { expect, it } from 'vitest';
import { assemble, ControlWrites, dramPreset, Lockstep, PimMachine, pimConfig, simulate, trigger, type PimRequest } from '../../../src/index.ts';
import { controllerShape, Phase, PimChannel } from '../../../rtl/controller/index.ts';
import { need, seedOf } from '../../cosim/helpers.ts';
import { seeded } from '../../dram/streams.ts';

const PROGRAM = `
load: FILL.AAM A[0], BANK
      JUMP load, 3
work: MAD.AAM B[0], A[0], M[1]
      JUMP work, 3
save: MOV.AAM BANK, B[0]
      JUMP save, 3
      EXIT
`;
const COLUMNS = [0, 1, 2, 3];
const PIM_ROWS = [4, 5];
const HOST_ROW = 1;
const SLICE = 60;

const base = dramPreset('samsung-hbm2');
/** Two units of two banks in each pseudo-channel, and refreshes within the run. Eight lanes of binary32: the lockstep with Icarus has sixteen of binary16. */
const preset = { ...base, organisation: { ...base.organisation, bankGroups: 2, banksPerGroup: 2 }, timing: { ...base.timing, tREFI: 900 } };
const pim = { banksPerUnit: 2, format: 'binary32' } as const;
const config = pimConfig({ ...pim, preset });
const shape = controllerShape(preset);

/** Operands by the host, a kernel over both banks of a unit with host traffic between its turns, and the results read by the host. */
function story() {
  const sim = simulate(PimChannel({ preset, pim, policy: 'round-robin-time', reads: 2, writes: 2, pimEntries: 2, twinRows: 8 }));
  const machine = new PimMachine(config);
  const random = seeded(seedOf(53));
  const { request, response, pim: port } = sim.io;
  let answer: readonly number[] | undefined;
  const seen = { refreshes: 0, switches: 0, owed: 0 };
  const step = (): void => {
    if (response.valid === 1) answer = [...(response.data as number[])];
    if (Number(sim.out.refreshOwed) < seen.owed) seen.refreshes++;
    seen.owed = Number(sim.out.refreshOwed);
    sim.step();
  };
  const until = (done: () => boolean): void => {
    for (let i = 0; !done(); i++) {
      if (i > 5000) throw new Error(`phase ${String(sim.out.phase)}: nothing has happened for 5000 cycles`);
      step();
    }
  };
  const host = (write: boolean, bank: number, row: number, column: number, data: readonly number[] = new Array<number>(shape.words).fill(0)): void => {
    Object.assign(request, { valid: 1, write: write ? 1 : 0, id: 0, bank, row, column, data: [...data], mask: 0 });
    until(() => request.ready === 1);
    step();
    request.valid = 0;
  };
  const read = (bank: number, row: number, column: number): readonly number[] => {
    answer = undefined;
    host(false, bank, row, column);
    until(() => answer !== undefined);
    return answer!;
  };
  /** Small numbers of both signs. */
  const word = (): number => {
    const bits = (): number => 0x3800 + Math.floor(random() * 0x800) + (random() < 0.5 ? 0x8000 : 0);
    return ((bits() << 16) | bits()) >>> 0;
  };

  sim.reset(2);
  Object.assign(sim.in, { load: 1, maxSlice: SLICE });
  step();
  sim.in.load = 0;

  // ---- operands
  const perUnit = config.banksPerUnit;
  const cells = Array.from({ length: shape.banks }, (_, flat) => flat).flatMap((flat) => {
    const ba = flat % shape.banksPerPseudoChannel;
    const place = { flat, pc: Math.floor(flat / shape.banksPerPseudoChannel), unit: Math.floor(ba / perUnit), bank: ba % perUnit };
    return COLUMNS.map((column) => ({ ...place, row: PIM_ROWS[place.bank]!, column }));
  });
  for (const c of cells) {
    const data = Array.from({ length: shape.words }, word);
    machine.memory.write(c.pc, c.unit, c.bank, c.row, c.column, Uint32Array.from(data));
    host(true, c.flat, c.row, c.column, data);
  }
  until(() => sim.signal('controller.controller.idle').get() === 1);

  // ---- the kernel and the host at once
  const control = new ControlWrites(config);
  const list: PimRequest[] = [...control.program(assemble(PROGRAM, config).words), control.scalars({ m: [0, 0x3f400000], s: [0, 0xbe800000] })];
  for (let bank = 0; bank < perUnit; bank++) {
    list.push(control.start());
    for (const save of [false, false, true]) for (const column of COLUMNS) list.push(trigger(bank, PIM_ROWS[bank]!, column, save));
  }
  machine.run(list);
  const kept = new Map<string, number>();
  for (let sent = 0; sent < list.length || sim.out.pimDone !== 1;) {
    const next = list[sent];
    port.valid = next === undefined ? 0 : 1;
    if (next !== undefined) Object.assign(port, { ...next, execute: next.execute ? 1 : 0, write: next.write ? 1 : 0, data: [...(next.data ?? new Uint32Array(shape.words))] });
    const asked = { write: random() < 0.5, bank: Math.floor(random() * shape.banks), column: Math.floor(random() * 4), value: Math.floor(random() * 0x3fff) };
    request.valid = random() < 0.2 ? 1 : 0;
    Object.assign(request, { write: asked.write ? 1 : 0, id: 1, bank: asked.bank, row: HOST_ROW, column: asked.column, data: new Array<number>(shape.words).fill(asked.value), mask: 0 });
    if (request.valid === 1 && request.ready === 1 && asked.write) kept.set(`${asked.bank}.${asked.column}`, asked.value);
    if (next !== undefined && port.ready === 1) sent++;
    step();
  }
  Object.assign(port, { valid: 0 });
  request.valid = 0;
  until(() => sim.out.phase === Phase.HOST && sim.signal('controller.controller.idle').get() === 1);
  seen.switches = (sim.out.switchesToPim as number[]).reduce((a, b) => a + b);

  // ---- results
  for (const c of cells) expect(read(c.flat, c.row, c.column), `bank ${c.flat} column ${c.column}`).toEqual([...machine.memory.read(c.pc, c.unit, c.bank, c.row, c.column)]);
  for (const [at, value] of kept) {
    const [bank, column] = at.split('.').map(Number) as [number, number];
    expect(read(bank, HOST_ROW, column)).toEqual(new Array<number>(shape.words).fill(value));
  }
  sim.close();
  return { ...seen, kept: kept.size };
}

// One compilation, of a channel with few banks: modes, units and cells included, every signal that has a name compared in every cycle.
it('a PIM channel whose owner changes under load is in lockstep with its Verilog in Verilator', { timeout: 480_000 }, (context) => {
  need(context, 'verilator');
  const lockstep = new Lockstep({ with: 'verilator' });
  try {
    lockstep.start();
    const { switches, refreshes, kept } = story();
    expect(switches).toBeGreaterThan(2);
    expect(refreshes).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(2);
    const [found, ...more] = lockstep.compare();
    expect(more).toEqual([]);
    expect(found!.difference).toBeUndefined();
    expect(found!.replayed).toEqual([]);
    expect(found!.edges).toBeGreaterThan(800);
    expect(found!.signals).toBeGreaterThan(500);
  } finally {
    lockstep.close();
  }
});
