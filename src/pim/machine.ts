import { controlRowOf, type ControlRow } from '../dram/check-pim.ts';
import { fail } from '../diag/index.ts';
import { PimCells, type PimMemory } from './cells.ts';
import { requireConfig, type PimConfig } from './config.ts';
import { instructionText } from './disassembler.ts';
import { FLOAT_ARITHMETIC, sumToOdd, type FloatArithmetic, type Lanes } from './float.ts';
import { PimFlow } from './flow.ts';
import { clashOf, decodePim, directionOf, isIndexed, isVector, PIM_JUMPS, PIM_WORDS, pimForm, type PimInstruction, type PimOp, type PimOperand } from './isa.ts';
import { CONF_BITS, CONF_COLUMNS, type PimRequest } from './requests.ts';

/** A unit: its registers, as bits. */
export interface PimUnitState {
  /** A[0], A[1], ..., then B[0], ... */
  readonly vectors: readonly Lanes[];
  /** M[0], M[1], ..., then S[0], ... */
  readonly scalars: Lanes;
}

type Compute = (x: Float64Array, y: Float64Array, z: Float64Array, round: (value: number) => number) => void;

/** Into x. z is what MAC and MAD add. */
const lanewise = (compute: (x: number, y: number, z: number, round: (value: number) => number) => number): Compute => (x, y, z, round) => {
  for (let i = 0; i < x.length; i++) x[i] = compute(x[i]!, y[i]!, z[i]!, round);
};
const twice = lanewise((x, y, z, round) => round(round(x * y) + z));
// Products are exact in doubles.
const once = lanewise((x, y, z, round) => round(sumToOdd(x * y, z)));
const COMPUTE: Readonly<Partial<Record<PimOp, Compute>>> = {
  ADD: lanewise((x, y, _z, round) => round(x + y)),
  SUB: lanewise((x, y, _z, round) => round(x - y)),
  MUL: lanewise((x, y, _z, round) => round(x * y)),
  MAC: twice,
  MAD: twice,
  MAX: lanewise((x, y) => Math.max(x, y)),
};

/**
 * All PIM units of a channel at the level of instructions: what is in registers and cells after each request. It knows column commands and not
 * cycles; hazards are those of commands that are tCCDL apart.
 *
 * Errors, with the request and the instruction: `pim-request` for one that no channel can carry out, `pim-direction` if an instruction needs RD or
 * WR and the trigger is the other, `pim-hazard`, `pim-exit` for a trigger after EXIT, `pim-end` for one past the last word, `pim-jumps`, `pim-word`.
 */
export class PimMachine {
  /** Of pseudo-channel 0, then 1. */
  readonly units: readonly PimUnitState[];
  /** Instructions executed, by name, each counted once for all units. */
  readonly counts: Record<PimOp, number>;
  /** Requests so far, and those of them that were triggers. */
  requests = 0;
  triggers = 0;
  readonly memory: PimMemory;

  readonly #words = new Uint32Array(PIM_WORDS);
  readonly #program: (PimInstruction | undefined)[] = Array.from({ length: PIM_WORDS }, () => decodePim(0));
  readonly #flow = new PimFlow();
  readonly #arithmetic: FloatArithmetic;
  readonly #values: readonly [Float64Array, Float64Array, Float64Array];
  readonly #copies: readonly [Lanes, Lanes];
  /** Of each vector register: the first trigger that may use it. */
  readonly #free: Float64Array;

  constructor(readonly config: PimConfig, memory?: PimMemory) {
    requireConfig(config);
    const { lanes, registers, units, format, preset } = config;
    this.memory = memory ?? new PimCells(config);
    const make = (): Lanes => (format === 'binary16' ? new Uint16Array(lanes) : new Uint32Array(lanes));
    this.units = Array.from({ length: preset.organisation.pseudoChannels * units }, () => ({ vectors: Array.from({ length: 2 * registers }, make), scalars: make() }));
    this.counts = { NOP: 0, JUMP: 0, EXIT: 0, MOV: 0, FILL: 0, ADD: 0, SUB: 0, MUL: 0, MAC: 0, MAD: 0, MAX: 0, GATE: 0 };
    this.#arithmetic = FLOAT_ARITHMETIC[format];
    this.#values = [new Float64Array(lanes), new Float64Array(lanes), new Float64Array(lanes)];
    this.#copies = [make(), make()];
    this.#free = new Float64Array(2 * registers);
  }

