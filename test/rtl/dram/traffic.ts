import { simulate, type DramCommand, type DramPreset } from '../../../src/index.ts';
import { DramDevice, Power, wordsPerCycle, type DeviceParameters } from '../../../rtl/dram/index.ts';
import { drive, type Cmd } from './bench.ts';
import { ReferenceDevice } from './reference.ts';

/** Random numbers below n, the same for the same seed. */
export function random(seed: number): (n: number) => number {
  let x = seed;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
}

/** What is sent in a cycle: at most one command, and what stands on the data port. */
export interface Turn {
  readonly commands: readonly Cmd[];
  readonly wdq: readonly number[];
  readonly dm: readonly boolean[];
}

const WORK: readonly DramCommand[] = ['ACT', 'ACT', 'ACT', 'PRE', 'RD', 'RD', 'RD', 'RD', 'RDA', 'WR', 'WR', 'WR', 'WR', 'WRA', 'PDX', 'SRX'];
/** Which commands are tried until which cycle of 800. */
const PHASES: readonly (readonly [until: number, kinds: readonly DramCommand[]])[] = [
  [700, WORK],
  [745, ['PREA']],
  [770, ['MRS', 'PDE', 'PDX']],
  [800, ['REF', 'REFSB', 'REFSB', 'SRE', 'PDX']],
];

/**
 * Legal traffic on few rows and columns, so that reads meet writes: some random commands are tried, and the first that the reference allows is
 * sent. Work and rest take turns.
 */
export function legalTurn(preset: DramPreset, reference: ReferenceDevice, next: (n: number) => number, cycle: number): Turn {
  const { pseudoChannels, burstBytes, burstCycles } = preset.organisation;
  const kinds = PHASES.find(([until]) => cycle % 800 < until)![1];
  const tries = Array.from({ length: 3 }, (): Cmd => {
    const command = kinds[next(kinds.length)]!;
    const mrs = command === 'MRS' ? { mr: 2, op: (next(12) + 6) * 8 + next(8) } : {};
    return { command, pc: next(pseudoChannels), ba: [0, 1, 6, 15][next(4)]!, row: next(3), column: next(4), ...mrs };
  });
  const found = tries.find((cmd) => reference.allows(cmd));
  const bytes = (pseudoChannels * burstBytes) / burstCycles;
  return { commands: found === undefined ? [] : [found], wdq: Array.from({ length: bytes }, () => next(256)), dm: Array.from({ length: bytes }, () => next(4) === 0) };
}

/** A device with the reference beside it. */
export class Twins {
  readonly sim;
  readonly reference: ReferenceDevice;
  constructor(
    readonly preset: DramPreset,
    parameters: Partial<DeviceParameters> = {},
    options: Parameters<typeof simulate>[1] = {},
  ) {
    this.sim = simulate(DramDevice({ preset, ...parameters }), options);
    this.reference = new ReferenceDevice(preset);
  }

  /** Sends a turn to the device; what it reads, by pseudo-channel. */
  send({ commands, wdq, dm }: Turn): { read: Map<number, number[]>; power: string } {
    const { sim, preset } = this;
    const perCycle = wordsPerCycle(preset.organisation);
    drive(sim.io.command, commands);
    sim.io.data.wdq = Array.from({ length: wdq.length / 4 }, (_, i) => (wdq[4 * i]! | (wdq[4 * i + 1]! << 8) | (wdq[4 * i + 2]! << 16) | (wdq[4 * i + 3]! << 24)) >>> 0);
    sim.io.data.dm = dm.reduce((all, m, i) => all + (m ? 2 ** i : 0), 0);
    const read = new Map<number, number[]>();
    const words = sim.io.data.rdq;
    for (let pc = 0; pc < preset.organisation.pseudoChannels; pc++) {
      if (((Number(sim.io.data.rvalid) >> pc) & 1) === 0) continue;
      read.set(pc, Array.from({ length: perCycle * 4 }, (_, i) => (Number(words[pc * perCycle + (i >> 2)]!) >>> ((i & 3) * 8)) & 255));
    }
    const power = ['up', 'powerDown', 'selfRefresh'][[Power.UP, Power.DOWN, Power.SELF_REFRESH].indexOf(sim.out.power)]!;
    sim.step();
    return { read, power };
  }
}
