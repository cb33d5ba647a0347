/**
 * Just enough of the WebAssembly binary format (core specification, section 5) for the one small module that compares and formats waves.
 * Code is a list of bytes; pieces are joined by spreading.
 */

/** The part of the WebAssembly API used here; TypeScript has its types only with those of a browser. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
interface WasmApi {
  readonly Memory: new (options: { readonly initial: number; readonly maximum: number; readonly shared: true }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
export const WASM = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;

/** Linear memory that others may hold pieces of: pieces are never given back, and views of them stay valid. */
export interface LinearMemory {
  readonly memory: WasmMemory;
  /** Address of so many zero bytes, a multiple of 8. */
  allocate(bytes: number): number;
}

const PAGE = 65536;
const MOST_PAGES = 65536;

/** A memory that nobody else uses. */
export function ownMemory(): LinearMemory {
  const memory = new WASM.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  let end = 64;
  return {
    memory,
    allocate(bytes) {
      const at = end;
      end += Math.ceil(bytes / 64) * 64;
      const pages = Math.ceil(end / PAGE) - memory.buffer.byteLength / PAGE;
      if (pages > 0) memory.grow(pages);
      return at;
    },
  };
}

export type Code = readonly number[];

export const TYPE = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b } as const;
const EMPTY = 0x40;

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const tee = (local: number): Code => [0x22, local];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const call = (index: number): Code => [0x10, index];
export const block = (...body: readonly Code[]): Code => [0x02, EMPTY, ...body.flat(), 0x0b];
export const loop = (...body: readonly Code[]): Code => [0x03, EMPTY, ...body.flat(), 0x0b];
export const when = (condition: Code, ...body: readonly Code[]): Code => [...condition, 0x04, EMPTY, ...body.flat(), 0x0b];
export const whenElse = (condition: Code, body: Code, otherwise: Code): Code => [...condition, 0x04, EMPTY, ...body, 0x05, ...otherwise, 0x0b];
/** Leaves `depth` blocks, or begins a loop again. */
export const br = (depth: number): Code => [0x0c, depth];
export const brIf = (condition: Code, depth: number): Code => [...condition, 0x0d, depth];

const operator =
  (...op: readonly number[]) =>
  (...args: readonly Code[]): Code => [...args.flat(), ...op];
/** Operators with their operands before them. */
export const i32 = {
  eqz: operator(0x45),
  eq: operator(0x46),
  ne: operator(0x47),
  ltU: operator(0x49),
  gtU: operator(0x4b),
  geU: operator(0x4f),
  clz: operator(0x67),
  ctz: operator(0x68),
  add: operator(0x6a),
  sub: operator(0x6b),
  mul: operator(0x6c),
  divU: operator(0x6e),
  remU: operator(0x70),
  and: operator(0x71),
  or: operator(0x72),
  shl: operator(0x74),
  shrU: operator(0x76),
  ofI64: operator(0xa7),
} as const;
export const i64 = { constant: (value: number): Code => [0x42, ...signed(value)], divU: operator(0x80), remU: operator(0x82), ofF64: operator(0xb1) } as const;
export const f64 = { zero: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] as Code, ge: operator(0x66), add: operator(0xa0) } as const;

const vector = (op: number): readonly number[] => [0xfd, ...unsigned(op)];
export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...vector(0), 0, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...vector(11), 0, ...unsigned(offset)],
  bytes: (bytes: readonly number[]): Code => [...vector(12), ...bytes],
  and: operator(...vector(78)),
  /** Bytes of one vector in another order. */
  shuffle: (value: Code, lanes: readonly number[]): Code => [...value, ...value, ...vector(13), ...lanes],
  splat: operator(...vector(17)),
  ne32: operator(...vector(56)),
  eq8: operator(...vector(35)),
  sub8: operator(...vector(113)),
  narrow32: operator(...vector(133)),
  narrow16: operator(...vector(101)),
  bitmask8: operator(...vector(100)),
} as const;

export const load = (address: Code, offset = 0): Code => [...address, 0x28, 0, ...unsigned(offset)];
export const store = (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 0, ...unsigned(offset)];
export const store8 = (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x3a, 0, ...unsigned(offset)];
export const load64 = (address: Code, offset = 0): Code => [...address, 0x29, 0, ...unsigned(offset)];
export const store64 = (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x37, 0, ...unsigned(offset)];
export const storeF64 = (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x39, 0, ...unsigned(offset)];

export interface WasmFunction {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  readonly locals: readonly number[];
  readonly code: Code;
  /** Name that it is exported under. */
  readonly name?: string;
}

/** A module that imports the shared memory `e.m` and the function `e.k` (i32 -> i32), which is function 0; the functions given follow. */
export function wasmModule(functions: readonly WasmFunction[]): object {
  const kernel = { parameters: [TYPE.i32], results: [TYPE.i32] };
  const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
  const text = (s: string): number[] => [...unsigned(s.length), ...Buffer.from(s)];
  const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
  const exported = functions.flatMap(({ name }, i) => (name === undefined ? [] : [[...text(name), 0, i + 1]]));
  const bodies = functions.map(({ locals, code }) => {
    const body = [...list(locals.map((type) => [1, type])), ...code, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([kernel, ...functions].map(({ parameters, results }) => [0x60, ...list(parameters.map((t) => [t])), ...list(results.map((t) => [t]))]))),
    ...section(2, list([[...text('e'), ...text('m'), 2, 3, 1, ...unsigned(MOST_PAGES)], [...text('e'), ...text('k'), 0, 0]])),
    ...section(3, list(functions.map((_, i) => [i + 1]))),
    ...section(7, list(exported)),
    ...section(10, list(bodies)),
  ];
  return new WASM.Module(Uint8Array.from(bytes));
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...unsigned(Math.floor(value / 128))];
}

function signed(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  return (rest === 0 && low < 64) || (rest === -1 && low >= 64) ? [low] : [low | 128, ...signed(rest)];
}
