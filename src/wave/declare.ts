import { fail, suggest } from '../diag/index.ts';

/** How a waveform viewer should show a value. `enum` needs {@link TraceVar.enum}. */
export type Radix = 'bin' | 'hex' | 'dec' | 'signed' | 'oct' | 'real' | 'enum' | 'ascii';

/** Names for the values of a variable, for pictures and for GTKWave's translate files. */
export interface TraceEnum {
  readonly name: string;
  readonly values: ReadonlyMap<number | bigint, string>;
}

/**
 * One traced variable: where its value lies in the state image.
 *
 * The image is an `Int32Array`; a variable owns `ceil(width / 32)` consecutive words, least significant word first, and the unused
 * high bits of its last word are zero. Words are raw bit patterns. Values of type `real` lie in a `Float64Array` of their own.
 * An `event` owns one word: it has happened in every sample in which that word is not zero.
 */
export interface TraceVar {
  readonly name: string;
  readonly type: 'wire' | 'reg' | 'integer' | 'parameter' | 'event' | 'real';
  /** Bits; 64 for `real`, 1 for `event`. */
  readonly width: number;
  /** First word in the image; for `real` the index in the array of reals. */
  readonly offset: number;
  readonly radix?: Radix;
  readonly enum?: TraceEnum;
}

/** A level of the hierarchy. */
export interface TraceScope {
  readonly name: string;
  readonly vars: readonly TraceVar[];
  readonly scopes: readonly TraceScope[];
  readonly comment?: string;
}

/** Whatever takes samples of a state image: a VCD file, a recording in memory. Times are picoseconds and only grow. */
export interface Tracer {
  sample(timePs: number, words: Int32Array, reals?: Float64Array): void;
  off(timePs: number): void;
  on(timePs: number, words: Int32Array, reals?: Float64Array): void;
  close(timePs?: number): void;
}

/**
 * One place in the image, written once however many names it has. Variables that read the same bits are aliases and share a slot, so
 * they share one identifier code in the VCD and are compared once.
 */
export interface TraceSlot {
  readonly kind: 'bits' | 'real' | 'event';
  readonly width: number;
  readonly offset: number;
  readonly words: number;
}

/** A variable with its place in the hierarchy. */
export interface PlacedVar {
  readonly variable: TraceVar;
  /** Legal VCD name, unique in its scope. */
  readonly name: string;
  /** Dotted path of legal names, e.g. `top.core.adc`. */
  readonly path: string;
  readonly slot: number;
}

export interface PlacedScope {
  readonly name: string;
  readonly path: string;
  readonly vars: readonly PlacedVar[];
  readonly scopes: readonly PlacedScope[];
  readonly comment?: string;
}

/** The hierarchy with legal names and with aliases folded into slots. */
export interface TracePlan {
  readonly top: PlacedScope;
  readonly slots: readonly TraceSlot[];
  /** Length the image needs, in words. */
  readonly words: number;
  /** Length the array of reals needs. */
  readonly reals: number;
}

/** The widest vector that fits one line of the writer's block with room to spare. */
export const MAX_TRACE_WIDTH = 1 << 16;

const TYPES = ['wire', 'reg', 'integer', 'parameter', 'event', 'real'] as const;

/**
 * A name that VCD readers take as one word: printable ASCII without blanks. A dot would open a hierarchy level in viewers, and a leading
 * `$` would read as a keyword. Each such character becomes `_`; brackets stay, so `regs[3]` is a legal name.
 */
export function vcdName(name: string): string {
  const clean = name.replace(/[^!-~]|\./gu, '_').replace(/^\$/, '_');
  return clean === '' ? '_' : clean;
}

/**
 * Checks a declaration and folds aliases.
 *
 * Errors: `wave-width`, `wave-offset`, `wave-type`, `wave-enum` for a bad variable, `wave-name-clash` where two variables or two scopes
 * of one level would have the same name in the file.
 */
export function planTrace(top: TraceScope): TracePlan {
  const slots: TraceSlot[] = [];
  const known = new Map<string, number>();
  let words = 0;
  let reals = 0;

  const place = (scope: TraceScope, parent: string): PlacedScope => {
    const name = vcdName(scope.name);
    const path = parent === '' ? name : `${parent}.${name}`;
    const taken = new Map<string, string>();
    const vars = scope.vars.map((variable): PlacedVar => {
      const varName = vcdName(variable.name);
      const varPath = `${path}.${varName}`;
      checkVar(variable, varPath);
      claim(taken, varName, variable.name, 'variables', path);
      const kind = variable.type === 'real' || variable.type === 'event' ? variable.type : 'bits';
      const length = kind === 'bits' ? Math.ceil(variable.width / 32) : 1;
      if (kind === 'real') reals = Math.max(reals, variable.offset + 1);
      else words = Math.max(words, variable.offset + length);
      const key = `${kind} ${variable.offset} ${variable.width}`;
      let slot = known.get(key);
      if (slot === undefined) {
        slot = slots.length;
        known.set(key, slot);
        slots.push({ kind, width: variable.width, offset: variable.offset, words: length });
      }
      return { variable, name: varName, path: varPath, slot };
    });
    const takenScopes = new Map<string, string>();
    const scopes = scope.scopes.map((inner) => {
      claim(takenScopes, vcdName(inner.name), inner.name, 'scopes', path);
      return place(inner, path);
    });
    return { name, path, vars, scopes, ...(scope.comment === undefined ? {} : { comment: scope.comment }) };
  };

  return { top: place(top, ''), slots, words, reals };
}

/** Every variable below a scope, in the order of declaration: a scope's own first, then its inner scopes. */
export function* placedVars(scope: PlacedScope): Generator<PlacedVar> {
  yield* scope.vars;
  for (const inner of scope.scopes) yield* placedVars(inner);
}

function claim(taken: Map<string, string>, name: string, written: string, what: string, path: string): void {
  const other = taken.get(name);
  if (other !== undefined) {
    fail('wave-name-clash', `two ${what} of "${path}" are called "${name}" in the waveform: ${JSON.stringify(other)} and ${JSON.stringify(written)}`, {
      hint: 'give them names that differ in more than blanks, dots and characters outside ASCII',
    });
  }
  taken.set(name, written);
}

function checkVar({ type, width, offset, radix, enum: names }: TraceVar, path: string): void {
  if (!TYPES.includes(type)) fail('wave-type', `"${path}" has the unknown type ${JSON.stringify(type)}`, { hint: suggest(String(type), TYPES) });
  if (!Number.isInteger(width) || width < 1 || width > MAX_TRACE_WIDTH) {
    fail('wave-width', `"${path}" is ${width} bits wide`, { hint: `a traced variable has 1 to ${MAX_TRACE_WIDTH} bits` });
  }
  if (type === 'real' && width !== 64) fail('wave-width', `"${path}" is real and ${width} bits wide`, { hint: 'a real has 64 bits' });
  if (type === 'event' && width !== 1) fail('wave-width', `"${path}" is an event and ${width} bits wide`, { hint: 'an event has 1 bit' });
  if (!Number.isSafeInteger(offset) || offset < 0) {
    fail('wave-offset', `"${path}" has offset ${offset}`, { hint: 'an offset counts words of the image and is 0 or more' });
  }
  if (radix === 'enum' && names === undefined) {
    fail('wave-enum', `"${path}" is to be shown with names but has none`, { hint: 'give `enum`, or another radix' });
  }
}
