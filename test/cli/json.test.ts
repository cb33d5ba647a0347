import { expect, it } from 'vitest';
import { jsonValue } from '../../src/cli/json.ts';

const circle: Record<string, unknown> = { a: 1 };
circle['self'] = circle;
const shared = { b: 1 };

it.each([
  [1n, '1'],
  [-Infinity, '-Infinity'],
  [undefined, undefined],
  [null, null],
  [[undefined, NaN], [null, 'NaN']],
  [{ a: undefined, f: () => 1, b: 2 }, { b: 2 }],
  [new Map([[1, 2n]]), { 1: '2' }],
  [new BigUint64Array([1n]), ['1']],
  [Buffer.from([1, 2]), [1, 2]],
  [new DataView(new Uint8Array([7, 8]).buffer, 1), [8]],
  [new RangeError('far'), { name: 'RangeError', message: 'far' }],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [circle, { a: 1, self: '[circular]' }],
  [[shared, shared], [{ b: 1 }, { b: 1 }]],
])('%o as JSON', (value, expected) => {
  expect(jsonValue(value)).toEqual(expected);
});
