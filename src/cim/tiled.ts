import { fail, suggest } from '../diag/index.ts';
import type { MatrixEngine, MatrixLayer } from '../nn/engine.ts';
import type { CrossbarConfig } from './config.ts';
import type { Crossbar } from './crossbar.ts';
import { derive } from './derived.ts';
import { FastCrossbar } from './fast-mvm.ts';

/** Which part of a layer a crossbar holds: horizontal group (outputs) and vertical group (inputs), the paper's C_{HG,VG}. */
export interface TilePlace {
  readonly layer: string;
  readonly horizontal: number;
  readonly vertical: number;
}

export interface LayerStatistics {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** PV = ceil(inputs / rows): crossbars whose results are added. */
  readonly vertical: number;
  /** PH = ceil(outputs / columns). */
  readonly horizontal: number;
  readonly crossbars: number;
  /** Input vectors of the layer. */
  readonly vectors: number;
  /** MVMs of single crossbars: vectors x crossbars. */
  readonly mvms: number;
  /** Clock cycles when the layer's crossbars work on a vector at the same time, without transfers: vectors x cycles of one MVM. */
  readonly cycles: number;
  /** ADC conversions: mvms x passes x slices x columns of the array. */
  readonly conversions: number;
  /** Conversions that were clipped; of each output, over its PV crossbars, in `saturationsByOutput`. Unit columns count only in the total. */
  readonly saturations: number;
  readonly saturationsByOutput: readonly number[];
}

interface Tile {
  readonly crossbar: Crossbar;
  readonly firstInput: number;
  readonly firstOutput: number;
  readonly inputs: number;
  readonly outputs: number;
}

interface LoadedLayer {
  readonly layer: MatrixLayer;
  readonly vertical: number;
  readonly horizontal: number;
  /** Of group (h, v) at `h * vertical + v`. */
  readonly tiles: readonly Tile[];
  vectors: number;
}

/**
 * Matrices of any size on crossbars of one size: each is cut into PV x PH tiles (arXiv 2309.03805, section IV-A), every tile has its
 * crossbar, and the partial sums of a column of tiles are added in 32 bits.
 */
export class TiledEngine implements MatrixEngine {
  readonly config: CrossbarConfig;
  readonly #make: (config: CrossbarConfig, place: TilePlace) => Crossbar;
  readonly #layers = new Map<string, LoadedLayer>();

  /** `make` builds each crossbar: the fast model unless told otherwise, or a driver of the RTL. */
  constructor(config: CrossbarConfig, make: (config: CrossbarConfig, place: TilePlace) => Crossbar = (c) => new FastCrossbar(c)) {
    this.config = config;
    this.#make = make;
  }

