import { describe, expect, it } from 'vitest';
import { cropRecording, Recorder, valueAt, valueText, withRadix, type Recording } from '../../src/wave/index.ts';
import { DEMO, demo } from './tracers.ts';

const recording: Recording = {
  timescalePs: 10,
  startTime: 0,
  endTime: 100,
  signals: [
    { path: 't.a', kind: 'bits', width: 8, changes: [[0, 1], [50, 2], [60, 3]] },
    { path: 't.b', kind: 'bits', width: 1, changes: [[20, 1]] },
    { path: 't.e', kind: 'event', width: 1, changes: [[10, 1], [55, 1]] },
  ],
};

describe('cropRecording', () => {
  it('moves the value that a window starts with to its start', () => {
    expect(cropRecording(recording, { fromPs: 520, toPs: 580 })).toEqual({
      timescalePs: 10,
      startTime: 52,
      endTime: 58,
      signals: [
        { path: 't.a', kind: 'bits', width: 8, changes: [[52, 2]] },
        { path: 't.b', kind: 'bits', width: 1, changes: [[52, 1]] },
        { path: 't.e', kind: 'event', width: 1, changes: [[55, 1]] },
      ],
    });
  });

  it('puts signals in the order asked for, each once', () => {
    expect(cropRecording(recording, { signals: 't.e, t.*' }).signals.map((s) => s.path)).toEqual(['t.e', 't.a', 't.b']);
    expect(cropRecording(recording, { signals: ['t.*', '!t.a'] }).signals.map((s) => s.path)).toEqual(['t.b', 't.e']);
  });

  it('finds values at a time', () => {
    expect([0, 49, 50, 59, 99].map((t) => valueAt(recording.signals[0]!, t))).toEqual([1, 1, 2, 2, 3]);
    expect(valueAt(recording.signals[1]!, 19)).toBeUndefined();
  });

  it('gives radices by glob', () => {
    expect(withRadix(recording, { 't.a': 'dec' }).signals.map((s) => s.radix)).toEqual(['dec', undefined, undefined]);
    expect(withRadix(recording, 'dec').signals.map((s) => s.radix)).toEqual(['dec', undefined, undefined]);
    expect(() => withRadix(recording, { 't.c': 'dec' })).toThrow('[wave-glob-empty]');
  });
});

describe('Recorder', () => {
  it('refuses what a writer refuses', () => {
    const recorder = new Recorder(DEMO);
    const words = new Int32Array(5);
    const reals = new Float64Array(1);
    recorder.sample(5, words, reals);
    expect(() => recorder.sample(5, words, reals)).toThrow('[wave-time]');
    expect(() => recorder.sample(6, new Int32Array(1), reals)).toThrow('[wave-image]');
    expect(() => recorder.on(7, words, reals)).toThrow('[wave-state]');
    recorder.off(8);
    expect(() => recorder.off(9)).toThrow('[wave-state]');
    expect(() => recorder.sample(9, words, reals)).toThrow('[wave-state]');
  });

  it('shares the changes of aliases, and keeps radix and names', () => {
    const v = { name: 'a', type: 'reg', width: 8, offset: 0 } as const;
    const recorder = new Recorder({ name: 't', vars: [v, { ...v, name: 'b', radix: 'dec' }], scopes: [] });
    recorder.sample(0, Int32Array.of(7));
    const { signals } = recorder.recording();
    expect(signals[0]!.changes).toBe(signals[1]!.changes);
    expect(signals[1]!.radix).toBe('dec');
    const other = new Recorder(DEMO);
    demo(other);
    expect(other.recording().signals.find((s) => s.path === 'top.core.state')!.enum!.name).toBe('State');
  });
});

describe('valueText', () => {
  const bits = (width: number) => ({ kind: 'bits', width }) as const;

  it.each([
    [0x0a, { ...bits(8) }, '0A'],
    [1, { ...bits(1) }, '1'],
    [0x0a, { ...bits(9), radix: 'oct' }, '012'],
    [5, { ...bits(4), radix: 'bin' }, '0101'],
    [250, { ...bits(8), radix: 'dec' }, '250'],
    [250, { ...bits(8), radix: 'signed' }, '-6'],
    [1n << 63n, { ...bits(64), radix: 'signed' }, '-9223372036854775808'],
    [0x48690a, { ...bits(24), radix: 'ascii' }, 'Hi.'],
    [0x3fc00000, { ...bits(32), radix: 'real' }, '1.5'],
    [0xc004000000000000n, { ...bits(64), radix: 'real' }, '-2.5'],
    ['101xxzzzz101x', bits(13), '1XzX'],
    ['0xxxx', { ...bits(5) }, '0x'],
    [2, { ...bits(8), enum: { name: 'E', values: new Map([[2, 'TWO']]) } }, 'TWO'],
    [2, { ...bits(8), enum: { name: 'E', values: new Map([[2n, 'TWO']]) } }, 'TWO'],
    [3, { ...bits(8), enum: { name: 'E', values: new Map([[2, 'TWO']]) } }, '03'],
    ['xxxx', { ...bits(4), radix: 'dec' }, 'x'],
    [1 / 3, { kind: 'real', width: 64 }, '0.333333'],
    ['text', { kind: 'string', width: 0 }, 'text'],
  ] as const)('%s', (value, style, expected) => {
    expect(valueText(value, style)).toBe(expected);
  });
});
