import { describe, expect, it } from 'vitest';
import { MemorySink, readVcd, Recorder, textWave, VcdWriter, type Recording } from '../../src/wave/index.ts';
import { DEMO, demo } from './tracers.ts';

const recorder = new Recorder(DEMO);
demo(recorder);
const recording = recorder.recording();

describe('textWave', () => {
  it('draws clocks, vectors, names, events and reals', () => {
    expect(textWave(recording)).toMatchInlineSnapshot(`
      "0 .. 100 ns, 5 ns a column
      clk        ____/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾\\___/‾‾‾
      core.count X00 X01     X02     X03     X04     X05     X06     X07     X08     X09     X0A
      core.level X0  X-3     X-6     X-9     X-12    X-15    X-18    X-21    X-24    X-27    X-30
      core.state XIDLE               XACT            XREAD           XIDLE           XACT
      core.hit               !                               !                               !
      core.volt  X0  X0.25   X0.5    X0.75   X1      X1.25   X1.5    X1.75   X2      X2.25   X2.5
      6 signals, 61 changes, digest 533defa111ca"
    `);
  });

  it('crops in time and space, and keeps the digest of the whole', () => {
    expect(textWave(recording, { signals: '**.state, **.clk', fromPs: 20_000, toPs: 60_000, cell: 3 })).toMatchInlineSnapshot(`
      "20 ns .. 60 ns, 5 ns a column
      core.state XI…XACT        XREAD
      clk        ___/‾‾\\__/‾‾\\__/‾‾\\__/‾‾
      6 signals, 61 changes, digest 533defa111ca"
    `);
    expect(textWave(recording, { signals: 'top.clk', width: 24 })).toMatchInlineSnapshot(`
      "0 .. 50 ns (of 100 ns), 5 ns a column
      clk __/‾\\_/‾\\_/‾\\_/‾\\_/‾
      6 signals, 61 changes, digest 533defa111ca"
    `);
  });

  it('marks columns that hold several changes', () => {
    expect(textWave(recording, { stepPs: 20_000, signals: 'top.clk,**.count,**.hit', radix: 'dec' })).toMatchInlineSnapshot(`
      "0 .. 100 ns, 20 ns a column
      clk        *‾‾*‾‾*‾‾*‾‾*‾‾
      core.count *2 *4 *6 *8 *10
      core.hit   !     !     !
      6 signals, 61 changes, digest 533defa111ca"
    `);
  });

  it('draws what is unknown', () => {
    const text = '$timescale 1ns $end $scope module t $end $var wire 1 ! a $end $var wire 8 " v $end $var wire 1 # late $end $upscope $end $enddefinitions $end';
    const vcd = readVcd({ text: `${text} #0 x! b1x " #2 1! bz " #4 z! b101 " #6 0! 1# #8 ` });
    expect(textWave(vcd)).toMatchInlineSnapshot(`
      "0 .. 8 ns, 2 ns a column
      a    xxx‾‾‾zzz___
      v    X0XXzzX05
      late          ‾‾‾
      3 signals, 8 changes, digest 7899ea874b9b"
    `);
  });

  it('takes a radix for each signal', () => {
    expect(textWave(recording, { signals: '**.{count,level,state}', fromPs: 0, toPs: 40_000, radix: { '**.count': 'bin', '**.state': 'dec' } })).toMatchInlineSnapshot(`
      "0 .. 40 ns, 5 ns a column
      count X00000000X00000001         X00000010         X00000011         X00000100
      level X0       X-3               X-6               X-9               X-12
      state X0                                           X1
      6 signals, 61 changes, digest 533defa111ca"
    `);
  });

  it('cuts what does not fit: numbers keep their low digits, names their beginning', () => {
    const style = { kind: 'bits', width: 64 } as const;
    const wide: Recording = {
      timescalePs: 1,
      startTime: 0,
      endTime: 20,
      signals: [
        { path: 'address', ...style, changes: [[0, 0x123456789n], [10, 0x12345678an]] },
        { path: 'command', ...style, enum: { name: 'Command', values: new Map([[1, 'ACTIVATE'], [2, 'PRECHARGE']]) }, changes: [[0, 1n], [10, 2n]] },
      ],
    };
    expect(textWave(wide, { cell: 6 })).toMatchInlineSnapshot(`
      "0 .. 20 ps, 10 ps a column
      address X…6789X…678A
      command XACTI…XPREC…
      2 signals, 4 changes, digest e549273964a0"
    `);
  });

  it('is the same from a file, but for what a file does not say', () => {
    const sink = new MemorySink();
    demo(new VcdWriter(sink, DEMO));
    const options = { signals: 'top.clk,**.count,**.volt' };
    expect(textWave(readVcd(sink.bytes()), options)).toBe(textWave(recording, options));
  });

  it('has a digest that changes with any value, time or name', () => {
    const last = (r: Recording): string => textWave(r).split(' ').at(-1)!;
    const base: Recording = { timescalePs: 1, startTime: 0, endTime: 9, signals: [{ path: 'a', kind: 'bits', width: 8, changes: [[0, 1], [5, 2]] }] };
    const signal = base.signals[0]!;
    const variants: Recording[] = [
      base,
      { ...base, timescalePs: 10 },
      { ...base, endTime: 10 },
      { ...base, signals: [{ ...signal, path: 'b' }] },
      { ...base, signals: [{ ...signal, width: 9 }] },
      { ...base, signals: [{ ...signal, changes: [[0, 1], [5, 3]] }] },
      { ...base, signals: [{ ...signal, changes: [[0, 1], [6, 2]] }] },
    ];
    expect(new Set(variants.map(last)).size).toBe(variants.length);
    expect(last({ ...base })).toBe(last(base));
  });

  it('says what is wrong with a question', () => {
    expect(() => textWave(recording, { signals: '**.cuont' })).toThrow('[wave-glob-empty]');
    expect(() => textWave(recording, { fromPs: 2e6 })).toThrow('no part of the recording lies between 2000000 ps and 100000 ps [wave-window]\n  hint: it covers 0 ps to 100000 ps');
    expect(() => textWave(recording, { width: 5 })).toThrow('a text wave of 5 characters is too narrow [wave-picture]');
    expect(() => textWave(recording, { cell: 1 })).toThrow('a column cannot be 1 characters wide [wave-picture]');
    expect(() => textWave(recording, { stepPs: 0 })).toThrow('a column cannot stand for 0 ps [wave-picture]');
    expect(() => textWave(recording, { radix: { '**.nix': 'dec' } })).toThrow('no signal matches "**.nix"');
  });
});
