import { fail, suggest } from '../../diag/index.ts';
import { assemble } from '../assembler.ts';
import type { PimConfig } from '../config.ts';
import { slotPlace, type BurstPlace, type BurstWrite, type PimGeometry } from '../layout.ts';
import { ControlWrites, trigger, type PimRequest } from '../requests.ts';
import { assemblyOf, commandsOf, type Command, type Node } from './program.ts';

/** Numbers by name, one a channel or one alone: what a kernel takes from the host and gives to it. */
export type HostValues = Readonly<Record<string, Float64Array>>;

/** Work of the PIM units: control writes, then a program and its triggers. */
export interface PimPhase {
  readonly kind: 'pim';
  readonly name: string;
  /** Assembly text. */
  readonly source: string;
  readonly words: Uint32Array;
  /** Triggers, with what they mean. */
  readonly commands: () => Iterable<Command>;
  /** All that the PIM side of the controller gets. */
  readonly requests: (values: HostValues) => Iterable<PimRequest>;
}

/** Work of the host between: it reads bursts in SB mode and computes in doubles. */
export interface HostPhase {
  readonly kind: 'host';
  readonly name: string;
  readonly reads: readonly BurstPlace[];
  /** Names of the values that it computes. */
  readonly makes: readonly string[];
  /** New values, from the words of the bursts in the order of `reads`. */
  readonly compute: (bursts: readonly Uint32Array[], values: HostValues) => HostValues;
}

export interface Kernel {
  readonly name: string;
  readonly geometry: PimGeometry;
  /** How many values each input has: one a feature-map channel, or one alone. */
  readonly channels: number;
  /** Values that it must be given. */
  readonly inputs: readonly string[];
  /** Constants that must be in memory; once for all runs of all kernels of the same shapes. */
  readonly constants: readonly BurstWrite[];
  readonly phases: readonly (PimPhase | HostPhase)[];
}

/** Who carries kernels out: a channel of hardware, or a model of one. */
export interface PimBackend {
  /** Carries PIM requests out, in order, to the last one. */
  pim(requests: Iterable<PimRequest>): void | Promise<void>;
  /** Host reads in SB mode: the words of each burst. */
  read(bursts: readonly BurstPlace[]): readonly Uint32Array[] | Promise<readonly Uint32Array[]>;
  /** Host writes in SB mode. */
  write(bursts: readonly BurstWrite[]): void | Promise<void>;
}

/**
 * Runs all phases, one after another. Resolves to the values given and those that the host computed.
 *
 * @param options `constants: false` leaves out what an earlier run has written
 * @throws WordlineError `pim-value` if an input is not given, or has not one value for each feature-map channel
 */
export async function runKernel(kernel: Kernel, backend: PimBackend, given: HostValues = {}, { constants = true } = {}): Promise<HostValues> {
  for (const input of kernel.inputs) if (given[input] === undefined) fail('pim-value', `kernel ${kernel.name} needs ${input}`, { hint: suggest(input, Object.keys(given)) });
  for (const input of kernel.inputs) {
    const { length } = given[input]!;
    if (length !== kernel.channels) fail('pim-value', `kernel ${kernel.name} takes ${kernel.channels} values of ${input} and got ${length}`);
  }
  let values = given;
  if (constants && kernel.constants.length > 0) await backend.write(kernel.constants);
  for (const phase of kernel.phases) {
    if (phase.kind === 'pim') await backend.pim(phase.requests(values));
    else values = { ...values, ...phase.compute(await backend.read(phase.reads), values) };
  }
  return values;
}

/** Kernels one after another, as one. */
export function sequence(name: string, kernels: readonly [Kernel, ...Kernel[]]): Kernel {
  const made = new Set<string>();
  const inputs = kernels.flatMap((kernel) => {
    const needed = kernel.inputs.filter((input) => !made.has(input));
    for (const phase of kernel.phases) if (phase.kind === 'host') phase.makes.forEach((value) => made.add(value));
    return needed;
  });
  return { name, geometry: kernels[0].geometry, channels: kernels[0].channels, inputs: [...new Set(inputs)], constants: kernels.flatMap((k) => k.constants), phases: kernels.flatMap((k) => k.phases) };
}

/** What a PIM phase puts into memory or registers before its program starts. */
export type Preparation = (values: HostValues) => readonly PimRequest[];

/** A PIM phase from its program's tree. The instruction memory is loaded last but for the start. */
export function pimPhase(config: PimConfig, geometry: PimGeometry, name: string, nodes: readonly Node[], prepare: Preparation = () => []): PimPhase {
  const source = assemblyOf(nodes);
  const { words } = assemble(source, config, { file: name });
  const control = new ControlWrites(config);
  const commands = (): Iterable<Command> => commandsOf(nodes);
  return {
    kind: 'pim',
    name,
    source,
    words,
    commands,
    *requests(values) {
      yield* prepare(values);
      yield* control.program(words);
      yield control.start();
      for (const { region, slot, store } of commands()) {
        const { bank, row, column } = slotPlace(geometry, region, slot);
        yield trigger(bank, row, column, store);
      }
    },
  };
}
