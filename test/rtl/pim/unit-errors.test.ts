import { describe, expect, it } from 'vitest';
import { clashOf, decodePim, directionOf, encodePim, isVector, pimConfig, simulate, type PimConfig, type PimInstruction, type PimOptions } from '../../../src/index.ts';
import { PimError, PimSpace, PimUnit } from '../../../rtl/pim/unit.ts';
import { NONE } from '../../pim/arbitrary.ts';
import { random } from '../dram/traffic.ts';

const op = (name: PimInstruction['op'], rest: Partial<PimInstruction> = {}): PimInstruction => ({ ...NONE, op: name, ...rest });
const at = <S extends string>(space: S, index = 0): { space: S; index: number } => ({ space, index });
const jump = (target: number, count: number): PimInstruction => op('JUMP', { target, count });
const NOP = op('NOP');
const EXIT = op('EXIT');
const HOLDS: Readonly<Record<Exclude<(typeof PimError.names)[number], 'NONE'>, RegExp>> = {
  WORD: /is an instruction/,
  DIRECTION: /triggered by RD/,
  HAZARD: /still being computed/,
  EXIT: /after EXIT/,
  END: /ends with EXIT/,
  JUMPS: /four JUMPs/,
  REGISTER: /register that is written is there/,
  STAGE: /adder hold one instruction/,
};

/** A unit that gets triggers and says what is wrong with them. */
class Probe {
  readonly sim;
  constructor(readonly config: PimConfig, enforce = false) {
    this.sim = simulate(PimUnit({ config, enforce }));
    this.sim.step(2);
  }

  program(words: readonly number[]): this {
    const { sim, config } = this;
    for (let i = 0; i < words.length; i += config.words) {
      const loadData = Array.from({ length: config.words }, (_, w) => words[i + w] ?? 0);
      Object.assign(sim.in, { load: 1, loadSpace: PimSpace.CRF, loadIndex: i / config.words, loadData });
      sim.step(1);
    }
    Object.assign(sim.in, { load: 0, start: 1 });
    sim.step(1);
    sim.in.start = 0;
    sim.step(1);
    return this;
  }

  /** What is said in the cycle of a trigger, and `gap` cycles pass to the next. */
  trigger(gap = 4, write = 0, column = 0): string {
    const { sim } = this;
    expect(sim.out.error).toBe(PimError.NONE);
    Object.assign(sim.in, { trigger: 1, write, column });
    const error = PimError.names[sim.out.error]!;
    sim.step(1);
    sim.in.trigger = 0;
    sim.step(gap - 1);
    return error;
  }
}

const endOf = Array.from({ length: 32 }, () => NOP);
const store = op('MOV', { destination: at('BANK'), sources: [at('A')] });
const fillA = op('FILL', { destination: at('A'), sources: [at('BANK')] });
const add = op('ADD', { destination: at('A'), sources: [at('A'), at('B')] });
const CASES: readonly (readonly [what: string, program: readonly (PimInstruction | number)[], writes: readonly number[], errors: readonly string[]])[] = [
  ['an unknown opcode', [0xc0000000], [0], ['WORD']],
  ['bits that mean nothing', [encodePim(add) + 1], [0], ['WORD']],
  ['a JUMP with bits that mean nothing', [encodePim(jump(1, 1)) + 0x10000, NOP], [0], ['WORD']],
  ['an EXIT with bits that mean nothing', [encodePim(EXIT) + 8], [0], ['WORD']],
  ['a register that is not there', [op('ADD', { destination: at('A', 8), sources: [at('A'), at('B')] })], [0], ['WORD']],
  ['a store triggered by RD', [store, store], [0, 1], ['DIRECTION', 'NONE']],
  ['a source in the bank triggered by WR', [fillA, fillA], [1, 0], ['DIRECTION', 'NONE']],
  ['a trigger after EXIT', [NOP, EXIT], [0, 0, 1], ['NONE', 'EXIT', 'EXIT']],
  ['a program without EXIT', endOf, Array.from({ length: 33 }, () => 0), [...endOf.map(() => 'NONE'), 'END']],
  ['four JUMPs in a row', [jump(1, 1), jump(2, 1), jump(3, 1), jump(4, 1), NOP, EXIT], [0], ['NONE']],
  ['five JUMPs in a row', [jump(1, 1), jump(2, 1), jump(3, 1), jump(4, 1), jump(5, 1), NOP, EXIT], [0], ['JUMPS']],
  ['a loop without an instruction', [NOP, jump(1, 9), EXIT], [0, 0], ['NONE', 'JUMPS']],
  ['an instruction that uses the result of the one before it', [add, add], [0, 0], ['NONE', 'HAZARD']],
];

