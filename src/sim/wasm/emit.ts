import type { Word } from '../../ir/words.ts';
import { VECTOR_BYTES, type WordGraph } from '../words/graph.ts';
import type { Plan } from '../words/plan.ts';
import type { Sink } from '../words/sinks.ts';
import type { Walk} from '../words/walk.ts';
import { hasCheck, type FunctionWriter } from '../words/walk.ts';
import { SIMD, type SimdOp } from '../words/lanes/simd.ts';
import { BASE, CELL_PARAMETERS, MEMORY, MODEL, same, stepCell, type CellCode } from './cells.ts';
import { BlockType, Code, Op, Type, ValueType, Vector, type Func } from './encode.ts';

/** Byte addresses of the arrays in linear memory. */
export interface Addresses {
  readonly words: number;
  readonly temporaries: number;
  readonly picture: number;
  readonly covers: number;
  readonly failed: number;
  readonly memories: readonly number[];
  /** Constant vectors of the plan, one after the other. */
  readonly constants: number;
}

/** The imported host function, which calls a model. */
const HOST = 0;
const CHEAP = 3;

/**
 * A plan as WebAssembly: one function a chunk and `run`, which loops over cycles; cells have functions that are called for each of them, with its
 * addresses, after everything else (which has put their inputs into place). Words are i32; names are locals. A multiplexer with two cheap
 * arms is a `select`, otherwise an `if`, so that the arm not taken is not computed.
 */
export function emitWasm(walk: Walk, at: Addresses, types: readonly CellCode[] = []): Func[] {
  const { plan } = walk;
  const functions = plan.chunks.map((steps, chunk): Func => {
    const writer = new WasmFunction(walk, at);
    walk.function(chunk, writer);
    const checked = hasCheck(steps);
    if (checked) writer.code.constant(0);
    return { type: checked ? Type.test : Type.act, locals: writer.locals, code: writer.code };
  });
  const steps: { readonly func: number; readonly cells: CellCode['cells'] }[] = [];
  for (const type of types) {
    const first = functions.length + 1;
    for (const chunk of type.walk.plan.chunks.keys()) {
      const writer = new WasmFunction(type.walk, type.at, type);
      type.walk.function(chunk, writer);
      functions.push({ type: Type.cell, locals: writer.locals, code: writer.code });
    }
    functions.push(same(), stepCell(type, first, type.walk.plan.chunks.length));
    steps.push({ func: functions.length, cells: type.cells });
  }
  return [...functions, runLoop(plan, at, steps, types[0]?.activity.clock)];
}

/** Locals of `run`: 0 = number of cycles to do, 1 = cycles done, 2 = what a check said. */
function runLoop(plan: Plan, at: Addresses, steps: readonly { readonly func: number; readonly cells: CellCode['cells'] }[], clock: number | undefined): Func {
  const code = new Code();
  code.op(Op.block, BlockType.empty, Op.loop, BlockType.empty);
  code.get(1).get(0).op(Op.i32GeS, Op.brIf).unsigned(1);
  plan.chunks.forEach((steps, i) => {
    code.call(i + 1);
    if (!hasCheck(steps)) return;
    code.op(Op.localTee).unsigned(2).op(Op.if, BlockType.empty);
    code.constant(0).get(2).store(at.failed).get(1).op(Op.return, Op.end);
  });
  for (const { func, cells } of steps) for (const { base, memory, model, record } of cells) code.constant(base).constant(memory).constant(model).constant(record).call(func);
  if (clock !== undefined) code.constant(0).constant(0).load(clock).constant(1).op(Op.i32Add).store(clock);
  code.get(1).constant(1).op(Op.i32Add).set(1);
  code.op(Op.br).unsigned(0).op(Op.end, Op.end).get(1);
  return { type: Type.run, locals: [ValueType.i32, ValueType.i32], code };
}

class WasmFunction implements FunctionWriter {
  readonly code = new Code();
  readonly #walk: Walk;
  readonly #g: WordGraph;
  readonly #at: Addresses;
  readonly #names = new Map<string, number>();
  readonly locals: ValueType[] = [];

