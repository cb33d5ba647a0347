import { describe, expect, it } from 'vitest';
import { simulate, type EngineName } from '../../../src/index.ts';
import { GrayCounter, Lfsr, LFSR_TAPS, ModuloCounter, SaturatingCounter, ShiftRegister, Timer, UpDownCounter } from '../../../rtl/lib/index.ts';
import { explore } from './explore.ts';

const engines: EngineName[] = ['interp', 'wasm'];
const pairs = [0, 1].flatMap((a) => [0, 1].map((b) => [a, b] as const));
const equal = (got: unknown, want: unknown, ...more: unknown[]): void => {
  if (JSON.stringify(got) !== JSON.stringify(want)) expect({ got, more }).toEqual({ got: want, more });
};
const modulo = (x: number, m: number): number => ((x % m) + m) % m;

describe.each(engines)('in every state and under every input, on %s', (engine) => {
  it.each([1, 2, 4])('UpDownCounter of %i bits', (width) => {
    const model = { start: 0, outputs: (v: number) => v, next: (v: number, [up, down]: readonly [number, number]) => modulo(v + up - down, 2 ** width) };
    const states = explore(UpDownCounter({ width }), engine, model, { set: (sim, [up, down]) => Object.assign(sim.in, { up, down }), get: (sim) => Number(sim.out.value) }, pairs, equal);
    expect(states).toBe(2 ** width);
  });
  it.each([1, 5, 7, 8])('SaturatingCounter to %i', (most) => {
    const model = { start: 0, outputs: (v: number) => v, next: (v: number, [up, down]: readonly [number, number]) => Math.max(0, Math.min(most, v + up - down)) };
    expect(explore(SaturatingCounter({ most }), engine, model, { set: (sim, [up, down]) => Object.assign(sim.in, { up, down }), get: (sim) => Number(sim.out.value) }, pairs, equal)).toBe(most + 1);
  });
  it.each([1, 2, 6, 8])('ModuloCounter of %i', (modulus) => {
    const step = (v: number, [enable, down]: readonly [number, number]): number => v + (enable === 0 ? 0 : down === 1 ? -1 : 1);
    const model = {
      start: 0,
      outputs: (v: number, given: readonly [number, number]) => [v, +(step(v, given) < 0 || step(v, given) >= modulus)],
      next: (v: number, given: readonly [number, number]) => modulo(step(v, given), modulus),
    };
    const drive = { set: (sim: { in: { enable: number; down: number } }, [enable, down]: readonly [number, number]) => void Object.assign(sim.in, { enable, down }), get: (sim: { out: { value: number | bigint; wraps: number } }) => [Number(sim.out.value), sim.out.wraps] };
    expect(explore(ModuloCounter({ modulus }), engine, model, drive, pairs, equal)).toBe(modulus);
  });
  it.each([1, 3, 5])('GrayCounter of %i bits goes through all codes, one bit at a time', (width) => {
    const sim = simulate(GrayCounter({ width }), { engine });
    sim.in.enable = 1;
    const codes = Array.from({ length: 2 ** width }, (_, i) => {
      expect(sim.out.value).toBe(i);
      const code = Number(sim.out.code);
      sim.step();
      return code;
    });
    expect(new Set(codes).size).toBe(2 ** width);
    codes.forEach((code, i) => expect([...(code ^ codes[(i + 1) % codes.length]!).toString(2)].filter((c) => c === '1')).toHaveLength(1));
    expect(sim.out.value).toBe(0);
  });
  it.each([false, true])('Timer (the longest wins: %s)', (longest) => {
    const inputs = [0, 1].flatMap((load) => [0, 1, 2, 3, 4, 5, 6, 7].map((cycles) => ({ load, cycles })));
    const model = {
      start: 0,
      outputs: (left: number) => [left, +(left === 0)],
      next: (left: number, { load, cycles }: { load: number; cycles: number }) => {
        const fewer = left === 0 ? 0 : left - 1;
        return load === 0 ? fewer : longest && fewer > cycles ? fewer : cycles;
      },
    };
    const drive = { set: (sim: { in: object }, given: object) => void Object.assign(sim.in, given), get: (sim: { out: { left: number | bigint; done: number } }) => [Number(sim.out.left), sim.out.done] };
    expect(explore(Timer({ width: 3, longest }), engine, model, drive, inputs, equal)).toBe(8);
  });
  it.each([1, 2, 3])('ShiftRegister of %i', (length) => {
    const inputs = [0, 1].flatMap((enable) => [0, 1, 2, 3].map((input) => ({ enable, input })));
    const model = {
      start: new Array<number>(length).fill(0),
      outputs: (words: number[]) => [words, words[length - 1]],
      next: (words: number[], { enable, input }: { enable: number; input: number }) => (enable === 1 ? [input, ...words].slice(0, length) : words),
    };
    const drive = {
      set: (sim: { in: object }, given: object) => void Object.assign(sim.in, given),
      // A Vec of one lane is read as one value.
      get: (sim: { out: { words: readonly (number | bigint)[]; output: number | bigint } }) => [[sim.out.words].flat().map(Number), Number(sim.out.output)],
    };
    expect(explore(ShiftRegister({ length, width: 2 }), engine, model as never, drive as never, inputs, equal)).toBe(4 ** length);
  });
});

