import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bit, decodeColumn, decodeRow, dramPreset, flip, module, readVcd, simulate, uint, valueAt } from '../../../src/index.ts';
import { commandPort, CommandEncoder, dataPort, DdrPins, ENCODER_CYCLES, HbmDevice, MODE_REGISTERS } from '../../../rtl/dram/index.ts';
import { drive, type Cmd } from './bench.ts';

const preset = dramPreset('samsung-hbm2');
const shape = preset.organisation;
const { RL, WL } = preset.timing;

/** Encoder, pins and device, and the pins once more as wires that change at both edges. */
const Channel = module(
  'Channel',
  {
    domains: ['ck', 'ck2x'],
    in: { parity: bit },
    io: { command: flip(commandPort(shape)), data: flip(dataPort(shape)) },
    out: { AERR: bit, illegal: bit, violation: bit, R: uint(6), C: uint(8), CKE: bit, DQ: uint(128), DM: uint(16), CK_t: bit, RDQS_t: uint(4), WDQS_t: uint(4) },
  },
  ({ parity, command, data }, hw) => {
    const encoder = hw.instance('encoder', CommandEncoder({ standard: 'HBM2', shape }), { parity });
    const device = hw.instance('device', HbmDevice({ preset, standard: 'HBM2', twinRows: 2 }));
    hw.connect(encoder.io.command, command);
    hw.connect(encoder.io.pins, device.io.pins);
    hw.connect(device.io.data, data);
    const { CKE, R_w0, R_w1, C_w0, C_w1 } = encoder.io.pins;
    const { rdq, rvalid } = device.io.data;
    const shown = hw.instance('pins', DdrPins({ standard: 'HBM2', shape }), { cke: CKE, R_w0, R_w1, C_w0, C_w1, wdq: data.wdq, dm: data.dm, wvalid: device.out.wvalid, rdq, rvalid });
    const { AERR, illegal, violation } = device.out;
    const { R, C, CKE: cke, DQ, DM, CK_t, RDQS_t, WDQS_t } = shown.out;
    return { AERR, illegal, violation, R: R as never, C: C as never, CKE: cke, DQ: DQ as never, DM: DM as never, CK_t, RDQS_t: RDQS_t as never, WDQS_t: WDQS_t as never };
  },
);

const PLAN: Readonly<Record<number, Cmd[]>> = {
  3: [{ command: 'MRS', mr: MODE_REGISTERS.parity.mr, op: 2 ** MODE_REGISTERS.parity.bit }],
  30: [{ command: 'ACT', pc: 1, ba: 6, row: 9731 }],
  36: [{ command: 'ACT', pc: 0, ba: 6, row: 5 }],
  50: [{ command: 'WR', pc: 1, ba: 6, column: 21 }],
  90: [{ command: 'RDA', pc: 1, ba: 6, column: 21 }],
  120: [{ command: 'PREA', pc: 0 }],
  150: [{ command: 'REF', pc: 1 }],
  160: [{ command: 'PDE' }],
  170: [{ command: 'PDX' }],
};
const WORDS = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];

function play(trace?: string) {
  const sim = simulate(Channel, { clocks: { ck: { period: 1000 }, ck2x: { period: 500 } }, ...(trace !== undefined && { trace }) });
  const read: [number, number[]][] = [];
  const beats: { readonly dq: bigint; readonly strobe: string }[] = [];
  for (let cycle = 0; cycle < 190; cycle++) {
    // The encoder is told of parity when the device has been: both take effect at the same time on the pins.
    sim.in.parity = Number(cycle >= 6);
    drive(sim.io.command, PLAN[cycle] ?? []);
    const write = cycle - 50 - ENCODER_CYCLES - WL;
    sim.io.data.wdq = write === 0 || write === 1 ? [0, 0, 0, 0, ...WORDS.slice(4 * write, 4 * write + 4)] : new Array<number>(8).fill(0xdead);
    if (sim.io.data.rvalid !== 0) read.push([cycle, sim.io.data.rdq.slice(4).map(Number)]);
    expect([cycle, sim.out.AERR, sim.out.illegal, sim.out.violation]).toEqual([cycle, 0, 0, 0]);
    for (let half = 0; half < 2; half++) {
      const [r, w] = [sim.out.RDQS_t, sim.out.WDQS_t];
      if (sim.out.DQ !== 0n) beats.push({ dq: sim.out.DQ, strobe: `${r}/${w}` });
      sim.step(1, 'ck2x');
    }
  }
  sim.close();
  return { read, beats };
}

const folder = mkdtempSync(join(tmpdir(), 'wordline-hbm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a channel through its pins', () => {
  it('writes and reads a burst, with parity from mode register 0', () => {
    expect(play().read).toEqual([[90 + ENCODER_CYCLES + RL, WORDS.slice(0, 4)], [91 + ENCODER_CYCLES + RL, WORDS.slice(4)]]); // prettier-ignore
  });

  it('shows four beats of 64 bits on the upper half of DQ, first as written, then as read, with the strobes of that half', () => {
    const beat = (i: number): bigint => (BigInt(WORDS[2 * i + 1]!) << 96n) | (BigInt(WORDS[2 * i]!) << 64n);
    const burst = (up: string, down: string) => [0, 1, 2, 3].map((i) => ({ dq: beat(i), strobe: i % 2 === 0 ? up : down }));
    expect(play().beats).toEqual([...burst('0/12', '0/0'), ...burst('12/0', '0/0')]);
  });

  it('leaves a VCD from which its commands can be read with the JEDEC names of the pins alone', () => {
    const file = join(folder, 'channel.vcd');
    play(file);
    const vcd = readVcd(file);
    const at = (name: string, time: number): number => Number(valueAt(vcd.signals.find((s) => s.path.endsWith(`pins.${name}`))!, time));
    const found: [number, string, number | undefined][] = [];
    let first: number[] = [];
    let high = 1;
    for (let cycle = 2; cycle < 188; cycle++) {
      const edges = (pin: string): number[] => [at(pin, cycle * 1000), at(pin, cycle * 1000 + 500)];
      expect([cycle, ...edges('CK_t')]).toEqual([cycle, 1, 0]);
      const cke = at('CKE', cycle * 1000);
      if (cke === 1 && high === 1) {
        const words = [...first, ...edges('R')];
        const row = decodeRow(words, false, 'HBM2')!;
        first = row.words > words.length ? words : [];
        if (first.length === 0 && row.command.command !== 'RNOP') found.push([cycle, row.command.command, row.command.row ?? row.command.ba]);
        const column = decodeColumn(edges('C'), 'HBM2')!;
        if (column.command !== 'CNOP') found.push([cycle, column.command, column.column ?? column.mr]);
      } else if (cke !== high) found.push([cycle, cke === 0 ? decodeRow(edges('R'), true, 'HBM2')!.command.command : 'PDX', undefined]);
      high = cke;
    }
    const late = found[0]![0] - 3;
    expect(found).toEqual(Object.entries(PLAN).flatMap(([cycle, all]) => all.map((c) => [Number(cycle) + late, c.command, c.row ?? c.column ?? c.mr ?? c.ba])));
  });
});
