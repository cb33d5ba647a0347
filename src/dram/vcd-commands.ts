import { fail, suggest } from '../diag/index.ts';
import { digitsToValue, visitVcd, type VcdHeader, type VcdSource, type VcdVar } from '../wave/index.ts';
import type { DramCommandEvent } from './command.ts';
import { commandOnPins, decodeColumn, decodeRow, PIN_WIDTHS, type PinStandard } from './encoding.ts';
import type { Organisation } from './preset.ts';
import { COMMAND_KINDS } from './rules.ts';

/**
 * Where the words of a clock cycle are in a wave:
 *
 * | style | signals                      | when                                                                  |
 * |-------|------------------------------|-----------------------------------------------------------------------|
 * | edges | R C CKE and the clock        | just before the rising edge w0 and CKE, just before the falling one w1 |
 * | words | R_w0 R_w1 C_w0 C_w1 CKE, clock | all cycle long, as registers have them that change at the rising edge |
 */
const STYLES = { edges: ['CKE', 'R', 'C'], words: ['CKE', 'R_w0', 'R_w1', 'C_w0', 'C_w1'] } as const;
type Style = keyof typeof STYLES;
const CLOCKS = ['CK_t', 'CK', 'clk'];

interface Pins {
  readonly style: Style;
  readonly standard: PinStandard;
  readonly clock: number;
  /** Slots in the order of {@link STYLES}. */
  readonly slots: readonly number[];
}

/** The prefix of a name if it is that pin: `top.pins_` and `top.` for R are prefixes of `top.pins_R` and `top.R`. */
const prefixOf = (path: string, pin: string): string | undefined => (path === pin || path.endsWith(`.${pin}`) || path.endsWith(`_${pin}`) ? path.slice(0, path.length - pin.length) : undefined);

/** The first place in the file, or in a scope of it, that has all pins. */
function findPins({ vars }: VcdHeader, file: string, scope: string | undefined): Pins {
  const inside = vars.filter((v) => scope === undefined || v.path === scope || v.path.startsWith(`${scope}.`));
  if (inside.length === 0) fail('dram-vcd', `${file} has no scope ${scope}`, { hint: suggest(scope ?? '', new Set(vars.map((v) => v.path.split('.').slice(0, -1).join('.')))) });
  const byPath = new Map(vars.map((v) => [v.path, v]));
  for (const style of Object.keys(STYLES) as Style[]) {
    for (const { path } of inside) {
      const prefix = prefixOf(path, 'CKE');
      if (prefix === undefined) continue;
      const pins = STYLES[style].map((pin) => byPath.get(prefix + pin));
      const clock = clockOf(prefix, byPath);
      if (clock === undefined || pins.some((p) => p === undefined)) continue;
      const width = pins[1]!.width;
      const standard = (Object.keys(PIN_WIDTHS) as PinStandard[]).find((s) => PIN_WIDTHS[s].R === width);
      if (standard === undefined) fail('dram-vcd', `${pins[1]!.path} in ${file} has ${width} bits`, { hint: 'R has 6 pins in HBM2 and 7 in HBM2E' });
      return { style, standard, clock: clock.slot, slots: pins.map((p) => p!.slot) };
    }
  }
  return fail('dram-vcd', `${file} does not have the pins of a channel${scope === undefined ? '' : ` in ${scope}`}`, {
    hint: `in one scope ${STYLES.edges.join(', ')} or ${STYLES.words.join(', ')}, and a clock ${CLOCKS.join(' or ')} there or above`,
  });
}

