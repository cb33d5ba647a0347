import { encodePim, PIM_INSTRUCTIONS, PimMachine, simulate, type ControlWrites, type PimConfig, type PimInstruction, type PimRequest } from '../../../src/index.ts';
import { PimError, PimSpace } from '../../../rtl/pim/unit.ts';
import { PimUnits } from '../../../rtl/pim/units.ts';

type Space = (typeof PimSpace.names)[number];

/** Bits that are worth trying in a lane: signs, zeros, subnormals, infinities and NaNs of every kind, and anything. */
export function someBits(next: (n: number) => number, width: number): number {
  const special = width === 16 ? [0, 1, 0x3ff, 0x400, 0x3c00, 0x3c01, 0x7bff, 0x7c00, 0x7c01, 0x7e00] : [0, 1, 0x7fffff, 0x800000, 0x3f800000, 0x3f800001, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000];
  const sign = next(2) * 2 ** (width - 1);
  if (next(4) === 0) return special[next(special.length)]! + sign;
  // Near 1, so that sums are of numbers of like size.
  if (next(2) === 0) return sign + (width === 16 ? 0x3800 + next(0x800) : 0x3f000000 + next(0x1000000));
  return width === 16 ? next(0x10000) : next(0x10000) * 0x10000 + next(0x10000);
}

export function someBurst(next: (n: number) => number, { words, width }: PimConfig): Uint32Array {
  return Uint32Array.from({ length: words }, () => (width === 32 ? someBits(next, 32) : someBits(next, 16) + 0x10000 * someBits(next, 16)));
}

/**
 * Units of a pseudo-channel with cells, driven by PIM requests as a device would drive them; `machine` executes the same ones. Registers are compared with
 * it at once, those whose results are still on the way when they must be there.
 */
export class UnitBench {
  readonly machine: PimMachine;
  readonly sim;
  /** Of each register with a result on the way: cycles until it must be there. */
  readonly #pending = new Map<string, number>();

  constructor(readonly config: PimConfig, { enforce = true }: { readonly enforce?: boolean } = {}) {
    this.machine = new PimMachine(config);
    this.sim = simulate(PimUnits({ config, enforce }));
    // What a program is started with.
    this.step(2);
  }

  step(cycles: number): void {
    this.sim.step(cycles);
    for (const [name, left] of this.#pending) {
      if (left > cycles) this.#pending.set(name, left - cycles);
      else this.#pending.delete(name);
    }
  }

  load(space: Space, index: number, data: ArrayLike<number>): void {
    const burst = new Uint32Array(this.config.words);
    burst.set(data);
    Object.assign(this.sim.in, { load: 1, loadSpace: PimSpace[space], loadIndex: index, loadData: [...burst] });
    this.step(1);
    this.sim.in.load = 0;
  }

  pulse(...names: readonly ('start' | 'clear')[]): void {
    names.forEach((n) => (this.sim.in[n] = 1));
    this.step(1);
    names.forEach((n) => (this.sim.in[n] = 0));
  }

  /** Words from the first of the instruction memory on. */
  program(words: readonly number[]): void {
    const { words: each } = this.config;
    for (let i = 0; i < words.length; i += each) this.load('CRF', i / each, words.slice(i, i + each));
    this.pulse('start');
    this.step(1);
  }

  /** As {@link program}, in both. */
  start(program: readonly PimInstruction[], writes: ControlWrites): void {
    const words = program.map(encodePim);
    this.machine.run([...writes.program(words), writes.start()]);
    this.program(words);
  }

  /** A register or the scalars with the same burst, in both. */
  fill(space: 'A' | 'B' | 'SRF', index: number, data: Uint32Array, request: PimRequest): void {
    this.machine.give(request);
    this.load(space, index, data);
  }

  /** The bank's bursts are there in the cycle of a trigger; elsewhere there is something else, which must not matter. */
  offer({ write, column, bank, row }: PimRequest): void {
    Object.assign(this.sim.in, { trigger: 1, write: Number(write), column, bank: this.#bursts(bank, row, column) });
  }

  #bursts(bank: number, row: number, column: number): number[] {
    return Array.from({ length: this.config.units }, (_, u) => [...this.machine.memory.read(0, u, bank, row, column)]).flat();
  }

  /** One trigger, `gap` cycles before the next one. The request goes to the machine first: what it rejects is not given to the units. */
  give(request: PimRequest, gap: number, executed: PimInstruction | undefined): void {
    const { config, machine, sim } = this;
    const { write, column, bank, row } = request;
    machine.give(request);
    this.offer(request);
    const stores = executed?.destination?.space === 'BANK';
    sim.expect('error', PimError.NONE);
    sim.expect('store', Number(stores));
    if (stores) sim.expect('storeData', this.#bursts(bank, row, column));
    if (executed !== undefined && PIM_INSTRUCTIONS[executed.op].kind === 'arithmetic') {
      const { space, index } = executed.destination!;
      this.#pending.set(`${space}${executed.aam ? column % config.registers : index}`, config.multiplyCycles + config.addCycles);
    }
    this.step(1);
    Object.assign(sim.in, { trigger: 0, bank: sim.in.bank.map((w) => ~w >>> 0), write: Number(!write), column: (column + 1) % config.preset.organisation.burstsPerRow });
    this.compare();
    this.step(gap - 1);
    this.compare();
  }

  /** All registers of all units, but those whose results are on the way. */
  compare(): void {
    const { config, machine, sim } = this;
    for (let u = 0; u < config.units; u++) {
      sim.expect(`unit${u}.SRF`, [...machine.units[u]!.scalars]);
      for (const space of ['A', 'B'] as const) {
        for (let i = 0; i < config.registers; i++) if (!this.#pending.has(`${space}${i}`)) sim.expect(`unit${u}.${space}${i}`, [...machine.vector(space, i, u)]);
      }
    }
    sim.expect('busy', Number(this.#pending.size > 0));
  }
}

/** The instructions that a program executes: loops are unrolled, without counters that could be wrong in the same way as those of the hardware. */
export function unrolled(program: readonly PimInstruction[], from = 0, to = program.length): PimInstruction[] {
  const end = program.slice(from, to).findLastIndex((i) => i.op === 'JUMP') + from;
  if (end < from) return program.slice(from, to).filter((i) => i.op !== 'EXIT');
  const { target, count } = program[end]!;
  const body = unrolled(program, target, end);
  return [...unrolled(program, from, target), ...Array.from({ length: count + 1 }, () => body).flat(), ...unrolled(program, end + 1, to)];
}
