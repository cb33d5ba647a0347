/**
 * What an operator needs to say itself in Verilog.
 *
 * Verilog widens operands to the width of their context, which changes what `~a`, `a + b` or `-a` mean. Rows keep to one rule that makes
 * this impossible: every operand whose width the context decides has exactly the width of the result. What needs other widths puts its
 * operands into braces, which are a context of their own.
 */
export interface VerilogOperand {
  /** Bits of one lane, and their number. A row of an elementwise operator sees one lane. */
  readonly width: number;
  readonly lanes: number;
  /** Primary expression (never needs brackets) of exactly `width * lanes` bits. */
  readonly text: string;
  /** The same without brackets, for places that end it anyway: between commas or brackets. */
  readonly bare: string;
  /** The same as something short, for rows that mention it more than once. */
  readonly name: string;
  /** Bits [lo, lo + length). */
  part(lo: number, length: number): VerilogOperand;
  /** `length` bits from the position that an expression of so many bits gives; the position must be inside. */
  indexed(position: string, positionBits: number, length: number): string;
  /** Its value, if that is known. */
  readonly constant?: bigint | undefined;
  /** The one value that all lanes hold, if this is a splat. */
  readonly splat?: VerilogOperand | undefined;
}

/** The module that is being written, as far as operators see it. */
export interface VerilogScope {
  /**
   * A function with one input for each operand, whose `body` sets `result`; integers `i` and `j` and, if it has a width, a variable `local`
   * are there to be used. The same `key` is written only once a module. Gives the call.
   */
  call(key: string, width: number, operands: readonly VerilogOperand[], body: (result: string, inputs: readonly string[], local: string) => readonly string[], local?: number): string;
}

/** An expression of the result's width, or (a part of) an operand as it is. */
export type VerilogText = string | VerilogOperand;

export interface VerilogRow {
  readonly text: (args: readonly VerilogOperand[], shape: { readonly width: number; readonly lanes: number }, attrs: readonly number[], scope: VerilogScope) => VerilogText;
  /**
   * `lane`: the text is that of one lane and is repeated for all. `packed`: likewise, but it works as well on all lanes side by side.
   * `value`: the text is that of all lanes.
   */
  readonly of: 'lane' | 'packed' | 'value';
  /** The text means what it should only as the whole right side of an assignment of the result's width. */
  readonly alone?: boolean;
}

/** `8'd5`, `16'h00ff` */
export function verilogLiteral(width: number, value: bigint): string {
  return value < 10n ? `${width}'d${value}` : `${width}'h${value.toString(16)}`;
}

export const zeros = (width: number): string => `${width}'d0`;

/** Bits that number `n` things. */
const bitsFor = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));

/** An index that is known to be below some count, as an expression of `bits` bits. */
export interface ShortIndex {
  readonly text: string;
  readonly bits: number;
}

/** An index into `count` things, cut to the bits that this takes. */
export function shortIndex(index: VerilogOperand, count: number): ShortIndex {
  const bits = bitsFor(count);
  return bits < index.width ? { text: index.part(0, bits).text, bits } : { text: index.name, bits: index.width };
}

/** `inside(index)` where the index is below `count`, else zeros of `width` bits. */
export function guarded(index: VerilogOperand, count: number, width: number, inside: (index: ShortIndex) => string): string {
  if (index.constant !== undefined) return index.constant < BigInt(count) ? inside({ text: String(index.constant), bits: 32 }) : zeros(width);
  if (2 ** index.width <= count) return inside({ text: index.name, bits: index.width });
  const below = count === 1 ? `${index.text} == ${zeros(index.width)}` : `${index.name} < ${index.width}'d${count}`;
  return `${below} ? ${inside(count === 1 ? { text: '0', bits: 32 } : shortIndex(index, count))} : ${zeros(width)}`;
}

/** Lane `index` of a packed value. */
export const laneText = (v: VerilogOperand, { text, bits }: ShortIndex): string =>
  v.width === 1 ? v.indexed(text, bits, 1) : v.indexed(`${text} * ${v.width}`, 32, v.width);

/** Is the index (a name of `bits` bits) equal to loop variable `i`, which is below `reach(bits, lanes)`? */
export const isLane = (index: string, bits: number, i: string): string =>
  bits > 32 ? `${index} == {${zeros(bits - 32)}, ${i}}` : `${index} == ${i}${bits === 1 ? '[0]' : `[${bits - 1}:0]`}`;
/** How many of the lanes an index of so many bits can name. */
export const reach = (bits: number, lanes: number): number => Math.min(lanes, 2 ** bits);

/** Bits of lane `index` in a packed value: `[8 * i +: 8]`. */
export const laneAt = (index: string, width: number): string => (width === 1 ? `[${index}]` : `[${index} * ${width} +: ${width}]`);
