import { crossbarConfig, goldenInference, inferWith, loadModel, TiledEngine, type CrossbarOptions, type QuantisedModel } from '../../src/index.ts';

export interface SweepRow {
  readonly adcBits: number | 'ideal';
  readonly accuracy: number;
  /** Share of images with the same prediction as exact integers. */
  readonly agreement: number;
  readonly saturations: number;
  readonly conversions: number;
}

export interface Labelled {
  readonly pixels: Uint8Array;
  readonly label: number | undefined;
}

/** Accuracy against ADC bits with the fast model of the crossbar, which tests hold equal to the RTL. */
export function sweep(model: QuantisedModel, images: readonly Labelled[], options: CrossbarOptions, bits: readonly (number | 'ideal')[], tick: () => void): SweepRow[] {
  const exact = images.map(({ pixels }) => goldenInference(model, pixels).prediction);
  return bits.map((adcBits) => {
    const engine = new TiledEngine(crossbarConfig({ ...options, adcBits }));
    loadModel(engine, model);
    let [right, same] = [0, 0];
    images.forEach(({ pixels, label }, i) => {
      const { prediction } = inferWith(engine, model, pixels);
      if (prediction === label) right++;
      if (prediction === exact[i]) same++;
      tick();
    });
    const statistics = engine.statistics();
    return {
      adcBits,
      accuracy: right / images.length,
      agreement: same / images.length,
      saturations: statistics.reduce((sum, s) => sum + s.saturations, 0),
      conversions: statistics.reduce((sum, s) => sum + s.conversions, 0),
    };
  });
}
