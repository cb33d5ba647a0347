import { describe, expect, it } from 'vitest';
import { crossbarConfig, derive, FastCrossbar, simulate, textWave, TiledEngine, weightMatrix, type Crossbar } from '../../../src/index.ts';
import { CrossbarCore, RtlCrossbar } from '../../../rtl/rram/index.ts';

const small = crossbarConfig({ rows: 4, columns: 3, adcs: 2, inputBits: 2, weightBits: 3, slices: [1, 2], adcBits: 3, timing: { read: 2 } });
const weights = weightMatrix([
  [3, -4, 1, 0],
  [-1, 2, 3, -3],
]);

/** A sequence of numbers in -range..range-1 that is the same every time. */
function numbers(range: number, seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return ((state >>> 16) % (2 * range)) - range;
  };
}

describe('RtlCrossbar', () => {
  it('is a Crossbar: TiledEngine adds up the same sums and counts with it as with the fast model', () => {
    const config = crossbarConfig({ rows: 24, columns: 10, adcs: 4, adcBits: 5, inputCoding: 'twos-complement' });
    const next = numbers(128, 7);
    const layer = { name: 'layer', inputs: 50, outputs: 23, weights: Int8Array.from({ length: 50 * 23 }, next) };
    const inputs = Int8Array.from({ length: 50 * 3 }, next);
    const run = (make: () => Crossbar): unknown => {
      const engine = new TiledEngine(config, make);
      engine.load(layer);
      return { sums: engine.mvmBatch('layer', inputs, 3), statistics: engine.statistics() };
    };
    expect(run(() => new RtlCrossbar(config))).toEqual(run(() => new FastCrossbar(config)));
  });

  it('forgets a larger matrix when a smaller one is programmed', () => {
    const config = crossbarConfig({ rows: 20, columns: 9, adcs: 4, inputCoding: 'offset', weightCoding: 'offset', adcBits: 6, hrsLevels: 1 });
    const next = numbers(128, 3);
    const [rtl, fast] = [new RtlCrossbar(config), new FastCrossbar(config)];
    for (const [outputs, rows] of [[9, 20], [3, 5], [9, 20]] as const) {
      const matrix = weightMatrix(Array.from({ length: outputs }, () => Array.from({ length: rows }, next)));
      const x = Array.from({ length: rows }, next);
      rtl.program(matrix);
      fast.program(matrix);
      expect(rtl.mvm(x)).toEqual(fast.mvm(x));
      expect(rtl.saturations.counts).toEqual(fast.saturations.counts);
    }
  });

  it('goes back to a snapshot in the middle of an MVM, cells and all', () => {
    const crossbar = new RtlCrossbar(small);
    crossbar.program(weights);
    const before = crossbar.mvm([1, 2, 3, 0]);
    const { sim } = crossbar;
    sim.in.start = 1;
    sim.step();
    sim.in.start = 0;
    sim.step(4);
    const snapshot = sim.snapshot();
    sim.until(() => sim.out.done === 1);
    crossbar.program(weightMatrix([[1, 1, 1, 1]]));
    sim.restore(snapshot);
    sim.until(() => sim.out.done === 1);
    expect(sim.out.result.slice(0, 2)).toEqual([...before]);
  });

  it.each<[string, (c: RtlCrossbar) => void]>([
    ['this crossbar holds no weights yet [not-programmed]', (c) => c.mvm([1])],
    ['2 inputs for a crossbar programmed with 4 rows [input-size]', (c) => (c.program(weights), c.mvm([1, 2]))],
    ['input 4 at row 1 is not an integer in 0..3 [input-range]', (c) => (c.program(weights), c.mvm([0, 4, 0, 0]))],
    ['weight 4 at output 0, input 0 is outside -4..3 [weight-range]', (c) => c.program(weightMatrix([[4]]))],
    ['does not fit a crossbar of 3 columns x 4 rows [matrix-size]', (c) => c.program(weightMatrix([[1, 1, 1, 1, 1]]))],
  ])('error: %s', (message, act) => {
    expect(() => act(new RtlCrossbar(small))).toThrow(message);
  });
});

