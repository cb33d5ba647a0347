import { describe, expect, it } from 'vitest';
import { planTrace, type TraceScope, type TraceVar } from '../../src/wave/index.ts';

const scope = (...vars: TraceVar[]): TraceScope => ({ name: 'top', vars, scopes: [] });
const bit = (name: string, more: Partial<TraceVar> = {}): TraceVar => ({ name, type: 'wire', width: 1, offset: 0, ...more });

describe('planTrace', () => {
  it('counts the words that an image needs', () => {
    expect(planTrace(scope(bit('a', { width: 33, offset: 4 }), bit('r', { type: 'real', width: 64, offset: 2 })))).toMatchObject({ words: 6, reals: 3 });
  });

  it.each<[string, TraceScope]>([
    ['"top.a" is 0 bits wide [wave-width]', scope(bit('a', { width: 0 }))],
    ['"top.a" is 1.5 bits wide [wave-width]', scope(bit('a', { width: 1.5 }))],
    ['"top.a" is 65537 bits wide [wave-width]', scope(bit('a', { width: 65_537 }))],
    ['"top.a" is real and 32 bits wide [wave-width]', scope(bit('a', { type: 'real', width: 32 }))],
    ['"top.a" is an event and 2 bits wide [wave-width]', scope(bit('a', { type: 'event', width: 2 }))],
    ['"top.a" has offset -1 [wave-offset]', scope(bit('a', { offset: -1 }))],
    ['"top.a" has the unknown type "wires" [wave-type]\n  hint: did you mean "wire"', scope(bit('a', { type: 'wires' as 'wire' }))],
    ['"top.a" is to be shown with names but has none [wave-enum]', scope(bit('a', { radix: 'enum' }))],
    ['two variables of "top" are called "a_b" in the waveform: "a.b" and "a_b" [wave-name-clash]', scope(bit('a.b'), bit('a_b'))],
    ['two scopes of "top" are called "s" in the waveform: "s" and "s" [wave-name-clash]', { ...scope(), scopes: [{ ...scope(), name: 's' }, { ...scope(), name: 's' }] }],
  ])('%s', (message, top) => {
    expect(() => planTrace(top)).toThrow(message);
  });
});
