import { join, relative } from 'node:path';
import { z } from 'zod';
import { crossbarConfig, fail, goldenInference, inferWith, loadModel, testbench, TiledEngine, type CrossbarOptions } from '../src/index.ts';
import { mustEqual } from './digits/compare.ts';
import { MeasuredCore, SHOWN } from './digits/core.ts';
import { choose, readJob } from './digits/network.ts';
import { sweep } from './digits/sweep.ts';
import { imageLine, layerTable, sweepTable, type ImageRow, type LayerRow } from './digits/report.ts';

/** The files of the repository, as seen from where the command runs. */
const ours = (path: string): string => relative(process.cwd(), join(import.meta.dirname, '..', path));
const adc = z.union([z.literal('ideal'), z.coerce.number().int().min(1).max(16)]);

/**
 * Handwritten digits through the RTL of RRAM crossbar cores: im2col, every convolution and dense layer as matrix-vector products of the
 * core, everything else (bias, requantisation, ReLU, pooling) in stated integers. Each result is compared, number by number, with the
 * crossbar's fast model, and with the network's golden integers as long as no ADC has saturated.
 */
export const digits = testbench({
  name: 'digits-rram',
  summary: 'a trained CNN reads handwritten digits on RRAM crossbar cores, bit by bit',
  parameters: z.strictObject({
    model: z.string().default(ours('models/digits.onnx')).describe('the network, an ONNX file'),
    images: z.string().default(ours('models/digits-images.idx3-ubyte.gz')).describe('IDX file (.gz or not), PGM picture or directory of PGM pictures'),
    labels: z.string().optional().describe('IDX file of labels, if it does not lie beside the images'),
    first: z.coerce.number().int().min(0).default(0).describe('number of the first image'),
    count: z.coerce.number().int().min(1).default(20).describe('images to run through the RTL'),
    sweep: z.coerce.number().int().min(0).default(1000).describe('images for accuracy against ADC bits, on the fast model; 0: none'),
    adcBits: adc.default(8).describe('bits of the ADCs, or ideal'),
    rows: z.coerce.number().int().min(1).max(1024).default(128).describe('inputs of a crossbar'),
    columns: z.coerce.number().int().min(1).max(1024).default(128).describe('outputs of a crossbar'),
    window: z.coerce.number().int().min(0).default(2).describe('matrix-vector products of the first core in the waveform; 0: no waveform'),
    windowFrom: z.coerce.number().int().min(0).optional().describe('the first of them; default: in the middle of the first image, where there is ink'),
  }),
  run({ params, print, progress, simulate, trace, seed }) {
    const job = readJob(params.model, params.images, params.labels);
    const { model, images } = job;
    const options: CrossbarOptions = { rows: params.rows, columns: params.columns, adcBits: params.adcBits };
    const config = crossbarConfig(options);
    const file = trace ?? 'waves/digits-rram.vcd';
    const chosen = choose(images, params.first, params.count);

    // ---- the cores, programmed once
    const cores: MeasuredCore[] = [];
    const from = params.windowFrom ?? Math.floor(job.layers[0]!.mvms * 0.52);
    if (params.window > 0 && from >= job.layers[0]!.mvms * chosen.length) {
      fail('window', `windowFrom ${from}, and the first core has ${job.layers[0]!.mvms * chosen.length} products`, { hint: 'begin earlier, or run more images' });
    }
    const rtl = new TiledEngine(config, () => {
      const first = cores.length === 0 && params.window > 0;
      const core = new MeasuredCore(config, simulate, first ? { file, signals: SHOWN, from, products: params.window } : undefined);
      cores.push(core);
      return core;
    });
    loadModel(rtl, model);
    const fast = new TiledEngine(config);
    loadModel(fast, model);

    // ---- images through the RTL
    print(`${params.model}: ${model.layers.map((l) => l.name).join(', ')}; ${cores.length} crossbars of ${config.rows} x ${config.columns}, ${String(config.adcBits)}-bit ADCs`);
    const rows: ImageRow[] = [];
    const tick = progress('images through the RTL', chosen.length);
    const began = process.cpuUsage();
    const totals = () => ({ cycles: sum(cores, (c) => c.cycles), mvms: sum(cores, (c) => c.mvms), saturations: sum(cores, (c) => c.saturations.total) });
    for (const { name, pixels, label } of chosen) {
      const before = totals();
      const result = inferWith(rtl, model, pixels);
      mustEqual(result, inferWith(fast, model, pixels), 'the RTL', 'the fast model', name);
      const after = totals();
      const saturations = after.saturations - before.saturations;
      if (saturations === 0) mustEqual(result, goldenInference(model, pixels), 'the RTL', 'the golden network', name);
      const row: ImageRow = {
        image: name,
        label,
        prediction: result.prediction,
        cycles: after.cycles - before.cycles,
        mvms: after.mvms - before.mvms,
        saturations,
        exact: saturations === 0,
      };
      rows.push(row);
      print(imageLine(row));
      tick(rows.length);
    }
    const used = process.cpuUsage(began);

    // ---- by layer
    let at = 0;
    const layers = rtl.statistics().map(({ name, inputs, outputs, crossbars, mvms, conversions, saturations }): LayerRow => {
      const own = cores.slice(at, (at += crossbars));
      return { layer: name, inputs, outputs, crossbars, mvms, cycles: sum(own, (c) => c.cycles), programmingCycles: sum(own, (c) => c.programmingCycles), conversions, saturations };
    });
    for (const core of cores) core.close();
    const all = totals();
    const seconds = (used.user + used.system) / 1e6;
    print('');
    print(layerTable(layers));
    const labelled = rows.filter((r) => r.label !== undefined);
    const right = labelled.filter((r) => r.label === r.prediction).length;
    const exact = rows.filter((r) => r.exact).length;
    print(`${rows.length} images: ${labelled.length > 0 ? `${right} of ${labelled.length} right, ` : ''}${exact} equal to the golden network in every sum, all equal to the fast model`);
    print(`${all.mvms} products in ${all.cycles} cycles; ${Math.round(all.cycles / seconds / 1000)} k cycles a second of processor time`);
    if (params.window > 0) print(`waves of ${params.window} products of the first core: gtkwave ${relative(process.cwd(), file).replace(/\.vcd$/, '')}.gtkw`);

    // ---- accuracy against ADC bits
    const many = params.sweep > 0 && images.labels !== undefined ? choose(images, 0, params.sweep) : [];
    const bits = [4, 5, 6, 7, 8, 'ideal'] as const;
    const sweepTick = many.length > 0 ? progress('accuracy against ADC bits', many.length * bits.length) : undefined;
    let done = 0;
    const accuracy = many.length > 0 ? sweep(model, many, options, bits, () => sweepTick?.(++done)) : [];
    if (accuracy.length > 0) {
      print('');
      print(`accuracy against ADC bits, ${many.length} images on the fast model`);
      print(sweepTable(accuracy));
    }
    return {
      seed,
      config,
      images: rows,
      layers,
      totals: { ...all, images: rows.length, right: labelled.length > 0 ? right : null, exact },
      cpuSeconds: seconds,
      cyclesPerSecond: all.cycles / seconds,
      accuracy: { images: many.length, rows: accuracy },
      waves: params.window > 0 ? file : null,
    };
  },
});

function sum<T>(list: readonly T[], of: (item: T) => number): number {
  return list.reduce((total, item) => total + of(item), 0);
}
