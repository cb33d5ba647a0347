import { fail, Origin } from '../diag/index.ts';
import type { ModelBehaviour, ModelIo, ModelPort } from '../ir/netlist.ts';
import type { FlatModel } from '../ir/flatten.ts';
import { loadBig, storeBig, type Place } from './layout.ts';

/** A model at work: its behaviour with ports that are windows into the state. */
export class ModelInstance {
  readonly #behaviour: ModelBehaviour;
  readonly #io: ModelIo;

  constructor(
    { model }: FlatModel,
    words: Int32Array,
    inputs: ReadonlyMap<string, Place>,
    outputs: ReadonlyMap<string, Place>,
  ) {
    this.#behaviour = model.create();
    const ports = (places: ReadonlyMap<string, Place>): Record<string, ModelPort> => Object.fromEntries([...places].map(([name, place]) => [name, portOf(words, place)]));
    this.#io = { in: ports(inputs), out: ports(outputs) };
  }

  edge(inReset: boolean): void {
    if (inReset) this.#behaviour.reset?.(this.#io);
    else this.#behaviour.clock(this.#io);
  }

  save(): unknown {
    return structuredClone(this.#behaviour.save?.());
  }

  restore(state: unknown): void {
    this.#behaviour.restore?.(structuredClone(state));
  }
}

function portOf(all: Int32Array, place: Place): ModelPort {
  const { first, lanes, width, wordsPerLane } = place;
  const words = all.subarray(first, first + lanes * wordsPerLane);
  const mask = width >= 32 ? -1 : 2 ** width - 1;
  const laneOf = (lane: number): Place => ({ first: lane * wordsPerLane, lanes: 1, width, wordsPerLane });
  const tooWide = (): never => fail('value-range', `a port of ${width} bits is wider than a number`, { where: [Origin.here()], hint: 'use getBig, setBig or words' });
  return {
    width,
    lanes,
    wordsPerLane,
    words,
    // Chosen once: the common case stays one load or store.
    get: wordsPerLane === 1 ? (lane = 0) => words[lane]! >>> 0 : tooWide,
    set:
      wordsPerLane === 1
        ? (value, lane = 0) => {
            words[lane] = value & mask;
          }
        : tooWide,
    getBig: (lane = 0) => loadBig(words, laneOf(lane)),
    setBig: (value, lane = 0) => storeBig(words, laneOf(lane), BigInt.asUintN(width, value)),
  };
}