it.each(CASES)('%s', (_, program, writes, errors) => {
  const words = program.map((p) => (typeof p === 'number' ? p : encodePim(p)));
  const probe = new Probe(pimConfig()).program(words);
  expect(writes.map((w) => probe.trigger(4, w))).toEqual(errors);
  // The same, enforced: the first error stops the simulation, and says what should hold.
  const strict = new Probe(pimConfig(), true).program(words);
  const last = errors.findIndex((e) => e !== 'NONE');
  const first = last < 0 ? writes : writes.slice(0, last);
  first.forEach((w) => strict.trigger(4, w));
  if (last < 0) return;
  Object.assign(strict.sim.in, { trigger: 1, write: writes[last] });
  expect(() => strict.sim.step(1)).toThrow(HOLDS[errors[last] as keyof typeof HOLDS]);
});

it('the cases have every error', () => {
  expect(new Set(CASES.flatMap(([, , , errors]) => errors))).toEqual(new Set(PimError.names.filter((n) => n !== 'REGISTER' && n !== 'STAGE')));
});

it.each([
  ['SRF', 1],
  ['CRF', 4],
  ['A', 8],
  ['B', 16],
] as const)('the last burst of %s is before %i', (space, end) => {
  const config = pimConfig({ registers: space === 'B' ? 16 : 8 });
  for (const enforce of [false, true]) {
    const { sim } = new Probe(config, enforce);
    Object.assign(sim.in, { load: 1, loadSpace: PimSpace[space], loadIndex: end - 1 });
    expect(sim.out.error).toBe(PimError.NONE);
    sim.step(1);
    sim.in.loadIndex = end;
    expect(sim.out.error).toBe(PimError.REGISTER);
    if (enforce) expect(() => sim.step(1)).toThrow(HOLDS.REGISTER);
  }
});

it('vectors are not loaded or cleared while a result is on its way, and scalars and instructions may be', () => {
  const config = pimConfig();
  for (const gap of [1, 7, 8]) {
    const { sim } = new Probe(config).program([encodePim(add)]);
    sim.in.trigger = 1;
    sim.step(1);
    sim.in.trigger = 0;
    sim.step(gap - 1);
    const says = (inputs: object): number => (Object.assign(sim.in, { load: 0, clear: 0 }, inputs), sim.out.error);
    const expected = gap < 8 ? PimError.HAZARD : PimError.NONE;
    expect([says({ load: 1, loadSpace: PimSpace.A }), says({ load: 1, loadSpace: PimSpace.B }), says({ clear: 1 })]).toEqual([expected, expected, expected]);
    expect([says({ load: 1, loadSpace: PimSpace.SRF }), says({ load: 1, loadSpace: PimSpace.CRF })]).toEqual([PimError.NONE, PimError.NONE]);
  }
});

it('a stage that is not free stops the simulation', () => {
  for (const [multiplyCycles, addCycles] of [[4, 4], [1, 4]] as const) {
    const { sim } = new Probe(pimConfig({ multiplyCycles, addCycles }), true).program([encodePim(add), encodePim(op('ADD', { destination: at('A', 5), sources: [at('B'), at('B')] }))]);
    sim.in.trigger = 1;
    sim.step(1);
    sim.in.trigger = 0;
    sim.step(1);
    sim.in.trigger = 1;
    expect(() => sim.step(1)).toThrow(HOLDS.STAGE);
  }
});

/** Whether a unit of this shape has the instruction: by the table, and by the registers that there are. */
function legal(word: number, { registers, scalars }: PimConfig): boolean {
  const i = decodePim(word);
  if (i === undefined || clashOf(i) !== undefined) return false;
  const operands = [...i.sources, ...(i.destination === undefined ? [] : [i.destination])];
  return operands.every(({ space, index }) => index < (isVector(space) ? registers : space === 'M' || space === 'S' ? scalars : 1));
}

