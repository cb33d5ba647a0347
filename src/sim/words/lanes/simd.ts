/**
 * The vector instructions that kernels use (WebAssembly core specification, "Vector Instructions"): opcode after the prefix 0xfd, and whether a
 * lane number follows it. Word graphs call their nodes by the same names.
 */
export const SIMD = {
  'i8x16.swizzle': [0x0e],
  'i8x16.splat': [0x0f],
  'i16x8.splat': [0x10],
  'i32x4.splat': [0x11],
  'i8x16.extract_lane_u': [0x16, 'lane'],
  'i8x16.replace_lane': [0x17, 'lane'],
  'i16x8.extract_lane_u': [0x19, 'lane'],
  'i16x8.replace_lane': [0x1a, 'lane'],
  'i32x4.extract_lane': [0x1b, 'lane'],
  'i32x4.replace_lane': [0x1c, 'lane'],
  'i8x16.eq': [0x23],
  'i8x16.lt_s': [0x25],
  'i8x16.lt_u': [0x26],
  'i16x8.eq': [0x2d],
  'i16x8.lt_s': [0x2f],
  'i16x8.lt_u': [0x30],
  'i32x4.eq': [0x37],
  'i32x4.lt_s': [0x39],
  'i32x4.lt_u': [0x3a],
  'v128.not': [0x4d],
  'v128.and': [0x4e],
  'v128.andnot': [0x4f],
  'v128.or': [0x50],
  'v128.xor': [0x51],
  'v128.bitselect': [0x52],
  'i8x16.popcnt': [0x62],
  'i8x16.bitmask': [0x64],
  'i8x16.narrow_i16x8_s': [0x65],
  'i8x16.narrow_i16x8_u': [0x66],
  'i8x16.shl': [0x6b],
  'i8x16.shr_u': [0x6d],
  'i8x16.add': [0x6e],
  'i8x16.sub': [0x71],
  'i8x16.sub_sat_u': [0x73],
  'i8x16.min_u': [0x77],
  'i8x16.max_u': [0x79],
  'i16x8.extadd_pairwise_i8x16_u': [0x7d],
  'i32x4.extadd_pairwise_i16x8_u': [0x7f],
  'i16x8.bitmask': [0x84],
  'i16x8.narrow_i32x4_s': [0x85],
  'i16x8.narrow_i32x4_u': [0x86],
  'i16x8.extend_low_i8x16_s': [0x87],
  'i16x8.extend_high_i8x16_s': [0x88],
  'i16x8.extend_low_i8x16_u': [0x89],
  'i16x8.extend_high_i8x16_u': [0x8a],
  'i16x8.shl': [0x8b],
  'i16x8.shr_u': [0x8d],
  'i16x8.add': [0x8e],
  'i16x8.sub': [0x91],
  'i16x8.sub_sat_u': [0x93],
  'i16x8.mul': [0x95],
  'i16x8.min_u': [0x97],
  'i16x8.max_u': [0x99],
  'i32x4.bitmask': [0xa4],
  'i32x4.extend_low_i16x8_s': [0xa7],
  'i32x4.extend_high_i16x8_s': [0xa8],
  'i32x4.extend_low_i16x8_u': [0xa9],
  'i32x4.extend_high_i16x8_u': [0xaa],
  'i32x4.shl': [0xab],
  'i32x4.shr_s': [0xac],
  'i32x4.shr_u': [0xad],
  'i32x4.add': [0xae],
  'i32x4.sub': [0xb1],
  'i32x4.mul': [0xb5],
  'i32x4.min_u': [0xb7],
  'i32x4.max_u': [0xb9],
} as const satisfies Record<string, readonly [number] | readonly [number, 'lane']>;

export type SimdOp = keyof typeof SIMD;

/** Bytes of one lane. */
export type LaneSize = 1 | 2 | 4;
const SHAPE = { 1: 'i8x16', 2: 'i16x8', 4: 'i32x4' } as const;

type Suffix<P extends string> = SimdOp extends infer O ? (O extends `${P}.${infer S}` ? S : never) : never;
/** Instructions that all three lane sizes have. */
export type LaneOp = Suffix<'i8x16'> & Suffix<'i16x8'> & Suffix<'i32x4'>;

export const laneOp = (size: LaneSize, op: LaneOp): SimdOp => `${SHAPE[size]}.${op}`;

/** The lane size that holds so many bits. */
export const sizeOf = (width: number): LaneSize => (width <= 8 ? 1 : width <= 16 ? 2 : 4);
