import { expect, it } from 'vitest';
import { dramPreset } from '../../../src/dram/index.ts';
import { Lockstep, simulate, type ToolName } from '../../../src/index.ts';
import { controllerShape, MemoryChannel, type ControllerOptions } from '../../../rtl/controller/index.ts';
import { need } from '../../cosim/helpers.ts';
import { seeded } from '../../dram/streams.ts';

/** Requests that meet, in the rows that the cells have in Verilog, until all is answered; then some idle time with a refresh. */
function traffic(options: ControllerOptions, requests: number, idle: number): number {
  const { banks, bytes, words } = controllerShape(options.preset);
  const sim = simulate(MemoryChannel(options));
  const { request, response } = sim.io;
  const random = seeded(77);
  const below = (n: number): number => Math.floor(random() * n);
  sim.reset(2);
  let [sent, answered] = [0, 0];
  const step = (): void => {
    if (response.valid === 1) answered++;
    if (response.written === 1) answered++;
    sim.step();
  };
  while (sent < requests) {
    const mask = random() < 0.7 ? 0n : BigInt(below(2 ** 32)) & ((1n << BigInt(bytes)) - 1n);
    Object.assign(request, { valid: 1, write: Number(random() < 0.5), id: sent % 16, bank: below(4) * (banks / 4), row: below(2), column: below(2), data: Array.from({ length: words }, () => below(2 ** 32)), mask: bytes > 32 ? mask : Number(mask) });
    while (request.ready !== 1) step();
    step();
    sent++;
    request.valid = 0;
    if (random() < 0.1) for (let i = below(40); i > 0; i--) step();
  }
  for (let i = 0; answered < sent || i < idle; i++) step();
  sim.close();
  return answered;
}

const base = dramPreset('samsung-hbm2');
const options: ControllerOptions = {
  preset: { ...base, organisation: { ...base.organisation, bankGroups: 2, banksPerGroup: 2 }, timing: { ...base.timing, tREFI: 900 } },
  reads: 2, writes: 2, idBits: 4, rowPolicy: { timeout: 30 }, powerDown: 20, statistics: 'requests',
}; // prettier-ignore

// One compilation each, of a channel with few banks: cells included,
// with every signal that has a name compared in every cycle.
it.for(['icarus', 'verilator'] as ToolName[])('controller and device together, in lockstep with their Verilog in %s', { timeout: 120_000 }, (tool, context) => {
  need(context, tool);
  const lockstep = new Lockstep({ with: tool });
  try {
    lockstep.start();
    expect(traffic(options, 60, 300)).toBe(60);
    const [found, ...more] = lockstep.compare();
    expect(more).toEqual([]);
    expect(found!.difference).toBeUndefined();
    expect(found!.replayed).toEqual([]);
    expect(found!.edges).toBeGreaterThan(600);
    expect(found!.signals).toBeGreaterThan(250);
  } finally {
    lockstep.close();
  }
});
