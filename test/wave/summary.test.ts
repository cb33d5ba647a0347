import { describe, expect, it } from 'vitest';
import { MemorySink, summary, summaryText, VcdWriter } from '../../src/wave/index.ts';
import { DEMO, demo } from './tracers.ts';

describe('summary', () => {
  const sink = new MemorySink();
  demo(new VcdWriter(sink, DEMO, { timescalePs: 1000 }));

  it('says what is inside a file', () => {
    expect(summaryText(summary(sink.bytes()))).toMatchInlineSnapshot(`
      "timescale  1 ns
      duration   0 .. 100 ns, 21 time stamps
      signals    6 names of 6 values
      changes    56
      written by Wordline

      scopes
        top  1 signal, 56 changes
          core  5 signals, 37 changes

      busiest
        19  top.clk
        10  top.core.count[7:0]
        10  top.core.level[11:0]
        10  top.core.volt[63:0]
         4  top.core.state[1:0]
         3  top.core.hit"
    `);
  });

  it('sums up a file that was cut off, and says so', () => {
    const cut = summary({ text: sink.text().slice(0, sink.text().lastIndexOf(' ')) });
    expect(cut.truncated).toBe('the file ends within a value change');
    expect(summaryText(cut)).toContain('cut off    the file ends within a value change');
  });

  it('does not take a dump for changes', () => {
    const s = summary({ text: '$scope module t $end $var wire 1 ! a $end $var wire 1 ! b $end $upscope $end $enddefinitions $end #0 $dumpvars 0! $end #5 1! #6 $dumpall 1! $end' });
    expect(s).toMatchObject({ timescalePs: 1000, changes: 1, times: 3, vars: 2, slots: 1, busiest: [{ path: 't.a', changes: 1 }] });
  });
});
