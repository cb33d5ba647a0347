import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySink, NullSink, readVcd, VcdWriter, type TraceScope } from '../../src/wave/index.ts';
import { arbitraryRun } from './arbitrary.ts';
import { DEMO, demo, replay } from './tracers.ts';

const bit = (name: string, offset: number) => ({ name, type: 'wire', width: 1, offset }) as const;
const scope = (...vars: TraceScope['vars']): TraceScope => ({ name: 'top', vars, scopes: [] });

function written(top: TraceScope, drive: (writer: VcdWriter) => void, options = {}): string {
  const sink = new MemorySink();
  const writer = new VcdWriter(sink, top, options);
  drive(writer);
  writer.close();
  return sink.text();
}

describe('VcdWriter', () => {
  it('writes what changes, and nothing else', () => {
    const top = scope(bit('clk', 0), { name: 'bus', type: 'reg', width: 40, offset: 1 }, { name: 'level', type: 'real', width: 64, offset: 0 });
    const text = written(top, (w) => {
      const words = Int32Array.of(1, 5, 0x81);
      const reals = Float64Array.of(0.1);
      w.sample(0, words, reals);
      words[0] = 0;
      words[2] = 0;
      w.sample(5, words, reals);
      w.sample(7, words, reals);
      words[1] = 0;
      reals[0] = -2.5e-20;
      w.sample(10, words, reals);
      w.close(15);
    });
    expect(text).toMatchInlineSnapshot(`
      "$version Wordline $end
      $timescale 1 ps $end
      $scope module top $end
      $var wire 1 ! clk $end
      $var reg 40 " bus [39:0] $end
      $var real 64 # level $end
      $upscope $end
      $enddefinitions $end
      #0
      $dumpvars
      1!
      b1000000100000000000000000000000000000101 "
      r0.1 #
      $end
      #5
      0!
      b101 "
      #10
      b0 "
      r-2.5e-20 #
      #15
      "
    `);
  });

  it('gives aliases one code and compares them once', () => {
    const vector = { name: 'q', type: 'reg', width: 8, offset: 0 } as const;
    const top: TraceScope = { name: 'top', vars: [vector, { ...vector, name: 'd', type: 'wire' }], scopes: [{ name: 'sub', vars: [{ ...vector, name: 'in' }], scopes: [] }] };
    const text = written(top, (w) => {
      w.sample(0, Int32Array.of(1));
      w.sample(1, Int32Array.of(2));
    });
    expect(text.match(/^\$var.*$/gm)).toEqual(['$var reg 8 ! q [7:0] $end', '$var wire 8 ! d [7:0] $end', '$var reg 8 ! in [7:0] $end']);
    expect(text.match(/^b.*$/gm)).toEqual(['b1 !', 'b10 !']);
  });

  it('keeps a narrow view of a wide word apart from it', () => {
    const top = scope({ name: 'wide', type: 'wire', width: 40, offset: 0 }, { name: 'low', type: 'wire', width: 32, offset: 0 });
    const text = written(top, (w) => {
      w.sample(0, Int32Array.of(1, 1));
      w.sample(1, Int32Array.of(1, 2));
      w.sample(2, Int32Array.of(3, 2));
    });
    expect(text.slice(text.indexOf('#1\n'))).toBe(`#1\nb10${'0'.repeat(31)}1 !\n#2\nb11 "\nb10${'0'.repeat(30)}11 !\n`);
  });

  it('turns the dump off and on', () => {
    const top = scope(bit('a', 0), { name: 'v', type: 'wire', width: 4, offset: 1 }, { name: 'r', type: 'real', width: 64, offset: 0 }, { name: 'e', type: 'event', width: 1, offset: 2 });
    const text = written(top, (w) => {
      w.sample(0, Int32Array.of(0, 3, 0), Float64Array.of(1));
      w.off(10);
      w.on(20, Int32Array.of(0, 3, 1), Float64Array.of(1));
    });
    expect(text.slice(text.indexOf('#10'))).toBe('#10\n$dumpoff\nx!\nbx "\nrnan #\n$end\n#20\n$dumpon\n0!\nb11 "\nr1 #\n$end\n1$\n');
  });

  it('writes an event each time it happens', () => {
    const text = written(scope({ name: 'e', type: 'event', width: 1, offset: 0 }), (w) => [0, 1, 1, 0, 1].forEach((v, t) => w.sample(t, Int32Array.of(v))));
    expect(text.slice(text.indexOf('#0'))).toBe('#0\n$dumpvars\n$end\n#1\n1!\n#2\n1!\n#4\n1!\n');
  });

  it('counts time in the timescale', () => {
    const text = written(scope(bit('a', 0)), (w) => [0, 10_000, 123_456_789_010_000].forEach((t, i) => w.sample(t, Int32Array.of(i & 1))), { timescalePs: 10_000 });
    expect(text).toContain('$timescale 10 ns $end');
    expect(text.match(/^#.*$/gm)).toEqual(['#0', '#1', '#12345678901']);
  });

  it('makes legal names, and the same bytes for the same run', () => {
    const top: TraceScope = { name: 'my top', comment: 'ends $end here', vars: [bit('a.b', 0), bit('q[3]', 1), bit('$end', 2), bit('', 3), bit('größe', 4)], scopes: [] };
    const once = written(top, (w) => w.sample(0, new Int32Array(5)));
    expect(once.match(/^\$(?:var|scope|comment).*$/gm)).toEqual([
      '$scope module my_top $end',
      '$comment ends $_end here $end',
      '$var wire 1 ! a_b $end',
      '$var wire 1 " q[3] $end',
      '$var wire 1 # _end $end',
      '$var wire 1 $ _ $end',
      '$var wire 1 % gr__e $end',
    ]);
    expect(written(top, (w) => w.sample(0, new Int32Array(5)))).toBe(once);
    expect(written(top, () => undefined, { date: 'today', version: 'V', comment: 'C' })).toMatch(/^\$date today \$end\n\$version V \$end\n\$comment C \$end\n/);
  });

  it('writes codes that no two variables share', () => {
    const vars = Array.from({ length: 10_000 }, (_, i) => bit(`v${i}`, i));
    const text = written(scope(...vars), (w) => w.sample(0, new Int32Array(10_000)));
    expect(new Set(text.match(/^\$var.*$/gm)!.map((line) => line.split(' ')[3])).size).toBe(10_000);
  });

  it('survives traces longer than its block, and vectors of the greatest width', () => {
    const top = scope({ name: 'huge', type: 'wire', width: 65_536, offset: 0 }, bit('b', 2048));
    const sink = new MemorySink();
    const writer = new VcdWriter(sink, top);
    const words = new Int32Array(2049).fill(-1);
    for (let t = 0; t < 60; t++) {
      words[t] = t;
      words[2048] = t & 1;
      writer.sample(t, words);
    }
    writer.close();
    const { signals } = readVcd(sink.bytes());
    expect(signals[0]!.changes).toHaveLength(60);
    expect(signals[1]!.changes).toHaveLength(60);
    let last = 0n;
    for (let w = 2047; w >= 0; w--) last = (last << 32n) | BigInt(words[w]! >>> 0);
    expect(signals[0]!.changes.at(-1)![1]).toBe(last);
  });

  it('is read back as it was written, whatever was written', () => {
    fc.assert(
      fc.property(arbitraryRun({ reals: true, pauses: true }), (run) => {
        const sink = new MemorySink();
        const recording = replay(run, [new VcdWriter(sink, run.top)]);
        const { header: _header, ...file } = readVcd(sink.bytes());
        const plain = ({ signals, ...rest }: typeof recording) => ({ ...rest, signals: signals.map(({ path, kind, width, changes }) => ({ path, kind, width, changes })) });
        expect(plain(file)).toEqual(plain(recording));
      }),
      { numRuns: 300 },
    );
  });

  it('says what is wrong with a sample', () => {
    const make = (options = {}) => new VcdWriter(new NullSink(), DEMO, options);
    const words = new Int32Array(5);
    const reals = new Float64Array(1);
    const w = make({ timescalePs: 1000 });
    w.sample(1000, words, reals);
    expect(() => w.sample(1000, words, reals)).toThrow('a sample at 1000 ps after one at 1000 ps [wave-time]');
    expect(() => w.sample(1500, words, reals)).toThrow("1500 ps is not a multiple of the file's timescale of 1 ns [wave-time]");
    expect(() => w.sample(NaN, words, reals)).toThrow('[wave-time]');
    expect(() => w.sample(2000, new Int32Array(4), reals)).toThrow('the state image has 4 words and the traced variables reach to 5 [wave-image]');
    expect(() => w.sample(3000, words)).toThrow('the state image has 0 reals and the traced variables reach to 1 [wave-image]');
    expect(() => w.on(4000, words, reals)).toThrow('turned on at 4000 ps and is not off [wave-state]');
    expect(() => w.sample(4000, Int32Array.of(0, 256, 0, 0, 0), reals)).toThrow('"top.core.count" has 8 bits and its last word is 0x100 at 4000 ps [wave-image]');
    expect(() => make().sample(0, Int32Array.of(-1, 0, 0, 0, 0), reals)).toThrow('"top.clk" has 1 bit and its last word is 0xffffffff at 0 ps [wave-image]');
    w.off(5000);
    expect(() => w.off(6000)).toThrow('[wave-state]');
    expect(() => w.sample(6000, words, reals)).toThrow('a sample at 6000 ps while the dump is off [wave-state]');
    w.close();
    w.close();
    expect(() => w.sample(9000, words, reals)).toThrow('the waveform was closed and gets a sample at 9000 ps [wave-closed]');
    expect(() => make({ timescalePs: 5 })).toThrow('a VCD file cannot have a timescale of 5 ps [wave-timescale]');
  });

  it('does not grow: 100 MB in constant memory', () => {
    const vars = Array.from({ length: 500 }, (_, i) => ({ name: `v${i}`, type: 'wire', width: 32, offset: i }) as const);
    const sink = new NullSink();
    const writer = new VcdWriter(sink, scope(...vars));
    const words = new Int32Array(500);
    let seed = 1;
    let before = 0;
    for (let t = 0; sink.length < 100e6; t++) {
      for (let i = 0; i < 500; i++) words[i] = seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      writer.sample(t, words);
      if (t === 100) before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    }
    const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    writer.close();
    expect(after - before).toBeLessThan(20e6);
  });

  it('makes the demonstration', () => {
    const sink = new MemorySink();
    demo(new VcdWriter(sink, DEMO));
    expect(readVcd(sink.bytes()).endTime).toBe(100_000);
  });
});
