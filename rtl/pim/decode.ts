import { DESTINATION_SPACES, JUMP_FIELDS, PIM_FIELDS, PIM_INSTRUCTIONS, SOURCE_SPACES, isVector, type Hardware, type PimConfig, type PimInstructionForm, type PimOp, type PimSpace, type Signal } from '../../src/index.ts';

type Field = readonly [high: number, low: number];
const fieldOf = (word: Signal, [high, low]: Field): Signal => word.slice<number, number>(high, low);
const any = (hw: Hardware, list: readonly Signal<1>[]): Signal<1> => list.reduce<Signal<1>>((a, b) => a.or(b), hw.lit(1, 0));
const all = (hw: Hardware, list: readonly Signal<1>[]): Signal<1> => list.reduce<Signal<1>>((a, b) => a.and(b), hw.lit(1, 1));

/** An operand of a word: which spaces it may be in depends on the instruction. */
export interface Operand {
  readonly space: Signal;
  readonly index: Signal;
  readonly spaces: readonly PimSpace[];
}

/** A word of the instruction memory, taken apart by the table of instructions. */
export class Decoded {
  readonly aam: Signal<1>;
  readonly relu: Signal<1>;
  readonly destination: Operand;
  readonly sources: readonly [Operand, Operand];
  readonly target: Signal;
  readonly count: Signal;

  constructor(
    private readonly hw: Hardware,
    private readonly config: PimConfig,
    private readonly word: Signal,
  ) {
    const field = (name: keyof typeof PIM_FIELDS): Signal => fieldOf(word, PIM_FIELDS[name]);
    this.aam = field('aam').bit(0);
    this.relu = field('relu').bit(0);
    this.destination = { space: field('destinationSpace'), index: field('destinationIndex'), spaces: DESTINATION_SPACES };
    this.sources = [
      { space: field('source0Space'), index: field('source0Index'), spaces: SOURCE_SPACES },
      { space: field('source1Space'), index: field('source1Index'), spaces: SOURCE_SPACES },
    ];
    this.target = fieldOf(word, JUMP_FIELDS.target);
    this.count = fieldOf(word, JUMP_FIELDS.count);
  }

  is(...ops: readonly PimOp[]): Signal<1> {
    const opcode = fieldOf(this.word, PIM_FIELDS.opcode);
    return any(this.hw, ops.map((op) => opcode.eq(PIM_INSTRUCTIONS[op].code)));
  }

  /** Instructions for which something of the table holds. */
  where(holds: (form: PimInstructionForm) => boolean): Signal<1> {
    return this.is(...(Object.keys(PIM_INSTRUCTIONS) as PimOp[]).filter((op) => holds(PIM_INSTRUCTIONS[op])));
  }

  in(operand: Operand, ...spaces: readonly PimSpace[]): Signal<1> {
    return any(this.hw, spaces.filter((s) => operand.spaces.includes(s)).map((s) => operand.space.eq(operand.spaces.indexOf(s))));
  }

  /** Every bit of the word means something, its operands go together, and the registers that it names are there. */
  get legal(): Signal<1> {
    const { hw } = this;
    const legal = Object.entries(PIM_INSTRUCTIONS).map(([op, form]) => this.is(op as PimOp).and(op === 'JUMP' ? this.#zero([[22, 16]]) : this.#formed(form)));
    return any(hw, legal);
  }

  #formed(form: PimInstructionForm): Signal<1> {
    const { hw, destination, sources, aam, relu } = this;
    const operands: (readonly [Operand, readonly PimSpace[]])[] = [[destination, form.destination], [sources[0], form.sources[0] ?? []], [sources[1], form.sources[1] ?? []]]; // prettier-ignore
    const present = operands.filter(([, spaces]) => spaces.length > 0);
    const vectors = present.map(([operand, spaces]) => this.in(operand, ...spaces.filter(isVector)));
    const conditions = operands.map(([operand, spaces]) => (spaces.length === 0 ? operand.space.eq(0).and(operand.index.eq(0)) : this.#within(operand, spaces)));
    const banks = present.map(([operand, spaces]) => this.in(operand, ...spaces.filter((s) => s === 'BANK')));
    banks.forEach((b, i) => banks.slice(i + 1).forEach((c) => conditions.push(b.and(c).not())));
    if (form.destination.includes('SRF')) conditions.push(this.in(destination, 'SRF').and(this.in(sources[0], 'M', 'S')).not());
    if (!form.relu) conditions.push(relu.not());
    return all(hw, [...conditions, aam.not().or(any(hw, vectors)), this.#zero([[2, 0]])]);
  }

  #within(operand: Operand, spaces: readonly PimSpace[]): Signal<1> {
    const { hw, config, aam } = this;
    const below = (end: number): Signal<1> => (end >= 32 ? hw.lit(1, 1) : operand.index.lt(end));
    const indexOk = (space: PimSpace): Signal<1> => {
      if (isVector(space)) return aam.and(operand.index.eq(0)).or(aam.not().and(below(config.registers)));
      return space === 'M' || space === 'S' ? below(config.scalars) : operand.index.eq(0);
    };
    return any(hw, spaces.map((space) => this.in(operand, space).and(indexOk(space))));
  }

  #zero(fields: readonly Field[]): Signal<1> {
    return all(this.hw, fields.map((f) => fieldOf(this.word, f).eq(0)));
  }
}
