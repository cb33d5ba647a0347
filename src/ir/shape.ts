/**
 * The shape of a value: `lanes` elements of `width` bits. A plain signal has one lane. The value itself is always one packed bit
 * vector of `lanes * width` bits with lane 0 in the least significant bits, so that `Vec` is a shape and not a bundle of names.
 */
export interface Shape {
  readonly width: number;
  readonly lanes: number;
}

export const scalar = (width: number): Shape => ({ width, lanes: 1 });
export const bitsOf = ({ width, lanes }: Shape): number => width * lanes;
export const sameShape = (a: Shape, b: Shape): boolean => a.width === b.width && a.lanes === b.lanes;

/** Are two lists of numbers, such as arguments, equal? */
export function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `8 bits` or `16 x 8 bits`. */
export function describeShape({ width, lanes }: Shape): string {
  return `${lanes === 1 ? '' : `${lanes} x `}${width} bit${width === 1 ? '' : 's'}`;
}

/** How people want to read a value; the netlist only carries it from the port or register type to waves and testbenches. */
export interface View {
  readonly signed?: boolean;
  readonly enum?: EnumView;
}

export interface EnumView {
  readonly name: string;
  readonly values: ReadonlyMap<number, string>;
}
