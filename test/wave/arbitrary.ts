import fc from 'fast-check';
import type { TraceScope, TraceVar } from '../../src/wave/index.ts';

/** One step of a random run: what changes in the image, or a pause. */
export interface Step {
  readonly kind: 'sample' | 'pause';
  readonly advance: number;
  readonly writes: readonly { readonly variable: number; readonly bits: bigint; readonly real: number }[];
}

export interface Run {
  readonly top: TraceScope;
  readonly vars: readonly TraceVar[];
  readonly words: number;
  readonly reals: number;
  readonly steps: readonly Step[];
}

const width = fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 8 }), fc.constantFrom(31, 32, 33, 63, 64, 65, 128), fc.integer({ min: 1, max: 300 }));
const name = fc.constantFrom('clk', 'data', 'q[3]', 'state', 'a.b', 'long_name$1', 'x y', 'é', '$end', 'bus');

/** Random scopes and images, with gaps, aliases and, if asked for, reals and pauses. */
export function arbitraryRun({ reals, pauses }: { reals: boolean; pauses: boolean }): fc.Arbitrary<Run> {
  const shape = fc.record({
    vars: fc.array(
      fc.record({ name, width, real: reals ? fc.boolean() : fc.constant(false), gap: fc.integer({ min: 0, max: 9 }), scope: fc.nat(3), alias: fc.nat(9), reg: fc.boolean() }),
      { minLength: 1, maxLength: 24 },
    ),
    steps: fc.array(
      fc.record({
        kind: fc.constantFrom<'sample' | 'pause'>('sample', 'sample', 'sample', pauses ? 'pause' : 'sample'),
        advance: fc.integer({ min: 1, max: 1e6 }),
        writes: fc.array(fc.record({ variable: fc.nat(100), bits: fc.bigInt(0n, (1n << 300n) - 1n), real: fc.double() }), { maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 20 },
    ),
  });
  return shape.map(({ vars, steps }) => {
    let words = 0;
    let realCount = 0;
    const scopes: TraceVar[][] = [[], [], [], []];
    const placed: TraceVar[] = [];
    vars.forEach((v, i) => {
      const original = placed[v.alias];
      let made: TraceVar;
      // Every fourth variable or so is a second name for an earlier one.
      if (original !== undefined && v.alias % 3 === 0) made = { ...original, name: `alias${i}` };
      else if (v.real) made = { name: `${v.name}${i}`, type: 'real', width: 64, offset: realCount++ };
      else {
        made = { name: `${v.name}${i}`, type: v.reg ? 'reg' : 'wire', width: v.width, offset: words + v.gap };
        words += v.gap + Math.ceil(v.width / 32);
      }
      placed.push(made);
      scopes[v.scope]!.push(made);
    });
    const [a, b, c, d] = scopes as [TraceVar[], TraceVar[], TraceVar[], TraceVar[]];
    const top = { name: 'top', vars: a, scopes: [{ name: 'one', vars: b, scopes: [{ name: 'deep', vars: c, scopes: [] }] }, { name: 'two', vars: d, scopes: [] }] };
    return { top, vars: placed, words, reals: realCount, steps };
  });
}

/** Writes a value into the image as the writer expects it. */
export function store(words: Int32Array, { width: bits, offset }: TraceVar, value: bigint): void {
  let rest = BigInt.asUintN(bits, value);
  for (let w = offset; w < offset + Math.ceil(bits / 32); w++, rest >>= 32n) words[w] = Number(BigInt.asIntN(32, rest));
}
