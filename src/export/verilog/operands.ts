import { verilogLiteral, zeros, type VerilogOperand } from '../../ir/operators/verilog.ts';
import { bitsOf, type Shape } from '../../ir/shape.ts';

/** The kinds of text that stand for a value: part of something with a name, a constant, or an expression that may still get a name. */
export abstract class Operand implements VerilogOperand {
  readonly width: number;
  readonly lanes: number;
  splat?: VerilogOperand | undefined;

  constructor(readonly shape: Shape) {
    this.width = shape.width;
    this.lanes = shape.lanes;
  }

  abstract readonly text: string;
  abstract readonly bare: string;
  abstract readonly name: string;
  abstract part(lo: number, length: number): VerilogOperand;
  abstract indexed(position: string, positionBits: number, length: number): string;
  readonly constant: bigint | undefined = undefined;
  /** The same bits seen as other lanes. */
  abstract as(shape: Shape): Operand;
  /** May be mentioned any number of times. */
  abstract readonly cheap: boolean;
  /** Lane `i`, for the body of a loop over all. */
  abstract lane(i: string): VerilogOperand;
}

/** Bits [lo, lo + width * lanes) of something with a name and `total` bits. */
export class Ref extends Operand {
  readonly cheap = true;

  constructor(
    readonly base: string,
    shape: Shape,
    readonly lo = 0,
    readonly total = bitsOf(shape),
  ) {
    super(shape);
  }

  get text(): string {
    const bits = this.width * this.lanes;
    if (bits === this.total) return this.base;
    return bits === 1 ? `${this.base}[${this.lo}]` : `${this.base}[${this.lo + bits - 1}:${this.lo}]`;
  }
  get bare(): string {
    return this.text;
  }
  get name(): string {
    return this.text;
  }
  part(lo: number, length: number): Ref {
    return new Ref(this.base, { width: length, lanes: 1 }, this.lo + lo, this.total);
  }
  indexed(position: string, positionBits: number, length: number): string {
    if (this.total === 1) return this.base;
    // Tools are content with a position of as many bits as the whole takes, and with one made of unsized numbers.
    const bits = Math.max(positionBits, Math.ceil(Math.log2(this.total)));
    const long = positionBits < bits ? `{${zeros(bits - positionBits)}, ${position}}` : position;
    const at = this.lo === 0 ? long : `${bits === 32 ? '' : `${bits}'d`}${this.lo} + ${long}`;
    return length === 1 ? `${this.base}[${at}]` : `${this.base}[${at} +: ${length}]`;
  }
  as(shape: Shape): Ref {
    return new Ref(this.base, shape, this.lo, this.total);
  }
  lane(i: string): VerilogOperand {
    const from = (lo: number): string => [`${i} * ${this.width}`, ...(lo === 0 ? [] : [String(lo)])].join(' + ');
    const piece = (lo: number, width: number): VerilogOperand => {
      const text = this.indexed(this.width === 1 ? i : from(lo), 32, width);
      const indexed = (position: string, bits: number, length: number): string =>
        this.width === 1 ? text : this.indexed(`${from(lo)} + ${bits < 32 ? `{${zeros(32 - bits)}, ${position}}` : position}`, 32, length);
      return { width, lanes: 1, text, bare: text, name: text, part: (more, length) => piece(lo + more, length), indexed };
    };
    return piece(0, this.width);
  }
}

/** Something that gets a name only when it needs one. */
export abstract class Nameable extends Operand {
  constructor(
    shape: Shape,
    /** Declares a wire for it (once). */
    protected readonly declare: () => string,
  ) {
    super(shape);
  }
  named(): Ref {
    return new Ref(this.declare(), this.shape);
  }
  indexed(position: string, positionBits: number, length: number): string {
    return this.named().indexed(position, positionBits, length);
  }
  lane(i: string): VerilogOperand {
    return this.named().lane(i);
  }
}

export class Literal extends Nameable {
  readonly cheap = true;
  override readonly constant: bigint;

  constructor(
    readonly value: bigint,
    shape: Shape,
    private readonly declareLiteral: (value: bigint, bits: number) => string,
  ) {
    super(shape, () => declareLiteral(value, bitsOf(shape)));
    this.constant = value;
  }
  get text(): string {
    return verilogLiteral(bitsOf(this.shape), this.value);
  }
  get bare(): string {
    return this.text;
  }
  get name(): string {
    return this.text;
  }
  part(lo: number, length: number): Literal {
    const value = BigInt.asUintN(length, this.value >> BigInt(lo));
    return new Literal(value, { width: length, lanes: 1 }, this.declareLiteral);
  }
  as(shape: Shape): Literal {
    return new Literal(this.value, shape, this.declareLiteral);
  }
}

const PRIMARY = /^(?:[A-Za-z_$][\w$]*(?:\[[^[\]]*\])?|\d+'[dh][\da-f]+)$/;

/** Does the first bracket of the text close only at its end? */
function enclosed(text: string, open: string, close: string): boolean {
  const start = text.indexOf(open);
  if (start < 0 || !text.endsWith(close) || !/^[\w$]*$/.test(text.slice(0, start))) return false;
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i === text.length - 1;
  }
  return false;
}

export const isPrimary = (text: string): boolean => PRIMARY.test(text) || (text.startsWith('{') ? enclosed(text, '{', '}') : enclosed(text, '(', ')'));

/** An expression in the place where its value is used. */
export class Inline extends Nameable {
  readonly cheap = false;
  #name: string | undefined;

  constructor(
    readonly bareText: string,
    shape: Shape,
    declare: () => string,
    /** What it is a concatenation of, low part first. */
    private readonly pieces: readonly VerilogOperand[] = [],
  ) {
    super(shape, () => (this.#name ??= declare()));
  }
  get text(): string {
    return this.#name ?? (isPrimary(this.bareText) ? this.bareText : `(${this.bareText})`);
  }
  get bare(): string {
    return this.#name ?? this.bareText;
  }
  get name(): string {
    return this.declare();
  }
  part(lo: number, length: number): VerilogOperand {
    let at = 0;
    for (const piece of this.#name === undefined ? this.pieces : []) {
      const bits = piece.width * piece.lanes;
      if (lo >= at && lo + length <= at + bits && piece instanceof Operand && piece.cheap) return piece.part(lo - at, length);
      at += bits;
    }
    return this.named().part(lo, length);
  }
  as(shape: Shape): Inline {
    return new Inline(this.bare, shape, this.declare, this.pieces);
  }
}
