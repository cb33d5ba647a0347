import type { Design } from '../../hdl/elaborate.ts';
import { CompiledEngine, TUNING, type Backend, type CellPlan, type Host, type Kernel, type Storage, type Tuning } from '../compiled.ts';
import type { CellLayout, Layout } from '../layout.ts';
import type { Plan } from '../words/plan.ts';
import { VECTOR_BYTES } from '../words/graph.ts';
import { Walk } from '../words/walk.ts';
import { RECORD_BYTES, type Activity, type CellCode } from './cells.ts';
import { emitWasm, type Addresses } from './emit.ts';
import { encodeModule } from './encode.ts';

/** Compiles the design to WebAssembly: no warm-up, and speed that does not depend on what else V8 has seen. */
export class WasmEngine extends CompiledEngine {
  readonly name = 'wasm';

  readonly #backend: WasmBackend;

  constructor(design: Design, tuning: Tuning = TUNING) {
    let made: WasmBackend | undefined;
    super(design, (layout, checks) => (made = new WasmBackend(layout, checks, tuning.look)), tuning, true);
    this.#backend = made!;
  }

  /** Instances that are idle, and therefore passed over: of those that share code. */
  get idle(): number {
    return this.#backend.idle;
  }
}

const PAGE = 65536;
/** Shared memory must name an end; address space is reserved for it, and memory only as it is used. */
const MOST_PAGES = 16384;

/**
 * Everything lives in one linear memory:
 *
 *     | failed | covers | words | memories | pictures and temporaries, as kernels and observers come |
 *
 * It is shared so that views stay valid when it grows.
 */
class WasmBackend implements Backend {
  readonly storage: Storage;
  readonly #memory: WasmMemory;
  readonly #activities: Int32Array[] = [];
  #end = 0;

  constructor(
    layout: Layout,
    checks: number,
    private readonly look: number,
  ) {
    this.#memory = new WASM.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    const ints = (length: number): Int32Array => {
      // First: growing makes another buffer, of which the old ones are the beginning.
      const at = this.#allocate(4 * length);
      return new Int32Array(this.#memory.buffer, at, length);
    };
    this.storage = {
      failed: ints(1),
      covers: ((at) => new Float64Array(this.#memory.buffer, at, checks))(this.#allocate(8 * checks)),
      // A vector may be loaded that begins with the last word.
      words: ints(layout.size + VECTOR_BYTES / 4).subarray(0, layout.size),
      memories: layout.memories.map((m) => ints(m.length)),
      picture: ints,
      linear: { memory: this.#memory, allocate: (bytes) => this.#allocate(bytes) },
    };
  }

  #allocate(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES;
    const pages = Math.ceil(this.#end / PAGE) - this.#memory.buffer.byteLength / PAGE;
    if (pages > 0) this.#memory.grow(pages);
    return at;
  }

  compile(plan: Plan, picture: Int32Array | undefined, host: Host, cells: readonly CellPlan[] = []): Kernel {
    const { words, memories, covers, failed } = this.storage;
    const addresses = (walk: Walk, firstMemory: number): Addresses => ({
      constants: this.#constants(walk.plan.g.constants),
      temporaries: this.#allocate(4 * walk.temporaries),
      words: words.byteOffset,
      memories: memories.slice(firstMemory).map((m) => m.byteOffset),
      covers: covers.byteOffset,
      failed: failed.byteOffset,
      picture: picture?.byteOffset ?? 0,
    });
    const walk = new Walk(plan);
    const activity = cells.length === 0 ? undefined : this.#activity(cells.map((c) => c.layout));
    const types = cells.map(({ plan: own, layout }, t): CellCode => {
      const { cells: all } = layout.type;
      const ownWalk = new Walk(own);
      const memoryOf = (i: number): number => memories[all[i]!.memory]?.byteOffset ?? 0;
      return {
        walk: ownWalk,
        at: addresses(ownWalk, all[0]!.memory),
        firstSlot: layout.at[0]!,
        region: words.byteOffset + 4 * layout.at[0]!,
        bytes: 4 * layout.size,
        inputBytes: inputBytes(layout),
        activity: activity!,
        look: this.look,
        cells: all.map((c, i) => ({ base: 4 * (layout.at[i]! - layout.at[0]!), memory: memoryOf(i) - memoryOf(0), model: c.model, record: activity!.records[t]![i]! })),
      };
    });
    const functions = emitWasm(walk, addresses(walk, 0), types);
    const module = new WASM.Module(encodeModule(functions, { initial: 1, maximum: MOST_PAGES }));
    return new WASM.Instance(module, { e: { m: this.#memory, h: host } }).exports.run;
  }

  /** Cells that the kernels pass over now. */
  get idle(): number {
    return this.#activities.reduce((n, a) => n + a[0]!, 0);
  }

  wake(): void {
    for (const a of this.#activities) a.fill(0);
  }

  #constants(constants: readonly Uint8Array[]): number {
    const pool = this.#allocate(VECTOR_BYTES * constants.length);
    const bytes = new Uint8Array(this.#memory.buffer, pool, VECTOR_BYTES * constants.length);
    constants.forEach((c, i) => bytes.set(c, VECTOR_BYTES * i));
    return pool;
  }

  /** Room for what a kernel knows of the activity of cells: see `Activity`. */
  #activity(layouts: readonly CellLayout[]): Activity & { readonly records: readonly (readonly number[])[] } {
    const size = (l: CellLayout): number => RECORD_BYTES + inputBytes(l);
    const shared = this.#allocate(VECTOR_BYTES);
    const scratch = this.#allocate(4 * Math.max(...layouts.map((l) => l.size)));
    const records = layouts.map((l) => l.at.map(() => this.#allocate(size(l))));
    // Views are made when all room has been allocated, since growing makes another buffer.
    layouts.forEach((l, t) => {
      for (const record of records[t]!) this.#activities.push(new Int32Array(this.#memory.buffer, record, size(l) / 4));
    });
    return { clock: shared, disturbed: shared + 4, scratch, records };
  }
}

const inputBytes = ({ inputs }: CellLayout): number => Math.ceil((4 * inputs) / VECTOR_BYTES) * VECTOR_BYTES;

/** The part of the WebAssembly API used here; TypeScript has its types only with those of a browser. */
interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
interface WasmApi {
  readonly Memory: new (options: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly run: Kernel } };
}
const WASM = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
