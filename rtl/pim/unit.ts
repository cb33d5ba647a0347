import { bit, encodePim, enumeration, isVector, module, parametric, PIM_WORDS, uint, vec, type Hardware, type PimConfig, type PimSpace as Space, type Signal } from '../../src/index.ts';
import { Decoded, type Operand } from './decode.ts';
import { added, gated, greater, multiplied, negated, rectified, type Vector } from './lanes.ts';
import { sequence } from './sequence.ts';

/** Where a control register write goes. */
export const PimSpace = enumeration('PimSpace', ['SRF', 'CRF', 'A', 'B']);

/** What is wrong with a trigger, or with a write of a control register. */
export const PimError = enumeration('PimError', ['NONE', 'WORD', 'DIRECTION', 'HAZARD', 'EXIT', 'END', 'JUMPS', 'REGISTER', 'STAGE']);
const MESSAGES: Readonly<Record<Exclude<(typeof PimError.names)[number], 'NONE'>, string>> = {
  WORD: 'the word in the instruction memory is an instruction, with registers that are there',
  DIRECTION: 'a source in the bank is triggered by RD, a store by WR',
  HAZARD: 'no instruction reads or writes a register whose result is still being computed',
  EXIT: 'no trigger comes after EXIT',
  END: 'a program ends with EXIT and does not run off the end of the instruction memory',
  JUMPS: 'at most four JUMPs follow each other',
  REGISTER: 'a control register that is written is there',
  STAGE: 'triggers are at least two cycles apart, and the multiplier and the adder hold one instruction each',
};

/** Misuse stops the simulation. The messages hang on `error` alone, which costs nothing while nothing is executed or loaded. */
export function enforceUse(hw: Hardware, error: Signal, values: Readonly<Record<string, Signal>>): void {
  hw.when(error.ne(PimError.NONE), () => {
    for (const [what, message] of Object.entries(MESSAGES)) hw.assert(error.ne(PimError[what as keyof typeof MESSAGES]), message, values);
  });
}

export interface PimUnitParameters {
  readonly config: PimConfig;
  /** Misuse stops the simulation; otherwise it only shows at `error`. Default true. */
  readonly enforce?: boolean;
}

const words = (n: number) => vec<number, ReturnType<typeof uint<32>>>(n, uint(32));

/** Ports of a unit, or of `units` side by side that differ in their banks' bursts only. */
export const pimPorts = ({ words: burst, preset }: PimConfig, units: number) =>
  ({
    in: {
      /** An instruction is executed, in the cycle after its column command: now `bank` has the burst of the open row. */
      trigger: bit,
      /** The column command was WR. */
      write: bit,
      column: uint<number>(Math.log2(preset.organisation.burstsPerRow)),
      bank: words(units * burst),
      /** Control registers: the burst `loadIndex` of a space. */
      load: bit,
      loadSpace: PimSpace,
      loadIndex: uint(5),
      loadData: words(burst),
      start: bit,
      clear: bit,
    },
    out: {
      /** In the cycle of a trigger: `storeData` goes to the cells. */
      store: bit,
      storeData: words(units * burst),
      /** Word of the instruction memory that the next trigger executes; it has reached EXIT; an arithmetic instruction is under way. */
      counter: uint(5),
      over: bit,
      busy: bit,
      error: PimError,
    },
  }) as const;

/** `on` after `cycles` cycles. */
function later(hw: Hardware, name: string, on: Signal<1>, cycles: number): Signal<1> {
  if (cycles === 0) return on;
  const line = hw.reg(name, uint<number>(cycles), { reset: 0 });
  hw.when(on.or(line.ne(0)), () => line.next(cycles === 1 ? on : line.trunc<number>(cycles - 1).cat(on)));
  return line.bit(cycles - 1);
}

/**
 * A PIM unit: instruction memory, vector and scalar registers, lanes. One instruction for each trigger; operands are read in its cycle, moves written at
 * its end, products there `multiplyCycles` and sums `addCycles` later. The instruction set: docs/pim.md.
 */