  /** The bits of a vector register. Errors: `pim-register`. */
  vector(space: 'A' | 'B', index: number, unit: number, pseudoChannel = 0): Lanes {
    const { registers, units, preset } = this.config;
    const within = (value: number, end: number): boolean => Number.isInteger(value) && value >= 0 && value < end;
    if (!within(index, registers) || !within(unit, units) || !within(pseudoChannel, preset.organisation.pseudoChannels)) {
      fail('pim-register', `there is no ${space}[${index}] in unit ${unit} of pseudo-channel ${pseudoChannel}`, { hint: `${registers} registers, ${units} units, ${preset.organisation.pseudoChannels} pseudo-channels` });
    }
    return this.units[pseudoChannel * this.config.units + unit]!.vectors[this.#register(space, index)]!;
  }

  run(requests: Iterable<PimRequest>): this {
    for (const request of requests) this.give(request);
    return this;
  }

  give(request: PimRequest): void {
    const { bank, row, column } = request;
    const { organisation } = this.config.preset;
    this.requests++;
    this.#within(request, 'bank', bank, this.config.banksPerUnit);
    this.#within(request, 'row', row, organisation.rows);
    this.#within(request, 'column', column, organisation.burstsPerRow);
    const control = controlRowOf(row, organisation);
    if (request.execute && control === undefined) this.#trigger(request);
    else this.#write(request, control);
  }

  #write(request: PimRequest, control: ControlRow | undefined): void {
    const { write, data, bank, row, column } = request;
    if (!write) this.#fail(request, 'pim-request', 'in all-bank mode nothing can be read', 'a trigger has execute: true');
    if (data?.length !== this.config.words) return this.#fail(request, 'pim-request', `it has ${data === undefined ? 'no data' : `${data.length} words of data`}`, `a burst has ${this.config.words} words`);
    if (control === undefined) this.#eachUnit((pc, unit) => this.memory.write(pc, unit, bank, row, column, data));
    else if (control === 'A_ROW' || control === 'B_ROW') this.#loadVector(request, control === 'A_ROW' ? 'A' : 'B', column, data);
    else if (control === 'CONF_ROW') this.#configure(request, column, data);
    else this.#fail(request, 'pim-request', `${control} is for changing modes`, 'who carries requests out does that');
    // By the time that such a write takes effect all results are there.
    this.#free.fill(0);
  }

  #loadVector(request: PimRequest, space: 'A' | 'B', index: number, data: Uint32Array): void {
    this.#within(request, 'register', index, this.config.registers);
    for (const { vectors } of this.units) vectors[this.#register(space, index)]!.set(this.#lanes(data));
  }

