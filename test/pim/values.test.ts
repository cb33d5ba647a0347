import { getFloat16, setFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pimConfig } from '../../src/pim/config.ts';
import { decodeValue, encodeValue, packValues, rounded, unpackValues } from '../../src/pim/values.ts';

const view = new DataView(new ArrayBuffer(2));

it('reads every number of 16 bits as the float16 package does, and writes it back', () => {
  for (let lane = 0; lane < 0x10000; lane++) {
    view.setUint16(0, lane);
    const value = decodeValue('binary16', lane);
    expect(value).toBe(getFloat16(view, 0));
    if (!Number.isNaN(value)) expect(encodeValue('binary16', value)).toBe(lane);
  }
  expect(encodeValue('binary16', NaN)).toBe(0x7e00);
  expect(encodeValue('binary32', NaN)).toBe(0x7fc0_0000);
});

it('rounds doubles as the float16 package and Math.fround do, near ties too', () => {
  const nearHalf = fc.tuple(fc.nat(0xffff), fc.constantFrom(0, 0.25, 0.5, 0.5 + 2 ** -40, 0.5 - 2 ** -40, 0.75)).map(([lane, part]) => {
    const [low, high] = [decodeValue('binary16', lane), decodeValue('binary16', (lane & 0x8000) | Math.min((lane & 0x7fff) + 1, 0x7bff))];
    return low + (high - low) * part;
  });
  fc.assert(
    fc.property(fc.oneof(nearHalf, fc.double(), fc.double({ min: -70000, max: 70000 }), fc.double({ min: -1e-7, max: 1e-7 })), (x) => {
      setFloat16(view, 0, x);
      expect(rounded('binary16', x)).toBe(getFloat16(view, 0));
      expect(rounded('binary32', x)).toBe(Math.fround(x));
    }),
    { numRuns: 3000 },
  );
});

it('puts the first number into the low bits of word 0', () => {
  const [half, single] = [pimConfig(), pimConfig({ format: 'binary32' })];
  expect([...packValues([1, -2, 0, 0.5], half)]).toEqual([0xc000_3c00, 0x3800_0000, 0, 0, 0, 0, 0, 0]);
  expect([...packValues([1, -2], single)]).toEqual([0x3f80_0000, 0xc000_0000, 0, 0, 0, 0, 0, 0]);
  expect([...unpackValues(Uint32Array.of(0xc000_3c00, 0x3800_0000), half)]).toEqual([1, -2, 0, 0.5]);
  expect([...unpackValues(Uint32Array.of(0x3f80_0000, 0xc000_0000), single)]).toEqual([1, -2]);
});