// ---- linear feedback shift registers: is x of order 2^n - 1 modulo the polynomial of the taps? ----------------------------------

const times = (a: bigint, b: bigint, polynomial: bigint, n: bigint): bigint => {
  let product = 0n;
  for (let x = a, y = b; y > 0n; y >>= 1n) {
    if (y & 1n) product ^= x;
    x <<= 1n;
    if ((x >> n) & 1n) x ^= polynomial;
  }
  return product;
};
const power = (base: bigint, exponent: bigint, mul: (a: bigint, b: bigint) => bigint): bigint => {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = mul(b, b)) if (e & 1n) result = mul(result, b);
  return result;
};
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
/** Miller and Rabin with bases that decide all numbers below 2^64. */
function isPrime(n: bigint): boolean {
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];
  if (n < 2n) return false;
  for (const p of bases) if (n % p === 0n) return n === p;
  let [d, r] = [n - 1n, 0];
  for (; d % 2n === 0n; d /= 2n) r++;
  return bases.every((a) => {
    let x = power(a, d, (p, q) => (p * q) % n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < r; i++) if ((x = (x * x) % n) === n - 1n) return true;
    return false;
  });
}
/** Pollard's rho. */
function primesOf(n: bigint): bigint[] {
  if (n === 1n) return [];
  if (isPrime(n)) return [n];
  for (const p of [2n, 3n, 5n, 7n]) if (n % p === 0n) return [p, ...primesOf(n / p)];
  for (let c = 1n; ; c++) {
    let [x, y, g] = [2n, 2n, 1n];
    const f = (v: bigint): bigint => (v * v + c) % n;
    while (g === 1n) {
      let product = 1n;
      const [x0, y0] = [x, y];
      for (let i = 0; i < 64; i++) {
        x = f(x);
        y = f(f(y));
        product = (product * (x > y ? x - y : y - x)) % n;
      }
      g = gcd(product, n);
      if (g === n) {
        [x, y, g] = [x0, y0, 1n];
        while (g === 1n) {
          x = f(x);
          y = f(f(y));
          g = gcd(x > y ? x - y : y - x, n);
        }
      }
    }
    if (g !== n) return [...primesOf(g), ...primesOf(n / g)];
  }
}

describe('Lfsr', () => {
  it.each(LFSR_TAPS.map((taps, i) => [i + 2, taps] as const))('of %i bits has the greatest period', (width, taps) => {
    expect(taps[0]).toBe(width);
    const n = BigInt(width);
    // The recurrence of the new bit: b(t) is the sum of b(t - tap).
    const polynomial = taps.reduce((all, tap) => all ^ (1n << (n - BigInt(tap))), 1n << n);
    const mul = (a: bigint, b: bigint): bigint => times(a, b, polynomial, n);
    const period = 2n ** n - 1n;
    expect(power(2n, period, mul)).toBe(1n);
    for (const q of new Set(primesOf(period))) expect(power(2n, period / q, mul)).not.toBe(1n);
  });
  it.each([2, 3, 8, 11])('of %i bits goes through every value but 0', (width) => {
    for (const engine of engines) {
      const sim = simulate(Lfsr({ width }), { engine });
      const seen = new Set<number>();
      sim.step(3);
      expect(sim.out.state).toBe(1);
      sim.in.enable = 1;
      for (let i = 1; i < 2 ** width; i++, sim.step()) seen.add(Number(sim.out.state));
      expect([seen.size, seen.has(0), sim.out.state]).toEqual([2 ** width - 1, false, 1]);
    }
  });
  it.each([33, 64])('of %i bits steps as its taps say', (width) => {
    const sim = simulate(Lfsr({ width }));
    sim.in.enable = 1;
    let state = 1n;
    for (let i = 0; i < 500; i++, sim.step()) {
      expect(sim.out.state).toBe(state);
      const parity = LFSR_TAPS[width - 2]!.reduce((p, tap) => p ^ (state >> BigInt(tap - 1)), 0n) & 1n;
      state = BigInt.asUintN(width, (state << 1n) | parity);
    }
  });
});
