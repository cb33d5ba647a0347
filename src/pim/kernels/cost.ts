import { controlRowOf } from '../../dram/check-pim.ts';
import type { PimConfig } from '../config.ts';
import type { PimOp } from '../isa.ts';
import type { HostValues, Kernel, PimPhase } from './kernel.ts';

/**
 * Arithmetic of one lane: a product or a sum is one operation, as is the larger of two. Moves and GATE, which chooses, are none.
 */
export const FLOPS: Readonly<Record<PimOp, number>> = { NOP: 0, JUMP: 0, EXIT: 0, MOV: 0, FILL: 0, GATE: 0, ADD: 1, SUB: 1, MUL: 1, MAX: 1, MAC: 2, MAD: 2 };

/** What a stream asks of a channel, counted from the stream alone: without refresh, and as if the PIM side were not interrupted. Commands are those of one pseudo-channel: the others do the same. */
export interface KernelCost {
  /** Column commands that trigger an instruction. */
  readonly triggers: number;
  /** Those of them that read or write cells; the others work on registers. */
  readonly cellCommands: number;
  /** Writes in AB: of control registers, and of cells of all units. */
  readonly controlWrites: number;
  readonly broadcastWrites: number;
  /** All-bank ACTs of data rows; one opens the row in every unit. */
  readonly activations: number;
  /** From a RD to a WR and back, among triggers. */
  readonly turnarounds: number;
  /** Between AB and AB_PIM. */
  readonly modeChanges: number;
  /** Between cells and units, in all units of the channel. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bursts that the host reads and writes, in all pseudo-channels; constants are apart, because they are written once. */
  readonly hostReads: number;
  readonly constantWrites: number;
  /** In all lanes of the channel, padding included. */
  readonly flops: number;
}

type Mutable = { -readonly [K in keyof KernelCost]: number };

const none = (): Mutable => ({ triggers: 0, cellCommands: 0, controlWrites: 0, broadcastWrites: 0, activations: 0, turnarounds: 0, modeChanges: 0, bytesRead: 0, bytesWritten: 0, hostReads: 0, constantWrites: 0, flops: 0 });

/** Of a kernel as a whole. */
export function kernelCost(kernel: Kernel, config: PimConfig): KernelCost {
  const total = none();
  // What the host computes changes no command.
  const names = [...kernel.inputs, ...kernel.phases.flatMap((phase) => (phase.kind === 'host' ? phase.makes : []))];
  const values: HostValues = Object.fromEntries(names.map((name) => [name, new Float64Array(0)]));
  for (const phase of kernel.phases) {
    if (phase.kind === 'host') total.hostReads += phase.reads.length;
    else for (const [name, n] of Object.entries(phaseCost(phase, config, values)) as [keyof KernelCost, number][]) total[name] += n;
  }
  total.constantWrites = kernel.constants.length;
  return total;
}

/** Of one phase of the PIM units. */
export function phaseCost(phase: PimPhase, config: PimConfig, values: HostValues): KernelCost {
  const { organisation } = config.preset;
  const units = config.units * organisation.pseudoChannels;
  const cost = none();
  let open: number[] = [];
  let [executes, writes] = [false, false];
  for (const { execute, write, bank, row } of phase.requests(values)) {
    if (execute !== executes) {
      // A mode changes with all rows closed.
      cost.modeChanges++;
      open = [];
    } else if (execute && write !== writes) cost.turnarounds++;
    [executes, writes] = [execute, write];
    if (controlRowOf(row, organisation) !== undefined) cost.controlWrites++;
    else if (!execute) cost.broadcastWrites++;
    if (controlRowOf(row, organisation) !== undefined || open[bank] === row) continue;
    open[bank] = row;
    cost.activations++;
  }
  for (const { op, cells, store } of phase.commands()) {
    cost.triggers++;
    cost.flops += FLOPS[op] * config.lanes * units;
    if (!cells) continue;
    cost.cellCommands++;
    if (store) cost.bytesWritten += organisation.burstBytes * units;
    else cost.bytesRead += organisation.burstBytes * units;
  }
  return cost;
}