  #configure(request: PimRequest, column: number, data: Uint32Array): void {
    const { words } = this.config;
    const first = (column - CONF_COLUMNS.program) * words;
    if (column === CONF_COLUMNS.mode) {
      if (data[0]! & CONF_BITS.start) this.#flow.start();
      if (data[0]! & CONF_BITS.clear) for (const { vectors } of this.units) for (const v of vectors) v.fill(0);
    } else if (column === CONF_COLUMNS.scalars) {
      for (const { scalars } of this.units) scalars.set(this.#lanes(data));
    } else if (first >= 0 && first < PIM_WORDS) {
      this.#words.set(data, first);
      data.forEach((word, i) => (this.#program[first + i] = decodePim(word)));
    } else {
      this.#fail(request, 'pim-request', `CONF_ROW has no column ${column}`, `0: mode, 1: scalars, 4 to ${CONF_COLUMNS.program + PIM_WORDS / words - 1}: instructions`);
    }
  }

  #trigger(request: PimRequest): void {
    const word = this.#flow.seek(this.#program);
    if (word < 0) this.#fail(request, 'pim-jumps', `more than ${PIM_JUMPS} JUMPs follow each other, the last at word ${this.#flow.word}`);
    if (this.#flow.done) this.#fail(request, 'pim-exit', `the program is over, by EXIT at word ${word}`, 'write `start` to CONF_ROW first, or give fewer triggers');
    if (word >= PIM_WORDS) this.#fail(request, 'pim-end', 'the program ran off the end of the instruction memory', 'end it with EXIT');
    const instruction = this.#program[word];
    if (instruction === undefined) return this.#fail(request, 'pim-word', `word ${word}, 0x${this.#words[word]!.toString(16).padStart(8, '0')}, is no instruction`);
    const clash = clashOf(instruction);
    if (clash !== undefined) this.#fail(request, 'pim-word', `word ${word}: ${clash.message}`, clash.hint);
    const needs = directionOf(instruction);
    if (needs !== 'any' && (needs === 'WR') !== request.write) this.#fail(request, 'pim-direction', `word ${word}, ${instructionText(instruction)}, needs ${needs}`, needs === 'WR' ? 'a store is triggered by a write' : 'a source in the bank is triggered by a read');
    this.#occupy(request, word, instruction);
    this.#eachUnit((pc, unit) => this.#execute(instruction, request, pc, unit));
    this.counts[instruction.op]++;
    this.triggers++;
    this.#flow.next();
  }

  /** Registers that an instruction uses must have their results; the one it computes is taken for a while. */
  #occupy(request: PimRequest, word: number, instruction: PimInstruction): void {
    const { destination, sources, aam } = instruction;
    for (const operand of destination === undefined ? sources : [...sources, destination]) {
      if (isIndexed(operand.space) && !isVector(operand.space)) this.#within(request, 'scalar', operand.index, this.config.scalars);
      if (!isVector(operand.space)) continue;
      const index = aam ? request.column % this.config.registers : operand.index;
      this.#within(request, 'register', index, this.config.registers);
      const missing = this.#free[this.#register(operand.space, index)]! - this.triggers;
      if (missing > 0) {
        const name = `${operand.space}[${index}]`;
        this.#fail(request, 'pim-hazard', `word ${word}, ${instructionText(instruction)}, uses ${name} ${this.config.distance - missing} after the instruction that computes it; it is free ${this.config.distance} after it`, 'put instructions that do not use it, or NOP, between them');
      }
    }
    if (pimForm(instruction.op).kind !== 'arithmetic' || destination === undefined || !isVector(destination.space)) return;
    const index = aam ? request.column % this.config.registers : destination.index;
    this.#free[this.#register(destination.space, index)] = this.triggers + this.config.distance;
  }

  #execute(instruction: PimInstruction, request: PimRequest, pc: number, unit: number): void {
    const { op, relu, destination, sources, aam } = instruction;
    if (destination === undefined) return;
    const state = this.units[pc * this.config.units + unit]!;
    const operand = ({ space, index }: PimOperand, copy: Lanes): Lanes => {
      if (isVector(space)) return state.vectors[this.#register(space, aam ? request.column % this.config.registers : index)]!;
      if (space === 'BANK') return this.#lanes(this.memory.read(pc, unit, request.bank, request.row, request.column));
      if (space === 'SRF') return state.scalars;
      return copy.fill(state.scalars[space === 'M' ? index : this.config.scalars + index]!);
    };
    const [copy0, copy1] = this.#copies;
    const first = operand(sources[0]!, copy0);
    if (destination.space === 'BANK') {
      copy0.set(first);
      if (relu) this.#rectify(copy0);
      this.memory.write(pc, unit, request.bank, request.row, request.column, new Uint32Array(copy0.buffer));
      return;
    }
    const target = operand(destination, copy0);
    if (pimForm(op).kind === 'move') {
      target.set(first);
      if (relu) this.#rectify(target);
      return;
    }
    const arithmetic = this.#arithmetic;
    const [x, y, z] = this.#values;
    arithmetic.load(operand(sources[1]!, copy1), y);
    if (op === 'GATE') {
      for (let i = 0; i < y.length; i++) target[i] = y[i]! > 0 ? first[i]! : 0;
      return;
    }
    arithmetic.load(first, x);
    if (op === 'MAC') arithmetic.load(target, z);
    if (op === 'MAD') arithmetic.load(operand({ space: 'S', index: sources[1]!.index }, copy1), z);
    (this.config.fused && (op === 'MAC' || op === 'MAD') ? once : COMPUTE[op]!)(x, y, z, arithmetic.round);
    arithmetic.store(x, target);
  }

  #rectify(lanes: Lanes): void {
    const { signBit } = this.#arithmetic;
    for (let i = 0; i < lanes.length; i++) if (lanes[i]! >= signBit) lanes[i] = 0;
  }

  #eachUnit(act: (pc: number, unit: number) => void): void {
    const { units, preset } = this.config;
    for (let pc = 0; pc < preset.organisation.pseudoChannels; pc++) for (let unit = 0; unit < units; unit++) act(pc, unit);
  }

  #register(space: 'A' | 'B', index: number): number {
    return space === 'A' ? index : this.config.registers + index;
  }

  /** A burst as lanes; words and lanes are both little-endian, as the machine that this runs on. */
  #lanes(burst: Uint32Array): Lanes {
    return this.config.format === 'binary32' ? burst : new Uint16Array(burst.buffer, burst.byteOffset, this.config.lanes);
  }

  #within(request: PimRequest, what: string, value: number, end: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= end) this.#fail(request, 'pim-request', `there is no ${what} ${value}`, `0 to ${end - 1}`);
  }

  #fail({ execute, write, bank, row, column }: PimRequest, code: string, message: string, hint?: string): never {
    return fail(code, `PIM request ${this.requests - 1} (${execute ? 'trigger' : 'all banks'}, ${write ? 'WR' : 'RD'} bank ${bank}, row ${row}, column ${column}): ${message}`, hint === undefined ? {} : { hint });
  }
}
