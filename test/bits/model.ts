/** An independent meaning of every operator, on arrays of booleans with the least significant bit first: gates and wires, no BigInt. */
export type Wires = readonly boolean[];

export const wires = (width: number, value: number): Wires => Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** i) % 2 === 1);
export const toNumber = (w: Wires): number => w.reduce((sum, bit, i) => sum + (bit ? 2 ** i : 0), 0);

const top = (w: Wires): boolean => w.at(-1) === true;
const zeros = (n: number): Wires => Array.from({ length: n }, () => false);
const zext = (w: Wires, n: number): Wires => [...w, ...zeros(n - w.length)];
const sext = (w: Wires, n: number): Wires => [...w, ...Array.from({ length: n - w.length }, () => top(w))];
const not = (w: Wires): Wires => w.map((b) => !b);

/** Ripple-carry adder; the carry out is the extra last wire. */
function ripple(a: Wires, b: Wires, carry = false): Wires {
  const out = a.map((x, i) => {
    const y = b[i]!;
    const sum = x !== (y !== carry);
    carry = (x && y) || (x && carry) || (y && carry);
    return sum;
  });
  return [...out, carry];
}

const add = (a: Wires, b: Wires): Wires => ripple(a, b).slice(0, a.length);
const sub = (a: Wires, b: Wires): Wires => ripple(a, not(b), true).slice(0, a.length);
/** No borrow leaves a - b where a >= b. */
const below = (a: Wires, b: Wires): boolean => !ripple(a, not(b), true).at(-1);
/** Flipping both signs turns the signed order into the unsigned one. */
const flip = (w: Wires): Wires => [...w.slice(0, -1), !top(w)];
const belowS = (a: Wires, b: Wires): boolean => below(flip(a), flip(b));
const same = (a: Wires, b: Wires): boolean => a.every((x, i) => x === b[i]);
const bit = (b: boolean): Wires => [b];

/** Shift and add over operands already extended to the width of the product. */
function product(a: Wires, b: Wires): Wires {
  let sum = zeros(a.length);
  b.forEach((on, i) => {
    if (on) sum = add(sum, [...zeros(i), ...a].slice(0, a.length));
  });
  return sum;
}

function shiftRight(a: Wires, n: number, fill: boolean): Wires {
  return a.map((_, i) => (i + n < a.length ? a[i + n]! : fill));
}

/** Two operands of one width. */
export const binary: Record<string, (a: Wires, b: Wires) => Wires> = {
  add,
  sub,
  subSat: (a, b) => (below(a, b) ? zeros(a.length) : sub(a, b)),
  and: (a, b) => a.map((x, i) => x && b[i]!),
  or: (a, b) => a.map((x, i) => x || b[i]!),
  xor: (a, b) => a.map((x, i) => x !== b[i]),
  min: (a, b) => (below(a, b) ? a : b),
  max: (a, b) => (below(a, b) ? b : a),
  minS: (a, b) => (belowS(a, b) ? a : b),
  maxS: (a, b) => (belowS(a, b) ? b : a),
  addWide: (a, b) => ripple(a, b),
  subWide: (a, b) => sub(zext(a, a.length + 1), zext(b, a.length + 1)),
  eq: (a, b) => bit(same(a, b)),
  ne: (a, b) => bit(!same(a, b)),
  lt: (a, b) => bit(below(a, b)),
  le: (a, b) => bit(!below(b, a)),
  gt: (a, b) => bit(below(b, a)),
  ge: (a, b) => bit(!below(a, b)),
  ltS: (a, b) => bit(belowS(a, b)),
  leS: (a, b) => bit(!belowS(b, a)),
  gtS: (a, b) => bit(belowS(b, a)),
  geS: (a, b) => bit(!belowS(a, b)),
};

/** Two operands of any widths. */
export const mixed: Record<string, (a: Wires, b: Wires) => Wires> = {
  mul: (a, b) => product(zext(a, a.length + b.length), zext(b, a.length + b.length)),
  mulS: (a, b) => product(sext(a, a.length + b.length), sext(b, a.length + b.length)),
  cat: (a, b) => [...b, ...a],
  shl: (a, b) => [...zeros(toNumber(b)), ...a].slice(0, a.length),
  shr: (a, b) => shiftRight(a, toNumber(b), false),
  sra: (a, b) => shiftRight(a, toNumber(b), top(a)),
  bit: (a, b) => bit(a[toNumber(b)] ?? false),
};

const bitsFor = (things: number): number => (things <= 1 ? 0 : 1 + bitsFor(Math.ceil(things / 2)));

export const unary: Record<string, (a: Wires) => Wires> = {
  not,
  neg: (a) => sub(zeros(a.length), a),
  reverse: (a) => a.map((_, i) => a[a.length - 1 - i]!),
  reduceAnd: (a) => bit(!a.includes(false)),
  reduceOr: (a) => bit(a.includes(true)),
  reduceXor: (a) => bit(a.reduce((parity, b) => parity !== b, false)),
  count: (a) => wires(bitsFor(a.length + 1), a.filter(Boolean).length),
  firstOne: (a) => wires(Math.max(1, bitsFor(a.length)), Math.max(0, a.indexOf(true))),
  lowestOne: (a) => a.map((b, i) => b && a.indexOf(true) === i),
};

/** One operand and a constant: a width, a count. */
export const sized: Record<string, (a: Wires, n: number) => Wires> = {
  repeat: (a, n) => Array.from({ length: n }, () => a).flat(),
  oneHot: (a, n) => zeros(n).map((_, i) => i === toNumber(a)),
};
export const resized = { zext, sext, trunc: (a: Wires, n: number): Wires => a.slice(0, n) };