export const PimUnit = parametric(({ config, enforce = true }: PimUnitParameters) => {
  const { format, lanes, width, registers, scalars, multiplyCycles, addCycles, fused } = config;
  const vector = vec<number, ReturnType<typeof uint<number>>>(lanes, uint<number>(width));
  const indexBits = Math.log2(registers);
  const name = `PimUnit_${format}_${lanes}_${registers}_${multiplyCycles}_${addCycles}${fused ? '_fused' : ''}`;
  return module(name, pimPorts(config, 1), ({ trigger, write, column, bank, load, loadSpace, loadIndex, loadData, start, clear }, hw) => {
    const lanesOf = (burst: Signal<32, number>): Vector => burst.bits().unbits<number>(lanes);
    const loads = (space: number): Signal<1> => load.and(loadSpace.eq(space));
    const step = hw.wire('step', bit);
    const { word, counter, endless, stale } = sequence(hw, config, { step, start, load: loads(PimSpace.CRF), loadIndex, loadData });
    const now = new Decoded(hw, config, word);

    // ---- registers --------------------------------------------------------------------------------------------------------------------
    const file = (space: 'A' | 'B') => Array.from({ length: registers }, (_, i) => hw.reg(`${space}${i}`, vector, { reset: 0 }));
    const files = { A: file('A'), B: file('B') };
    const srf = hw.reg('SRF', vector, { reset: 0 });
    const pick = (list: readonly Vector[], index: Signal, from = index.width - 1): Vector =>
      list.length === 1 ? list[0]! : index.bit(from).mux(pick(list.slice(list.length / 2), index, from - 1), pick(list.slice(0, list.length / 2), index, from - 1));
    const aamIndex = column.width >= indexBits ? column.trunc<number>(indexBits) : column.zext<number>(indexBits);
    const indexOf = (operand: Operand): Signal => now.aam.mux(aamIndex, operand.index.trunc<number>(indexBits));
    const bankLanes = lanesOf(bank);
    const scalar = (first: number, index: Signal): Vector => srf.at(index.zext<number>(8).add(first).trunc<number>(Math.log2(lanes))).splat(lanes);
    const read = (operand: Operand): Vector => {
      const [a, b] = [pick(files.A, indexOf(operand)), pick(files.B, indexOf(operand))];
      const scalarIndex = operand.index.trunc<number>(Math.max(1, Math.log2(scalars)));
      const ofVectors = now.in(operand, 'B').mux(b, a);
      const ofScalars = now.in(operand, 'S').mux(scalar(scalars, scalarIndex), scalar(0, scalarIndex));
      return now.in(operand, 'BANK').mux(bankLanes, now.in(operand, 'M', 'S').mux(ofScalars, ofVectors));
    };

    // ---- an instruction: its operands ---------------------------------------------------------------------------------------------------
    const arithmetic = now.where((f) => f.kind === 'arithmetic');
    const move = now.where((f) => f.kind === 'move');
    const toBank = now.in(now.destination, 'BANK');
    const exit = word.eq(encodePim({ op: 'EXIT', aam: false, relu: false, destination: undefined, sources: [], target: 0, count: 0 }));
    step.set(trigger.and(exit.not()));
    const begin = hw.name('begin', trigger.and(arithmetic));
    const [first, second] = now.sources;
    const x = hw.name('source0', read(first));
    const y = hw.name('source1', read(second));
    const destination = now.destination;
    const z: Vector = now.is('MAD').mux(scalar(scalars, second.index.trunc<number>(Math.max(1, Math.log2(scalars)))), now.in(destination, 'B').mux(pick(files.B, indexOf(destination)), pick(files.A, indexOf(destination))));
    const plain = { multiply: now.is('MUL', 'MAC', 'MAD'), add: now.is('ADD', 'SUB', 'MAC', 'MAD'), sum: now.is('MAC', 'MAD'), negate: now.is('SUB'), max: now.is('MAX'), gate: now.is('GATE'), toB: now.in(destination, 'B'), index: indexOf(destination) };

    // ---- the multiplier's stage -----------------------------------------------------------------------------------------------------------
    const stage = <T extends Readonly<Record<string, Signal<number, number>>>>(prefix: string, when: Signal<1>, values: T): T => {
      const held = Object.entries(values).map(([key, value]) => [key, hw.reg(`${prefix}_${key}`, value.lanes === 1 ? uint<number>(value.width) : vector, { reset: 0 })] as const);
      hw.when(when, () => held.forEach(([key, register]) => (register as { next(v: Signal<number, number>): void }).next(values[key]!)));
      return Object.fromEntries(held) as unknown as T;
    };
    const given = { x, y, z, ...plain };
    const factors = multiplyCycles === 1 ? given : stage('multiply', begin, given);
    const multiplied1 = later(hw, 'multiplying', begin, multiplyCycles - 1);
    const { product, fused: both } = multiplied(hw, config, factors.x, factors.y, factors.z);
    const { x: _x, y: _y, z: _z, sum, negate, multiply, ...rest } = factors;
    const summed = both === undefined ? rest.add : rest.add.and(sum.not());
    const terms = stage('add', multiplied1, {
      x: multiply.mux(both === undefined ? product : sum.mux(both, product), factors.x),
      y: sum.mux(factors.z, negate.mux(negated(hw, config, factors.y), factors.y)),
      ...rest,
      add: summed,
    });

    // ---- the adder's stage ----------------------------------------------------------------------------------------------------------------
    const finish = later(hw, 'adding', multiplied1, addCycles);
    const { max, gate } = terms;
    const result = terms.add.mux(added(hw, config, terms.x, terms.y), max.mux(greater(hw, config, terms.x, terms.y), gate.mux(gated(config, terms.x, terms.y), terms.x)));

    // ---- what is written ------------------------------------------------------------------------------------------------------------------
    const moved = hw.name('moved', now.relu.mux(rectified(config, x), x));
    const hot = (on: Signal<1>, index: Signal): Signal => on.mux(index.oneHot<number>(registers), hw.lit<number>(registers, 0));
    const moving = trigger.and(move);
    hw.when(trigger.or(finish).or(load).or(clear), () => {
      for (const [space, code] of [['A', PimSpace.A], ['B', PimSpace.B]] as const) {
        const byMove = hot(moving.and(now.in(destination, space)), indexOf(destination));
        const bySum = hot(finish.and(space === 'B' ? terms.toB : terms.toB.not()), terms.index);
        const byLoad = hot(loads(code), loadIndex.trunc<number>(indexBits));
        files[space].forEach((register, i) =>
          hw.when(byMove.bit(i), () => register.next(moved))
            .elsewhen(bySum.bit(i), () => register.next(result))
            .elsewhen(byLoad.bit(i), () => register.next(lanesOf(loadData)))
            .elsewhen(clear, () => register.next(0)),
        ); // prettier-ignore
      }
      hw.when(moving.and(now.in(destination, 'SRF')), () => srf.next(moved)).elsewhen(loads(PimSpace.SRF), () => srf.next(lanesOf(loadData)));
    });

    // ---- what is being computed, and what is wrong ------------------------------------------------------------------------------------------
    const inMultiplier = hw.reg('inMultiplier', bit, { reset: 0 });
    const inAdder = hw.reg('inAdder', bit, { reset: 0 });
    if (multiplyCycles > 1) hw.when(begin, () => inMultiplier.next(1)).elsewhen(multiplied1, () => inMultiplier.next(0));
    else inMultiplier.next(0);
    hw.when(multiplied1, () => inAdder.next(1)).elsewhen(finish, () => inAdder.next(0));
    const error = hw.wire('wrong', PimError, { default: PimError.NONE });
    const busy = inMultiplier.or(inAdder);
    const report = (wrong: readonly (readonly [keyof typeof MESSAGES, Signal<1>])[]): void =>
      error.set(wrong.reduceRight<Signal>((code, [what, is]) => is.mux(hw.lit(PimError.width, PimError[what]), code), hw.lit(PimError.width, PimError.NONE)));
    hw.when(trigger, () => {
      const pending = [...(multiplyCycles > 1 ? [{ on: inMultiplier, ...factors }] : []), { on: inAdder, ...terms }];
      const isVectorOf = (o: Operand): Signal<1> => now.in(o, ...o.spaces.filter((s: Space) => isVector(s)));
      const clashes = (o: Operand): Signal<1> => pending.map((p): Signal<1> => p.on.and(p.toB.eq(now.in(o, 'B'))).and(p.index.eq(indexOf(o)))).reduce((a, b) => a.or(b)).and(isVectorOf(o));
      const used = (o: Operand, when: Signal<1>): Signal<1> => when.and(clashes(o));
      const one = now.where((f) => f.sources.length > 0);
      const two = now.where((f) => f.sources.length > 1);
      const hazard = used(destination, one).or(used(first, one)).or(used(second, two));
      const fromBank = one.and(now.in(first, 'BANK')).or(two.and(now.in(second, 'BANK')));
      const direction = fromBank.and(write).or(move.and(toBank).and(write.not()));
      const full = multiplyCycles > 1 ? begin.and(inMultiplier).and(multiplied1.not()) : hw.lit(1, 0);
      report([['STAGE', stale.or(full)], ['JUMPS', endless], ['EXIT', exit], ['END', counter.bit(5)], ['WORD', now.legal.not()], ['DIRECTION', direction], ['HAZARD', hazard]]); // prettier-ignore
    }).elsewhen(load.or(clear), () => {
      const ends = { SRF: 1, CRF: PIM_WORDS / config.words, A: registers, B: registers };
      const beyond = PimSpace.names.map((space) => (ends[space] < 32 ? loads(PimSpace[space]).and(loadIndex.ge(ends[space])) : hw.lit(1, 0))).reduce((a, b) => a.or(b));
      const vectors = loads(PimSpace.A).or(loads(PimSpace.B)).or(clear);
      report([['REGISTER', beyond], ['HAZARD', vectors.and(busy)]]); // prettier-ignore
    });
    hw.when(multiplied1.and(inAdder).and(finish.not()), () => report([['STAGE', hw.lit(1, 1)]]));
    if (enforce) enforceUse(hw, error, { counter, word, loadIndex });
    return { store: trigger.and(move).and(toBank), storeData: moved.bits().unbits<number>(config.words) as Signal<32, number>, counter: counter.trunc(5), over: exit.and(stale.not()), busy, error };
  });
});
