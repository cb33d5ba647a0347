export { Bits, type Operand } from './bits.ts';
export { decode, encode, type Endian } from './buffer.ts';
export { clog2, indexWidth, MAX_WIDTH } from './math.ts';
export type { LiteralWidth } from './text.ts';
export type {
  Add,
  CatWidth,
  Clog2,
  CountWidth,
  Inc,
  IndexWidth,
  Match,
  Mul,
  SliceWidth,
  Sub,
  Wide,
  WidthError,
} from './width.ts';
