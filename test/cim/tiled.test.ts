import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossbarConfig, FastCrossbar, goldenMvm, Saturations, TiledEngine, type Crossbar, type TilePlace } from '../../src/cim/index.ts';

const small = crossbarConfig({ rows: 8, columns: 6, adcBits: 4 });

describe('a matrix over several crossbars', () => {
  it('adds what the oracle says of each tile', () => {
    const layer = fc.record({ inputs: fc.integer({ min: 1, max: 30 }), outputs: fc.integer({ min: 1, max: 20 }) }).chain(({ inputs, outputs }) =>
      fc.record({
        inputs: fc.constant(inputs),
        outputs: fc.constant(outputs),
        weights: fc.int8Array({ minLength: inputs * outputs, maxLength: inputs * outputs }),
        input: fc.uint8Array({ minLength: inputs, maxLength: inputs }),
      }),
    );
    fc.assert(
      fc.property(layer, ({ inputs, outputs, weights, input }) => {
        const engine = new TiledEngine(small);
        engine.load({ name: 'a', inputs, outputs, weights });
        const expected = new Array<number>(outputs).fill(0);
        const clipped = new Array<number>(outputs).fill(0);
        for (let first = 0; first < inputs; first += 8) {
          const rows = Array.from({ length: outputs }, (_, m) => [...weights.subarray(m * inputs + first, m * inputs + Math.min(inputs, first + 8))]);
          const golden = goldenMvm(small, rows, [...input.subarray(first, first + 8)]);
          golden.outputs.forEach((y, m) => (expected[m]! += y));
          golden.saturations.forEach((s, m) => (clipped[m]! += s.flat().reduce((a, b) => a + b, 0)));
        }
        expect([...engine.mvm('a', input)]).toEqual(expected);
        expect(engine.statistics()[0]!.saturationsByOutput).toEqual(clipped);
      }),
      { numRuns: 150 },
    );
  });

  it('is the plain product when the ADC is ideal; a batch equals its vectors', () => {
    const engine = new TiledEngine(crossbarConfig({ rows: 16, columns: 16, adcBits: 'ideal' }));
    const weights = Int8Array.from({ length: 40 * 50 }, (_, i) => ((i * 37) % 255) - 127);
    engine.load({ name: 'dense', inputs: 50, outputs: 40, weights });
    const input = Uint8Array.from({ length: 150 }, (_, i) => (i * 91) % 256);
    const product = (x: Uint8Array): number[] => Array.from({ length: 40 }, (_, m) => x.reduce((sum, v, n) => sum + v * weights[m * 50 + n]!, 0));
    const expected = [0, 1, 2].flatMap((i) => product(input.subarray(i * 50, i * 50 + 50)));
    expect([...engine.mvmBatch('dense', input, 3)]).toEqual(expected);
    expect([0, 1, 2].flatMap((i) => [...engine.mvm('dense', input.subarray(i * 50, i * 50 + 50))])).toEqual(expected);
  });
});

describe('statistics', () => {
  it('count per layer', () => {
    const engine = new TiledEngine(small);
    engine.load({ name: 'a', inputs: 17, outputs: 7, weights: new Int8Array(17 * 7) });
    engine.load({ name: 'b', inputs: 8, outputs: 6, weights: new Int8Array(48).fill(127) });
    for (let i = 0; i < 5; i++) engine.mvm('a', new Uint8Array(17));
    engine.mvm('b', new Uint8Array(8).fill(1)); // slices make 8, 24, 24, 24: all above 7
    const [a, b] = engine.statistics();
    expect(a).toMatchObject({ name: 'a', vertical: 3, horizontal: 2, crossbars: 6, vectors: 5, mvms: 30, saturations: 0 });
    // 8 passes, front 32, back 3: 32 + 3 + 7 * 32.
    expect(a).toMatchObject({ cycles: 5 * 259, conversions: 30 * 8 * 4 * 6 });
    expect(b).toMatchObject({ vectors: 1, saturations: 24, saturationsByOutput: [4, 4, 4, 4, 4, 4] });
    engine.resetStatistics();
    expect(engine.statistics().map((s) => [s.vectors, s.saturations])).toEqual([[0, 0], [0, 0]]);
  });
});

describe('any crossbar can do the work', () => {
  it('made by the caller, who learns its place', () => {
    const places: TilePlace[] = [];
    const engine = new TiledEngine(small, (config, place): Crossbar => {
      places.push(place);
      return { config, program: () => undefined, mvm: () => new Int32Array(6).fill(places.length), saturations: new Saturations(6, 4, 8) };
    });
    engine.load({ name: 'a', inputs: 9, outputs: 6, weights: new Int8Array(54) });
    expect(places).toEqual([{ layer: 'a', horizontal: 0, vertical: 0 }, { layer: 'a', horizontal: 0, vertical: 1 }]);
    expect([...engine.mvm('a', new Uint8Array(9))]).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

describe('errors', () => {
  const engine = new TiledEngine(small);
  engine.load({ name: 'conv1', inputs: 9, outputs: 2, weights: new Int8Array(18) });

  it('say what is loaded and what fits', () => {
    expect(() => engine.mvm('conv2', new Uint8Array(9))).toThrow('no layer "conv2" is loaded [unknown-layer]\n  hint: did you mean "conv1"?');
    expect(() => engine.mvm('conv1', new Uint8Array(8))).toThrow('layer "conv1" takes 1 x 9 inputs, not 8 [input-size]');
    expect(() => engine.load({ name: 'conv1', inputs: 1, outputs: 1, weights: new Int8Array(1) })).toThrow('layer "conv1" is already loaded [duplicate-layer]');
    expect(() => engine.load({ name: 'x', inputs: 2, outputs: 2, weights: new Int8Array(3) })).toThrow('layer "x" of 2 outputs x 2 inputs needs 4 weights (at least 1), not 3 [matrix-size]');
    expect(() => engine.crossbar({ layer: 'conv1', horizontal: 0, vertical: 2 })).toThrow(
      'layer "conv1" has no tile (horizontal 0, vertical 2) [unknown-tile]\n  hint: it has 1 horizontal x 2 vertical groups',
    );
  });

  it('a tile gives its crossbar, a layer can be unloaded', () => {
    expect(engine.crossbar({ layer: 'conv1', horizontal: 0, vertical: 1 })).toBeInstanceOf(FastCrossbar);
    engine.unload('conv1');
    expect(engine.statistics()).toEqual([]);
  });
});
