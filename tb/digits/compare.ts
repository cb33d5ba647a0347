import { fail, type InferenceResult } from '../../src/index.ts';

/** Throws at the first number in which two runs of a network differ. */
export function mustEqual(got: InferenceResult, want: InferenceResult, gotName: string, wantName: string, image: string): void {
  got.layers.forEach((layer, l) => {
    const other = want.layers[l]!;
    for (const kind of ['accumulators', 'outputs'] as const) {
      const a = layer[kind];
      const b = other[kind];
      if (a?.length !== b?.length) fail('layer-differs', `${image}, layer ${layer.name}: ${gotName} has ${a?.length ?? 0} ${kind}, ${wantName} ${b?.length ?? 0}`);
      const at = a?.findIndex((v: number, i: number) => v !== b![i]) ?? -1;
      if (at >= 0) fail('layer-differs', `${image}, layer ${layer.name}, ${kind}[${at}]: ${gotName} ${a![at]!}, ${wantName} ${b![at]!}`);
    }
  });
}
