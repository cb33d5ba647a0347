/**
 * Just enough of the WebAssembly binary format (core specification, section 5) to write kernels: i32 code, one imported shared memory, one
 * imported host function. Bytes are written directly; an optimiser in between was measured to make kernels slower.
 */
export const Op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i32Load8U: 0x2d,
  i32Load16U: 0x2f,
  f64Load: 0x2b,
  i32Store: 0x36,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  f64Store: 0x39,
  i32Const: 0x41,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GeS: 0x4e,
  i32Ctz: 0x68,
  i32Popcnt: 0x69,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i64Mul: 0x7e,
  i64Const: 0x42,
  i64ShrU: 0x88,
  f64Add: 0xa0,
  i32WrapI64: 0xa7,
  i64ExtendI32U: 0xad,
  f64ConvertI32U: 0xb8,
} as const;

/** Types of values and locals. */
export const ValueType = { i32: 0x7f, v128: 0x7b } as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];
const I32 = ValueType.i32;
export const BlockType = { empty: 0x40, ...ValueType } as const;

/** Vector instructions that are not in the table of those between values, after the prefix. */
export const Vector = { load: 0x00, store: 0x0b, const: 0x0c, shuffle: 0x0d, xor: 0x51, anyTrue: 0x53 } as const;
const VECTOR_PREFIX = 0xfd;
const BULK_PREFIX = 0xfc;
const BULK_COPY = 0x0a;

/** A growing piece of code. */
export class Code {
  readonly bytes: number[] = [];

  op(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }
  unsigned(value: number): this {
    let v = value;
    do {
      const low = v % 128;
      v = Math.floor(v / 128);
      this.bytes.push(v === 0 ? low : low | 0x80);
    } while (v !== 0);
    return this;
  }
  signed(value: number): this {
    let v = value;
    for (;;) {
      const low = v & 0x7f;
      v >>= 7;
      if ((v === 0 && (low & 0x40) === 0) || (v === -1 && (low & 0x40) !== 0)) {
        this.bytes.push(low);
        return this;
      }
      this.bytes.push(low | 0x80);
    }
  }
  constant(value: number): this {
    return this.op(Op.i32Const).signed(value | 0);
  }
  get(local: number): this {
    return this.op(Op.localGet).unsigned(local);
  }
  set(local: number): this {
    return this.op(Op.localSet).unsigned(local);
  }
  call(func: number): this {
    return this.op(Op.call).unsigned(func);
  }
  /** Loads from an address on the stack plus `offset` bytes. */
  load(offset: number): this {
    return this.op(Op.i32Load, 2).unsigned(offset);
  }
  store(offset: number): this {
    return this.op(Op.i32Store, 2).unsigned(offset);
  }
  /** Copies so many bytes; both addresses are on the stack, the target first. */
  copy(bytes: number): this {
    return this.constant(bytes).op(BULK_PREFIX, BULK_COPY, 0, 0);
  }
  vector(opcode: number): this {
    return this.op(VECTOR_PREFIX).unsigned(opcode);
  }
  /** 16 bytes, which need not lie at a multiple of 16. */
  vectorLoad(offset: number): this {
    return this.vector(Vector.load).op(0).unsigned(offset);
  }
  vectorStore(offset: number): this {
    return this.vector(Vector.store).op(0).unsigned(offset);
  }
}

export interface Func {
  /** Index into the types below. */
  readonly type: number;
  /** Locals besides parameters. */
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

/** () -> (), () -> i32, i32 -> i32, i32 -> (); of cells: their addresses -> (); also a record -> (); two stretches of memory -> are they alike? */
export const Type = { act: 0, test: 1, run: 2, host: 3, cell: 4, step: 5, same: 6 } as const;

/** Function 0 is the imported host; the functions given follow. The last of them is exported as `run`. */
export function encodeModule(functions: readonly Func[], pages: { readonly initial: number; readonly maximum: number }): Uint8Array<ArrayBuffer> {
  const out = new Code();
  out.op(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  const section = (id: number, body: Code): void => {
    out.op(id).unsigned(body.bytes.length);
    for (const b of body.bytes) out.bytes.push(b);
  };
  const name = (c: Code, text: string): Code => c.unsigned(text.length).op(...Buffer.from(text));
  section(1, new Code().op(7, 0x60, 0, 0, 0x60, 0, 1, I32, 0x60, 1, I32, 1, I32, 0x60, 1, I32, 0, 0x60, 3, I32, I32, I32, 0, 0x60, 4, I32, I32, I32, I32, 0, 0x60, 3, I32, I32, I32, 1, I32));
  const imports = new Code().op(2);
  name(name(imports, 'e'), 'm').op(0x02, 0x03).unsigned(pages.initial).unsigned(pages.maximum);
  name(name(imports, 'e'), 'h').op(0x00, Type.host);
  section(2, imports);
  const declared = new Code().unsigned(functions.length);
  for (const f of functions) declared.unsigned(f.type);
  section(3, declared);
  section(7, name(new Code().op(1), 'run').op(0x00).unsigned(functions.length));
  const bodies = new Code().unsigned(functions.length);
  for (const f of functions) {
    const head = new Code();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of f.locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    head.unsigned(runs.length);
    for (const { type, count } of runs) head.unsigned(count).op(type);
    bodies.unsigned(head.bytes.length + f.code.bytes.length + 1);
    for (const b of head.bytes) bodies.bytes.push(b);
    for (const b of f.code.bytes) bodies.bytes.push(b);
    bodies.op(Op.end);
  }
  section(10, bodies);
  return Uint8Array.from(out.bytes);
}
