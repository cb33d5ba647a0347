import { expect, it } from 'vitest';
import { Bits } from '../../src/bits/index.ts';

it('smoke', () => {
  const a = Bits.parse("8'hc8");
  expect(a.addWide(100).toNumber()).toBe(300);
  expect(a.cat(Bits.ones(3)).slice(4, 1).toString()).toBe("4'h3");
  expect(a.toBuffer('le')).toEqual(Buffer.from([200]));
  expect(Bits.fromBuffer(8, a.toBuffer('be'), 'be').equals(a)).toBe(true);
  expect(() => a.add(256)).toThrow('256 does not fit 8 bits: the range is -128 to 255');
});