describe.each<PimOptions>([{}, { registers: 16 }, { registers: 32, format: 'binary32' }])('%j', (options) => {
  it('tells instructions from words that are none as the table does, for words that are nearly instructions', () => {
    const probe = new Probe(pimConfig(options));
    const next = random(17);
    const seen = { legal: 0, illegal: 0 };
    for (let i = 0; i < 1800; i++) {
      // Small fields are legal more often than large ones, and then a bit or two are wrong.
      const field = (width: number): number => (next(2) === 0 ? next(Math.min(4, 2 ** width)) : next(2 ** width));
      let word = next(13) * 2 ** 28 + Number(next(4) === 0) * 2 ** 27 + Number(next(6) === 0) * 2 ** 26 + next(4) * 2 ** 24 + field(5) * 2 ** 19 + next(6) * 2 ** 16 + field(5) * 2 ** 11 + next(6) * 2 ** 8 + field(5) * 8;
      for (const [width, low] of [[5, 19], [5, 11], [5, 3], [3, 16], [3, 8]] as const) if (next(3) === 0) word = (word & ~((2 ** width - 1) << low)) >>> 0; // prettier-ignore
      if (next(8) === 0) word = (word ^ (1 << next(32))) >>> 0;
      const instruction = decodePim(word);
      if (instruction?.op === 'JUMP' || instruction?.op === 'EXIT') continue;
      probe.program([word]);
      const write = instruction !== undefined && directionOf(instruction) === 'WR' ? 1 : 0;
      const right = legal(word, probe.config);
      seen[right ? 'legal' : 'illegal']++;
      const before = probe.trigger(10, write);
      if ((before === 'WORD') === right) expect.fail(`0x${word.toString(16)} is ${right ? 'legal' : 'illegal'}, and the unit says ${before}`);
      if (right) expect(before).toBe('NONE');
    }
    expect(seen.legal).toBeGreaterThan(80);
    expect(seen.illegal).toBeGreaterThan(200);
  });
});

describe.each<PimOptions>([{}, { multiplyCycles: 1, addCycles: 1 }, { multiplyCycles: 1, addCycles: 3 }, { multiplyCycles: 3, addCycles: 2 }, { multiplyCycles: 2, addCycles: 4, fused: true }])('hazards of %j', (options) => {
  const config = pimConfig(options);
  const latency = config.multiplyCycles + config.addCycles;
  const A = (index: number): { space: 'A'; index: number } => at('A', index);
  const B = (index: number): { space: 'B'; index: number } => at('B', index);
  const writer = op('MUL', { destination: A(5), sources: [A(0), B(0)] });
  const users: readonly (readonly [string, PimInstruction, boolean])[] = [
    ['MAC that adds to it', op('MAC', { destination: A(5), sources: [B(1), B(2)] }), true],
    ['first source', op('SUB', { destination: B(3), sources: [A(5), B(2)] }), true],
    ['second source', op('MAX', { destination: B(3), sources: [B(2), A(5)] }), true],
    ['first source of MAD', op('MAD', { destination: B(3), sources: [A(5), at('M')] }), true],
    ['written by another', op('ADD', { destination: A(5), sources: [B(2), B(2)] }), true],
    ['written by a move', op('MOV', { destination: A(5), sources: [B(2)] }), true],
    ['read by a move', op('MOV', { destination: at('SRF'), sources: [A(5)] }), true],
    ['by column', op('MOV', { aam: true, destination: B(0), sources: [A(0)] }), true],
    ['the same number in the other file', op('MOV', { destination: B(5), sources: [B(5)] }), false],
    ['the next register', op('ADD', { destination: A(4), sources: [A(6), B(5)] }), false],
    ['a scalar of that number', op('MAD', { destination: B(3), sources: [at('S', 5), at('M', 5)] }), false],
    ['fields of an instruction that has none', NOP, false],
  ];

  it.each(users)('%s', (_, user, uses) => {
    const probe = new Probe(config).program([writer, user, EXIT].map(encodePim));
    const { sim } = probe;
    for (let gap = Math.max(2, config.multiplyCycles, config.addCycles); gap <= latency + 2; gap++) {
      sim.in.start = 1;
      sim.step(1);
      sim.in.start = 0;
      sim.step(10);
      expect(probe.trigger(gap)).toBe('NONE');
      // Column 5: register 5, for the one that asks for it.
      expect([gap, probe.trigger(10, 0, 5)]).toEqual([gap, uses && gap < latency ? 'HAZARD' : 'NONE']);
    }
  });
});
