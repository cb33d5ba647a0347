import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digits } from '../../tb/digits-rram.ts';
import { graph, imageAt, makeContext, readImages, readVcd, writeOnnx, writePgm, type Reporter } from '../../src/index.ts';

/** What the testbench returns, as far as these tests look at it. */
interface Result {
  readonly images: readonly { readonly label: number | undefined; readonly prediction: number; readonly cycles: number; readonly mvms: number; readonly saturations: number; readonly exact: boolean }[];
  readonly layers: readonly { readonly layer: string; readonly cycles: number; readonly mvms: number; readonly crossbars: number }[];
  readonly totals: { readonly cycles: number; readonly mvms: number; readonly exact: number };
  readonly accuracy: { readonly images: number; readonly rows: readonly { readonly adcBits: number | 'ideal'; readonly accuracy: number; readonly saturations: number }[] };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'digits-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(parameters: Record<string, unknown>): { result: Result; text: string } {
  const lines: string[] = [];
  const reporter: Reporter = { print: (line) => void lines.push(line), progress: () => () => undefined };
  const params = digits.parameters.parse(parameters);
  const { context, finish } = makeContext(params, { seed: 1, trace: join(folder, 'wave.vcd') }, reporter);
  const result = digits.definition.run(context) as Result;
  finish();
  return { result, text: lines.join('\n') };
}

describe('digits through the crossbar cores', () => {
  it('reads an image, equal to the golden network in every sum, in the cycles of the contract', () => {
    const { result, text } = run({ count: 1, sweep: 0 });
    expect(result.images).toMatchObject([{ label: 7, prediction: 7, mvms: 707, saturations: 0, exact: true }]);
    // 273 cycles a product and one to hand over the inputs.
    expect(result.totals).toMatchObject({ mvms: 707, cycles: 707 * 274, exact: 1 });
    expect(result.layers.map((l) => [l.layer, l.crossbars, l.mvms])).toEqual([['conv1', 1, 576], ['conv2', 2, 128], ['dense1', 2, 2], ['dense2', 1, 1]]);
    expect(text).toContain('label 7  read 7  right');
  });

  it('writes a window of waves with save file and translate files', () => {
    const wave = readVcd(join(folder, 'wave.vcd'));
    expect(wave.signals.map((s) => s.path)).toContain('Crossbar128x128.sequencer.front');
    // Two products of 274 cycles at 1 GHz.
    const start = wave.signals.find((s) => s.path.endsWith('.start'))!;
    const rises = start.changes.filter(([, v]) => v === 1n || v === 1).map(([t]) => t);
    expect(rises[1]! - rises[0]!).toBe(274_000);
    expect(readFileSync(join(folder, 'wave.gtkw'), 'utf8')).toMatch(/FrontStage\.3\.enum\.txt/);
  });

  it('with ADCs that saturate still equals the fast model, and says that it is not exact', () => {
    const { result } = run({ count: 1, sweep: 20, adcBits: 4, window: 0 });
    expect(result.images[0]).toMatchObject({ exact: false });
    expect(result.images[0]!.saturations).toBeGreaterThan(1000);
    expect(result.accuracy.rows.map((r) => r.adcBits)).toEqual([4, 5, 6, 7, 8, 'ideal']);
    expect(result.accuracy.rows.at(-1)!.saturations).toBe(0);
  });

  it('takes another model and a directory of pictures', () => {
    const model = graph({
      name: 'tiny',
      input: { channels: 1, height: 28, width: 28 },
      layers: [
        { op: 'maxPool', name: 'shrink', kernel: [4, 4], stride: [4, 4], pads: [0, 0, 0, 0] },
        { op: 'flatten', name: 'flat' },
        { op: 'dense', name: 'out', outputs: 3, weights: Float32Array.from({ length: 3 * 49 }, (_, i) => ((i * 7) % 11) / 11 - 0.5), bias: new Float32Array(3) },
      ],
    });
    writeFileSync(join(folder, 'tiny.onnx'), writeOnnx(model));
    const set = readImages('models/digits-images.idx3-ubyte.gz');
    const pictures = mkdtempSync(join(folder, 'pictures-'));
    for (const i of [0, 1]) writeFileSync(join(pictures, `${set.labels![i]!}_${i}.pgm`), writePgm({ width: 28, height: 28, pixels: imageAt(set, i) }));
    const { result } = run({ model: join(folder, 'tiny.onnx'), images: pictures, count: 5, sweep: 0, window: 0 });
    expect(result.images).toHaveLength(2);
    expect(result.images.every((i) => i.exact && i.mvms === 1)).toBe(true);
  });

  it('says in one line what is wrong with a file', () => {
    expect(() => run({ model: 'no/such.onnx' })).toThrow(/cannot read the model no\/such\.onnx/);
    expect(() => run({ model: 'README.md' })).toThrow(/README\.md is not an ONNX model/);
    expect(() => run({ images: 'package.json' })).toThrow(/package\.json holds no pictures/);
    expect(() => run({ first: 5000 })).toThrow(/image 5000 was asked for and there are 1000/);
  });
});