  /** Code of a cell: its parameters say how far the state, the memories and the models are from those of the first cell. */
  readonly #cell: CellCode | undefined;

  constructor(walk: Walk, at: Addresses, cell?: CellCode) {
    this.#walk = walk;
    this.#g = walk.plan.g;
    this.#at = at;
    this.#cell = cell;
  }

  /** What addresses of the state start from; slots outside the cell (resets) are where they are. */
  #state(slot?: number): Code {
    const own = this.#cell !== undefined && (slot === undefined || slot >= this.#cell.firstSlot);
    return own ? this.code.get(BASE) : this.code.constant(0);
  }
  /** Adds to an address on the stack what lies between this cell and the first one. */
  #moved(parameter: number): void {
    if (this.#cell !== undefined) this.code.get(parameter).op(Op.i32Add);
  }
  /** Something has changed that is no register: the cell cannot be called idle. */
  #disturbed(): void {
    if (this.#cell !== undefined) this.code.constant(0).constant(1).store(this.#cell.activity.disturbed);
  }

  #local(name: string, type: ValueType = ValueType.i32): number {
    let local = this.#names.get(name);
    if (local === undefined) {
      this.#names.set(name, (local = this.#names.size + (this.#cell === undefined ? 0 : CELL_PARAMETERS)));
      this.locals.push(type);
    }
    return local;
  }

  #typeOf(x: Word): ValueType {
    return this.#g.isVector(x) ? ValueType.v128 : ValueType.i32;
  }
  #named(x: Word): number {
    return this.#local(`v${x}`, this.#typeOf(x));
  }

  slot(k: number): void {
    this.#state(k).load(this.#at.words + 4 * k).set(this.#local(`r${k}`));
  }
  oldSlot(k: number, temporary: number): void {
    this.code.constant(0).load(this.#at.temporaries + 4 * temporary).set(this.#local(`r${k}`));
  }
  temporary(x: Word, temporary: number): void {
    const from = this.#at.temporaries + 4 * temporary;
    this.code.constant(0);
    if (this.#g.isVector(x)) this.code.vectorLoad(from);
    else this.code.load(from);
    this.code.set(this.#named(x));
  }
  keep(temporary: number, k: number): void {
    this.code.constant(0).get(this.#local(`r${k}`)).store(this.#at.temporaries + 4 * temporary);
  }
  let(x: Word, temporary: number | undefined): void {
    this.#expression(x);
    const local = this.#named(x);
    this.code.set(local);
    if (temporary === undefined) return;
    const to = this.#at.temporaries + 4 * temporary;
    this.code.constant(0).get(local);
    if (this.#g.isVector(x)) this.code.vectorStore(to);
    else this.code.store(to);
  }
  table(x: Word, first: number): void {
    this.#g.node(x).args.forEach((a, i) => {
      this.code.constant(0);
      this.#push(a);
      this.code.store(this.#at.temporaries + 4 * (first + i));
    });
  }
  branch(condition: Word, negate: boolean): void {
    this.#push(condition);
    if (negate) this.code.op(Op.i32Eqz);
    this.code.op(Op.if, BlockType.empty);
  }
  otherwise(): void {
    this.code.op(Op.else);
  }
  end(): void {
    this.code.op(Op.end);
  }

  sink(s: Sink): void {
    const { code } = this;
    switch (s.kind) {
      case 'check':
        if (this.#g.constantOf(s.violated) === 0) return;
        this.#push(s.violated);
        code.op(Op.if, BlockType.empty).constant(s.index + 1).op(Op.return, Op.end);
        return;
      case 'cover': {
        const place = this.#at.covers + 8 * s.index;
        code.constant(0).constant(0).op(Op.f64Load, 3).unsigned(place);
        this.#push(s.hit);
        code.op(Op.f64ConvertI32U, Op.f64Add, Op.f64Store, 3).unsigned(place);
        return;
      }
      case 'slot':
        this.#state(s.slot);
        this.#push(s.value);
        code.store(this.#at.words + 4 * s.slot);
        return;
      case 'out':
        code.constant(0);
        this.#push(s.value);
        code.store(this.#at.picture + 4 * s.slot);
        return;
      case 'vector':
        this.#state();
        this.#push(s.value);
        code.vectorStore(this.#at.words + s.byte);
        return;
      case 'lane':
        if (s.packed !== undefined) {
          this.#address(s.index, s.packed);
          this.#moved(BASE);
          this.#push(s.values[0]!);
          code.op(...LANE_STORE[s.packed]).unsigned(this.#at.words + 4 * s.first);
          return;
        }
        this.#store(s.values, s.index, s.stride, this.#at.words + 4 * s.first, BASE);
        return;
      case 'memory':
        this.#store(s.values, s.address, s.values.length, this.#at.memories[s.memory]!, MEMORY);
        this.#disturbed();
        return;
      case 'model':
        code.constant(s.model);
        this.#moved(MODEL);
        code.call(HOST);
        this.#disturbed();
        return;
    }
  }

  /** Stores the words of one value. All are worked out first: a word may be made of another one that is overwritten here. */
  #store(values: readonly Word[], index: Word, stride: number, base: number, parameter: number): void {
    if (values.length === 1) {
      this.#address(index, 4 * stride);
      this.#moved(parameter);
      this.#push(values[0]!);
      this.code.store(base);
      return;
    }
    const place = this.#local('place');
    this.#address(index, 4 * stride);
    this.#moved(parameter);
    this.code.set(place);
    values.forEach((v, k) => {
      this.#push(v);
      this.code.set(this.#local(`w${k}`));
    });
    values.forEach((_, k) => this.code.get(place).get(this.#local(`w${k}`)).store(base + 4 * k));
  }

  /** Byte offset of element `index` of `bytes` bytes. */
  #address(index: Word, bytes: number): void {
    const c = this.#g.constantOf(index);
    if (c !== undefined) {
      this.code.constant(c * bytes);
      return;
    }
    this.#push(index);
    if (bytes === 1) return;
    if (Number.isInteger(Math.log2(bytes))) this.code.constant(Math.log2(bytes)).op(Op.i32Shl);
    else this.code.constant(bytes).op(Op.i32Mul);
  }

  /** Puts a value on the stack. */
  #push(x: Word): void {
    const n = this.#g.node(x);
    if (n.op === 'const') this.code.constant(n.k);
    else if (this.#walk.plan.named[x] === 1 && n.op !== 'table') this.code.get(this.#named(x));
    else if (n.op === 'slot') this.code.get(this.#local(`r${n.k}`));
    else this.#expression(x);
  }

  #expression(x: Word): void {
    const { code } = this;
    const g = this.#g;
    const n = g.node(x);
    const [a, b, c] = n.args as [Word, Word, Word];
    const both = (op: number): void => {
      this.#push(a);
      this.#push(b);
      code.op(op);
    };
    /** Cuts off what does not belong to the width. */
    const fit = (exact: boolean): void => {
      if (!exact && n.width < 32) code.constant(2 ** n.width - 1).op(Op.i32And);
    };
    switch (n.op) {
      case 'and':
        return both(Op.i32And);
      case 'or':
        return both(Op.i32Or);
      case 'xor':
        return both(Op.i32Xor);
      case 'add':
        both(Op.i32Add);
        return fit(n.k === 1);
      case 'sub':
        both(Op.i32Sub);
        return fit(false);
      case 'mul':
        both(Op.i32Mul);
        return fit(n.k === 1);
      case 'mulh':
        for (const arg of [a, b]) {
          this.#push(arg);
          code.op(Op.i64ExtendI32U);
        }
        code.op(Op.i64Mul, Op.i64Const).signed(32).op(Op.i64ShrU, Op.i32WrapI64);
        return;
      case 'shl':
        this.#push(a);
        code.constant(n.k).op(Op.i32Shl);
        return;
      case 'shr':
        this.#push(a);
        code.constant(n.k).op(Op.i32ShrU);
        return;
      case 'shlv':
        both(Op.i32Shl);
        return fit(n.k === 1);
      case 'shrv':
        return both(Op.i32ShrU);
      case 'sarv':
        return both(Op.i32ShrS);
      case 'sext':
        this.#push(a);
        code.constant(32 - n.k).op(Op.i32Shl).constant(32 - n.k).op(Op.i32ShrS);
        return;
      case 'eq':
        if (g.constantOf(b) !== 0) return both(Op.i32Eq);
        this.#push(a);
        code.op(Op.i32Eqz);
        return;
      case 'ltu':
        return both(Op.i32LtU);
      case 'lts':
        return both(Op.i32LtS);
      case 'mux':
        if (this.#walk.cost(b) <= CHEAP && this.#walk.cost(c) <= CHEAP) {
          for (const arg of [b, c, a]) this.#push(arg);
          if (g.isVector(x)) code.op(Op.selectTyped, 1, ValueType.v128);
          else code.op(Op.select);
          return;
        }
        this.#push(a);
        code.op(Op.if, this.#typeOf(x));
        this.#push(b);
        code.op(Op.else);
        this.#push(c);
        code.op(Op.end);
        return;
      case 'parity':
        this.#push(a);
        code.op(Op.i32Popcnt).constant(1).op(Op.i32And);
        return;
      case 'popcount':
        this.#push(a);
        code.op(Op.i32Popcnt);
        return;
      case 'ctz':
        this.#push(a);
        // Of a word that may be zero the result is not used, but it must keep its width.
        code.op(Op.i32Ctz).constant(31).op(Op.i32And);
        return;
      case 'lane8':
      case 'lane16':
      case 'lane32':
        this.#address(a, n.stride);
        this.#moved(BASE);
        code.op(...LANE_LOAD[n.stride as 1 | 2 | 4]).unsigned(this.#at.words + n.k);
        return;
      case 'vload':
        this.#state().vectorLoad(this.#at.words + n.k);
        return;
      case 'vconst':
        this.#constant(n.k);
        return;
      case 'i8x16.shuffle':
        this.#push(a);
        this.#push(b);
        code.vector(Vector.shuffle).op(...g.constants[n.k]!);
        return;
      case 'load':
        this.#address(a, 4 * n.stride);
        this.#moved(BASE);
        code.load(this.#at.words + 4 * n.k);
        return;
      case 'mem':
        this.#address(a, 4 * n.stride);
        this.#moved(MEMORY);
        code.load(this.#at.memories[n.resource]! + 4 * n.k);
        return;
      case 'lookup':
        this.#address(b, 4);
        code.load(this.#at.temporaries + 4 * this.#walk.tableOf(a));
        return;
      case 'table':
      case 'const':
      case 'slot':
        throw new Error(`${n.op} is no expression`);
      default:
        this.#simd(n.op, n.args, n.k);
    }
  }

  #simd(op: SimdOp, args: readonly Word[], lane: number): void {
    for (const arg of args) this.#push(arg);
    const [opcode, immediate] = SIMD[op] as readonly [number, 'lane'?];
    this.code.vector(opcode);
    if (immediate !== undefined) this.code.op(lane);
  }

  /** The processor makes vectors of equal bits at once; all others are loaded. */
  #constant(k: number): void {
    const bytes = this.#g.constants[k]!;
    if (bytes.every((b) => b === bytes[0]) && (bytes[0] === 0 || bytes[0] === 255)) this.code.vector(Vector.const).op(...bytes);
    else this.code.constant(0).vectorLoad(this.#at.constants + VECTOR_BYTES * k);
  }
}

/** Instructions, with their alignment, for lanes of so many bytes. */
const LANE_LOAD = { 1: [Op.i32Load8U, 0], 2: [Op.i32Load16U, 1], 4: [Op.i32Load, 2] } as const;
const LANE_STORE = { 1: [Op.i32Store8, 0], 2: [Op.i32Store16, 1], 4: [Op.i32Store, 2] } as const;
