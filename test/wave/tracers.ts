import { Recorder, type Recording, type TraceScope, type Tracer } from '../../src/wave/index.ts';
import { store, type Run } from './arbitrary.ts';

/** Runs a random run through some tracers at once and gives the recording that must come back. */
export function replay(run: Run, tracers: readonly Tracer[]): Recording {
  const recorder = new Recorder(run.top);
  const all = [recorder, ...tracers];
  const words = new Int32Array(run.words);
  const reals = new Float64Array(run.reals);
  let time = -1;
  let off = false;
  run.steps.forEach((step, i) => {
    time += step.advance;
    for (const { variable, bits, real } of step.writes) {
      const v = run.vars[variable % run.vars.length]!;
      if (v.type === 'real') reals[v.offset] = real;
      else store(words, v, bits);
    }
    const pause = step.kind === 'pause' && i > 0;
    for (const tracer of all) {
      if (pause && !off) tracer.off(time);
      else if (off) tracer.on(time, words, reals);
      else tracer.sample(time, words, reals);
    }
    off = pause && !off;
  });
  for (const tracer of all) tracer.close(time + 1);
  return recorder.recording();
}

/** A clock, a counter and a state machine, for pictures. */
export const STATE = { name: 'State', values: new Map([[0, 'IDLE'], [1, 'ACT'], [2, 'READ']]) };

export const DEMO: TraceScope = {
  name: 'top',
  vars: [{ name: 'clk', type: 'wire', width: 1, offset: 0 }],
  scopes: [
    {
      name: 'core',
      vars: [
        { name: 'count', type: 'reg', width: 8, offset: 1 },
        { name: 'level', type: 'wire', width: 12, offset: 2, radix: 'signed' },
        { name: 'state', type: 'reg', width: 2, offset: 3, enum: STATE },
        { name: 'hit', type: 'event', width: 1, offset: 4 },
        { name: 'volt', type: 'real', width: 64, offset: 0 },
      ],
      scopes: [],
    },
  ],
};

/** Twenty half periods of 5 ns of {@link DEMO}. */
export function demo(tracer: Tracer, samples = 20): void {
  const words = new Int32Array(5);
  const reals = new Float64Array(1);
  for (let t = 0; t < samples; t++) {
    words[0] = t & 1;
    if ((t & 1) === 1) {
      words[1] = (words[1]! + 1) & 255;
      words[2] = (words[1] * -3) & 0xfff;
      words[3] = (t >> 2) % 3;
      reals[0] = words[1] / 4;
    }
    words[4] = t % 8 === 3 ? 1 : 0;
    tracer.sample(t * 5000, words, reals);
  }
  tracer.close(samples * 5000);
}
