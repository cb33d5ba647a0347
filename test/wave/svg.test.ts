import { describe, expect, it } from 'vitest';
import { Recorder, svgWave, type Recording } from '../../src/wave/index.ts';
import { DEMO, demo } from './tracers.ts';

const recorder = new Recorder(DEMO);
demo(recorder);
const recording = recorder.recording();

const labels = (svg: string): string[] => [...svg.matchAll(/class="value"[^>]*>([^<]*)</g)].map((m) => m[1]!);

describe('svgWave', () => {
  it('draws names, values, events and an axis', () => {
    const svg = svgWave(recording, { title: 'a < b', toPs: 60_000 });
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="900"/);
    expect(svg).toContain('<title>a &lt; b</title>');
    expect([...svg.matchAll(/class="name"[^>]*>([^<]*)</g)].map((m) => m[1])).toEqual(['clk', 'core.count', 'core.level', 'core.state', 'core.hit', 'core.volt']);
    expect([...svg.matchAll(/class="time"[^>]*>([^<]*)</g)].map((m) => m[1])).toEqual(['0', '10 ns', '20 ns', '30 ns', '40 ns', '50 ns', '60 ns']);
    expect(labels(svg)).toEqual(expect.arrayContaining(['IDLE', 'ACT', '-12', '0.25']));
    expect(svg.match(/class="bit"/g)).toHaveLength(1);
    expect(svg.match(/class="event"/g)).toHaveLength(1);
  });

  it('is well formed and always the same', () => {
    const svg = svgWave(recording);
    const open = [...svg.matchAll(/<(\w+)(?=[\s>])[^>]*(?<!\/)>/g)].length;
    expect([...svg.matchAll(/<\/\w+>/g)].length).toBe(open);
    expect(svgWave(recording)).toBe(svg);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('shows unknown values in their own colour and crowds as a band', () => {
    const many: Recording = {
      timescalePs: 1,
      startTime: 0,
      endTime: 10_000,
      signals: [
        { path: 'busy', kind: 'bits', width: 1, changes: Array.from({ length: 9000 }, (_, t) => [t, t & 1] as const) },
        { path: 'bus', kind: 'bits', width: 4, changes: [[0, 'xxxx'], [5000, 7]] },
        { path: 'bit', kind: 'bits', width: 1, changes: [[0, 'z'], [5000, 1]] },
      ],
    };
    const svg = svgWave(many);
    expect(svg.match(/class="dense"/g)).toHaveLength(1);
    expect(svg.match(/class="odd"/g)).toHaveLength(2);
    expect(labels(svg)).toEqual(['x', '7']);
    expect(svg.length).toBeLessThan(4000);
  });

  it('says what is wrong with a question', () => {
    expect(() => svgWave(recording, { width: 100 })).toThrow('a picture of 100 pixels has no room');
    expect(() => svgWave(recording, { fromPs: 5000, toPs: 5000 })).toThrow('a picture needs a stretch of time [wave-window]'.replace(' [wave-window]', ''));
  });
});
