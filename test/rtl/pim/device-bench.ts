import { simulate, type DramPreset } from '../../../src/index.ts';
import { PimDevice, type PimDeviceParameters } from '../../../rtl/pim/index.ts';
import { drive, type Cmd } from '../dram/bench.ts';

/** Drives a device command by command, far enough apart for every rule unless told otherwise. */
export class DeviceBench {
  readonly sim;
  readonly words: number;
  readonly top: number;
  constructor(
    readonly preset: DramPreset,
    parameters: Omit<PimDeviceParameters, 'preset'> = {},
  ) {
    this.sim = simulate(PimDevice({ preset, ...parameters }));
    this.words = preset.organisation.burstBytes / 4;
    this.top = preset.organisation.rows;
  }

  /** The command in this cycle, then `gap - 1` cycles without one. Names of what was wrong in them, at the outputs. */
  send(command: Cmd, gap = 60): void {
    drive(this.sim.io.command, [command]);
    this.sim.step();
    drive(this.sim.io.command, []);
    this.sim.step(gap - 1);
  }

  /** A WR with its data on DQ. */
  write(command: Omit<Cmd, 'command'>, data: readonly number[]): void {
    const { timing, organisation } = this.preset;
    const { pseudoChannels, burstCycles } = organisation;
    const perCycle = this.words / burstCycles;
    this.send({ command: 'WR', ...command }, timing.WL);
    for (let k = 0; k < burstCycles; k++) {
      const dq = new Array<number>(perCycle * pseudoChannels).fill(0xbad);
      for (let i = 0; i < perCycle; i++) dq[(command.pc ?? 0) * perCycle + i] = data[k * perCycle + i] ?? 0;
      this.sim.io.data.wdq = dq;
      this.sim.step();
    }
    this.sim.io.data.wdq = new Array<number>(perCycle * pseudoChannels).fill(0xbad);
    this.sim.step(40);
  }

  /** A RD: its burst, or nothing if DQ stays silent. */
  read(command: Omit<Cmd, 'command'>): number[] {
    const pc = command.pc ?? 0;
    const perCycle = this.words / this.preset.organisation.burstCycles;
    const burst: number[] = [];
    drive(this.sim.io.command, [{ command: 'RD', ...command }]);
    for (let k = 0; k < 60; k++) {
      if ((Number(this.sim.io.data.rvalid) >> pc) & 1) burst.push(...(this.sim.io.data.rdq as number[]).slice(pc * perCycle, (pc + 1) * perCycle));
      this.sim.step();
      drive(this.sim.io.command, []);
    }
    return burst;
  }

  /** One row of a bank, from ACT to PRE. */
  inRow<T>(row: number, where: { readonly pc?: number; readonly ba?: number }, work: () => T): T {
    this.send({ command: 'ACT', row, ...where });
    const result = work();
    this.send({ command: 'PRE', ...where });
    return result;
  }

  /** SB to AB or back: the row that is the `fromTop`-th of the bank from above is opened and closed. */
  visit(fromTop: 1 | 2, pc = 0): void {
    this.inRow(this.top - fromTop, { pc }, () => undefined);
  }

  /** Writes to a control row. */
  control(fromTop: 3 | 4 | 5, pc: number, writes: readonly (readonly [column: number, data: readonly number[]])[]): void {
    this.inRow(this.top - fromTop, { pc }, () => writes.forEach(([column, data]) => this.write({ pc, column }, data)));
  }
}