  /** Programs a layer. @throws WordlineError `duplicate-layer`, `matrix-size`, `weight-range`. */
  load(layer: MatrixLayer): void {
    const { name, weights, inputs, outputs } = layer;
    if (this.#layers.has(name)) fail('duplicate-layer', `layer "${name}" is already loaded`, { hint: 'unload it first, or give it another name' });
    if (weights.length !== inputs * outputs || weights.length === 0) {
      fail('matrix-size', `layer "${name}" of ${outputs} outputs x ${inputs} inputs needs ${outputs * inputs} weights (at least 1), not ${weights.length}`);
    }
    const { rows, columns } = this.config;
    const vertical = Math.ceil(inputs / rows);
    const horizontal = Math.ceil(outputs / columns);
    const tiles: Tile[] = [];
    for (let h = 0; h < horizontal; h++) {
      for (let v = 0; v < vertical; v++) {
        const tile = {
          crossbar: this.#make(this.config, { layer: name, horizontal: h, vertical: v }),
          firstInput: v * rows,
          firstOutput: h * columns,
          inputs: Math.min(rows, inputs - v * rows),
          outputs: Math.min(columns, outputs - h * columns),
        };
        tile.crossbar.program({ inputs: tile.inputs, outputs: tile.outputs, data: block(layer, tile) });
        tiles.push(tile);
      }
    }
    this.#layers.set(name, { layer, vertical, horizontal, tiles, vectors: 0 });
  }

  unload(name: string): void {
    this.#find(name);
    this.#layers.delete(name);
  }

  /** One product of a loaded layer. @throws WordlineError `unknown-layer`, `input-size`, `input-range`. */
  mvm(name: string, input: Uint8Array | Int8Array): Int32Array {
    return this.mvmBatch(name, input, 1);
  }

  /** `count` products; vector i at `i * inputs`, its results at `i * outputs`. Crossbar by crossbar, which keeps its cells in the cache. */
  mvmBatch(name: string, input: Uint8Array | Int8Array, count: number): Int32Array {
    const loaded = this.#find(name);
    const { inputs, outputs } = loaded.layer;
    if (input.length !== inputs * count) {
      fail('input-size', `layer "${name}" takes ${count} x ${inputs} inputs, not ${input.length}`);
    }
    const sums = new Int32Array(count * outputs);
    for (const tile of loaded.tiles) {
      for (let i = 0; i < count; i++) {
        const from = i * inputs + tile.firstInput;
        const part = tile.crossbar.mvm(input.subarray(from, from + tile.inputs));
        const to = i * outputs + tile.firstOutput;
        for (let m = 0; m < tile.outputs; m++) sums[to + m]! += part[m]!;
      }
    }
    loaded.vectors += count;
    return sums;
  }

  /** The crossbar of one tile, for its own counters. */
  crossbar({ layer, horizontal, vertical }: TilePlace): Crossbar {
    const loaded = this.#find(layer);
    const inside = vertical >= 0 && vertical < loaded.vertical;
    const tile = inside ? loaded.tiles[horizontal * loaded.vertical + vertical] : undefined;
    return (
      tile?.crossbar ??
      fail('unknown-tile', `layer "${layer}" has no tile (horizontal ${horizontal}, vertical ${vertical})`, {
        hint: `it has ${loaded.horizontal} horizontal x ${loaded.vertical} vertical groups`,
      })
    );
  }

  /** Of every loaded layer, in the order they were loaded. */
  statistics(): LayerStatistics[] {
    const { timing, passes, arrayColumns } = derive(this.config);
    return [...this.#layers.values()].map(({ layer, vertical, horizontal, tiles, vectors }) => {
      const mvms = vectors * tiles.length;
      const byOutput = new Array<number>(layer.outputs).fill(0);
      let saturations = 0;
      for (const { crossbar, firstOutput, outputs } of tiles) {
        const columns = crossbar.saturations.byColumn();
        for (let m = 0; m < outputs; m++) byOutput[firstOutput + m]! += columns[m]!;
        saturations += columns.reduce((a, b) => a + b, 0);
      }
      return {
        name: layer.name,
        inputs: layer.inputs,
        outputs: layer.outputs,
        vertical,
        horizontal,
        crossbars: tiles.length,
        vectors,
        mvms,
        cycles: vectors * timing.mvm,
        conversions: mvms * passes * this.config.slices.length * arrayColumns,
        saturations,
        saturationsByOutput: byOutput,
      };
    });
  }

  /** Forgets vectors and saturations; the weights stay. */
  resetStatistics(): void {
    for (const loaded of this.#layers.values()) {
      loaded.vectors = 0;
      for (const { crossbar } of loaded.tiles) crossbar.saturations.reset();
    }
  }

  #find(name: string): LoadedLayer {
    return this.#layers.get(name) ?? fail('unknown-layer', `no layer "${name}" is loaded`, { hint: suggest(name, this.#layers.keys()) });
  }
}

/** The tile's own matrix, cut out of the layer's. */
function block({ weights, inputs: width }: MatrixLayer, { firstInput, firstOutput, inputs, outputs }: Omit<Tile, 'crossbar'>): Int8Array {
  const data = new Int8Array(inputs * outputs);
  for (let m = 0; m < outputs; m++) {
    const from = (firstOutput + m) * width + firstInput;
    data.set(weights.subarray(from, from + inputs), m * inputs);
  }
  return data;
}