function clockOf(prefix: string, byPath: ReadonlyMap<string, VcdVar>): VcdVar | undefined {
  const scopes = prefix.split('.').map((_, i, parts) => parts.slice(0, parts.length - i - 1).map((p) => `${p}.`).join(''));
  for (const place of [prefix, ...scopes]) {
    for (const name of CLOCKS) {
      const found = byPath.get(place + name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The pins of a clock cycle. */
interface Cycle {
  readonly index: number;
  readonly timePs: number;
  readonly cke: number | undefined;
  readonly row: readonly (number | undefined)[];
  readonly column: readonly (number | undefined)[];
}

/** From cycles to commands: ACT takes two, and the level of CKE has a history. */
class PinDecoder {
  readonly #standard: PinStandard;
  readonly #organisation: Organisation;
  readonly #emit: (event: DramCommandEvent) => void;
  /** CKE of the cycle before; unknown until it was high for the first time, for what happens before is power-up. */
  #cke: number | undefined;
  #asleep: 'PDE' | 'SRE' | undefined;
  /** The first words of an ACT. */
  #begun: readonly number[] | undefined;

  constructor(standard: PinStandard, organisation: Organisation, emit: (event: DramCommandEvent) => void) {
    this.#standard = standard;
    this.#organisation = organisation;
    this.#emit = emit;
  }

  next(cycle: Cycle): void {
    const before = this.#cke;
    if (cycle.cke !== 1 && before === undefined) return;
    this.#cke = cycle.cke;
    if (cycle.cke !== 1 && before !== 1) return;
    this.#column(cycle);
    if (before === 0) {
      this.#tell(this.#asleep === 'SRE' ? 'SRX' : 'PDX', {}, cycle);
      this.#asleep = undefined;
    }
    this.#row(cycle, before === 1 && cycle.cke !== 1);
  }

  #row(cycle: Cycle, lowers: boolean): void {
    const words = [...(this.#begun ?? []), ...this.#known(cycle, 'R', cycle.row)];
    if (this.#begun !== undefined && lowers) fail('dram-vcd', `CKE goes low in the second cycle of an ACT, in cycle ${cycle.index} (${cycle.timePs} ps)`);
    const found = decodeRow(words, lowers, this.#standard);
    if (found === undefined) return this.#undefined(cycle, 'R', words);
    this.#begun = words.length < found.words ? words : undefined;
    if (this.#begun !== undefined) return;
    const { command } = found.command;
    if (command === 'PDE' || command === 'SRE') this.#asleep = command;
    this.#tell(command, found.command, cycle);
  }

  #column(cycle: Cycle): void {
    const words = this.#known(cycle, 'C', cycle.column);
    const found = decodeColumn(words, this.#standard);
    if (found === undefined) return this.#undefined(cycle, 'C', words);
    this.#tell(found.command, found, cycle);
  }

  #tell(name: Parameters<typeof commandOnPins>[0] | 'PDX' | 'SRX', fields: { readonly sid?: number; readonly pc?: number; readonly ba?: number; readonly row?: number; readonly column?: number }, { index, timePs }: Cycle): void {
    const command = name === 'PDX' || name === 'SRX' ? name : commandOnPins(name);
    if (command === undefined) return;
    const { pc = 0, ba = 0, sid = 0, row = -1, column = -1 } = fields;
    if (sid !== 0) fail('dram-vcd', `${command} in cycle ${index} (${timePs} ps) speaks to stack ${sid}`, { hint: 'channels have one stack here' });
    const { target } = COMMAND_KINDS[command];
    const { banksPerGroup } = this.#organisation;
    this.#emit({
      cycle: index,
      command,
      channel: 0,
      pseudoChannel: target === 'channel' ? -1 : pc,
      group: target === 'bank' ? Math.floor(ba / banksPerGroup) : -1,
      bank: target === 'bank' ? ba % banksPerGroup : -1,
      row,
      column,
      timePs,
    });
  }

  #known({ index, timePs }: Cycle, bus: string, words: readonly (number | undefined)[]): number[] {
    return words.map((word, i) => word ?? fail('dram-vcd', `${bus} is not known at the ${i === 0 ? 'rising' : 'falling'} edge of cycle ${index} (${timePs} ps)`));
  }

  #undefined({ index, timePs }: Cycle, bus: string, words: readonly number[]): never {
    const bits = words.map((w) => w.toString(2).padStart(PIN_WIDTHS[this.#standard][bus as 'R' | 'C'], '0')).join(' ');
    return fail('dram-vcd', `${bus} is ${bits} in cycle ${index} (${timePs} ps), which is no command of ${this.#standard}`);
  }
}

/** Splits the time of a wave into clock cycles. */
class Sampler {
  readonly #pins: Pins;
  readonly #timescalePs: number;
  readonly #cycle: (cycle: Cycle) => void;
  /** Values before this moment, and what changes in it. */
  readonly #values = new Map<number, number | undefined>();
  readonly #changes = new Map<number, number | undefined>();
  #index: number;
  #edge = 0;
  #half: Omit<Cycle, 'index' | 'timePs'> | undefined;

  constructor(pins: Pins, timescalePs: number, cycle: (cycle: Cycle) => void) {
    this.#pins = pins;
    this.#timescalePs = timescalePs;
    this.#cycle = cycle;
    // What registers hold before the first edge is cycle 0.
    this.#index = pins.style === 'words' ? 0 : -1;
  }

  change(slot: number, value: number | undefined): void {
    if (slot === this.#pins.clock || this.#pins.slots.includes(slot)) this.#changes.set(slot, value);
  }

  /** All changes of the moment have come. */
  moment(ticks: number): void {
    const { clock, style } = this.#pins;
    const before = this.#values.get(clock);
    const now = this.#changes.has(clock) ? this.#changes.get(clock) : before;
    const time = ticks * this.#timescalePs;
    if (now !== before && this.#changes.has(clock)) {
      if (style === 'words') this.#wordsEdge(before, now, time);
      else this.#edgesEdge(before, now, time);
    }
    for (const [slot, value] of this.#changes) this.#values.set(slot, value);
    this.#changes.clear();
  }

  /** The last cycle has no edge behind it. */
  end(): void {
    if (this.#pins.style === 'words') this.#whole();
  }

  #pin(i: number): number | undefined {
    return this.#values.get(this.#pins.slots[i]!);
  }

  #wordsEdge(before: number | undefined, now: number | undefined, time: number): void {
    if (now !== 1 || before !== 0) return;
    this.#whole();
    this.#index++;
    this.#edge = time;
  }

  #whole(): void {
    this.#cycle({ index: this.#index, timePs: this.#edge, cke: this.#pin(0), row: [this.#pin(1), this.#pin(2)], column: [this.#pin(3), this.#pin(4)] });
  }

  #edgesEdge(before: number | undefined, now: number | undefined, time: number): void {
    if (now === 1 && before === 0) {
      this.#index++;
      this.#edge = time;
      this.#half = { cke: this.#pin(0), row: [this.#pin(1)], column: [this.#pin(2)] };
    } else if (now === 0 && this.#half !== undefined) {
      const { cke, row, column } = this.#half;
      this.#half = undefined;
      this.#cycle({ index: this.#index, timePs: this.#edge, cke, row: [...row, this.#pin(1)], column: [...column, this.#pin(2)] });
    }
  }
}

export interface VcdCommandOptions {
  readonly organisation: Organisation;
  /** Where the pins are; default: the first place that has them. */
  readonly scope?: string;
  /** Shown in messages. */
  readonly file?: string;
}

/**
 * Commands on the pins of a wave, as they stream by. Cycles count from the beginning of the wave, or with pins at both edges from the first rising one.
 *
 * Errors: those of `visitVcd`; `dram-vcd` if there are no pins, they are unknown while CKE is high, or what they carry is no command.
 */
export function readVcdCommands(source: VcdSource, { organisation, scope, file = typeof source === 'string' ? source : 'the wave' }: VcdCommandOptions, visit: (event: DramCommandEvent) => void): void {
  let widths: readonly number[] = [];
  let sampler: Sampler | undefined;
  let now: number | undefined;
  visitVcd(source, {
    header(header) {
      const pins = findPins(header, file, scope);
      const decoder = new PinDecoder(pins.standard, organisation, visit);
      widths = header.slots.map((s) => s.width);
      sampler = new Sampler(pins, header.timescalePs, (cycle) => decoder.next(cycle));
    },
    time(ticks) {
      if (now !== undefined) sampler!.moment(now);
      now = ticks;
      return undefined;
    },
    bits(slot, digits, from, to) {
      const value = digitsToValue(digits, from, to, widths[slot]!);
      sampler!.change(slot, typeof value === 'number' ? value : undefined);
    },
  });
  if (now !== undefined) sampler!.moment(now);
  sampler?.end();
}