describe('what the core is promised', () => {
  const start = () => {
    const sim = simulate(CrossbarCore(small));
    sim.in.start = 1;
    sim.step();
    return sim;
  };

  it('start only when idle', () => {
    expect(() => start().step()).toThrow('assume "start only when the crossbar is idle" failed');
  });

  it('inputs stay until the last digits are on the wordlines, and may change from then on', () => {
    const sim = start();
    sim.in.start = 0;
    sim.in.load = 1;
    expect(() => sim.step()).toThrow('assume "inputs are stable until the last digits are on the wordlines" failed');
    sim.in.load = 0;
    const { front, passInterval } = derive(small).timing;
    expect(front).toBeGreaterThan(1);
    sim.step(passInterval + small.timing.dac); // two passes; the second one's digits are written
    sim.in.load = 1;
    sim.step();
  });

  it('weights stay during an MVM', () => {
    const sim = start();
    sim.in.start = 0;
    sim.in.program = 1;
    expect(() => sim.step()).toThrow('assume "weights change only between MVMs" failed');
  });
});

it('an MVM as a picture', () => {
  const crossbar = new RtlCrossbar(small, { record: '*.{start,busy,done},*.sequencer.{front,adc,addStage,turn,backPass},*.drivers.wordlines,*.slice?.adc.{held[?],codes[?]},*.shiftAdd.sums[?],*.result[?]' });
  crossbar.program(weights);
  const { sim } = crossbar;
  const from = sim.time;
  crossbar.mvm([1, 2, 3, 0]);
  sim.step();
  expect(textWave(sim.recording(), { fromPs: from, width: 150 })).toMatchInlineSnapshot(`
    "9 ns .. 25 ns (of 25.5 ns), 500 ps a column
    start               ‾‾‾‾‾‾‾‾\\_______________________________________________________________________________________________________________________
    busy                ________/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾\\_______
    done                ________________________________________________________________________________________________________________________/‾‾‾‾‾‾‾
    result[0]           X0                                                              X3                                      X-3
    result[1]           X0                                                              X2                                      X8
    result[2]           X0
    sequencer.front     XIDLE   XDAC    XREAD           XSAMPLE XWAIT   XDAC    XREAD           XSAMPLE XIDLE
    sequencer.adc       XIDLE                                   XCONVERTXWAIT   XCONVERTXIDLE           XCONVERTXWAIT   XCONVERTXIDLE
    sequencer.addStage  XIDLE                                           XSHIFT_…XOUTPUT XSHIFT_…XOUTPUT XIDLE   XSHIFT_…XOUTPUT XSHIFT_…XOUTPUT XIDLE
    sequencer.turn      ________________________________________________________/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾\\_______________/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾
    sequencer.backPass  ________________________________________________________________________________/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾
    drivers.wordlines   X0              X5                                      X6
    slice0.adc.held[0]  X0                                                                              X-1
    slice0.adc.held[1]  X0
    slice0.adc.held[2]  X0
    slice0.adc.codes[0] X0                                                                                      X-1             X0
    slice0.adc.codes[1] X0
    slice1.adc.held[0]  X0                                      X4                                      X1
    slice1.adc.held[1]  X0                                      X2                                      X5
    slice1.adc.held[2]  X0
    slice1.adc.codes[0] X0                                              X3              X0                      X1              X0
    slice1.adc.codes[1] X0                                              X2              X0                      X3              X0
    shiftAdd.sums[0]    X0                                                      X3              X0                      X-3             X0
    shiftAdd.sums[1]    X0                                                      X2              X0                      X3              X0
    24 signals, 89 changes, digest 24d000e39dda"
  `);
});
