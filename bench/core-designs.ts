import { simulate, type EngineName, type ModuleDefinition } from '../src/index.ts';
import { McTop } from './designs/mc.ts';
import { SimdTop } from './designs/simd.ts';

/** A simulation at work, whatever runs it: its testbench, if any, is part of it. */
export interface Bench {
  /** Runs on and returns a checksum of what came out so far. */
  run(cycles: number): Promise<string>;
}

export interface CoreDesign {
  readonly name: string;
  /** Elaborates, compiles, and holds the reset for four cycles. */
  readonly start: (engine: EngineName) => Promise<Bench>;
  readonly definition: () => ModuleDefinition;
  /** Sources of the Verilog twin in `bench/verilog`, if there is one. */
  readonly verilog: readonly string[] | undefined;
}

/** A design that feeds itself and shows a checksum. */
function selfFed(name: string, define: () => ModuleDefinition, verilog: readonly string[]): CoreDesign {
  return {
    name,
    definition: define,
    verilog,
    start(engine) {
      const sim = simulate(define(), { engine });
      sim.reset(4);
      const csum = sim.signal('csum');
      return Promise.resolve({
        run(cycles) {
          sim.step(cycles);
          return Promise.resolve(csum.getBig().toString(16).padStart(16, '0'));
        },
      });
    },
  };
}

export const coreDesigns: readonly CoreDesign[] = [
  selfFed('mc', () => McTop({ rate: 255 }), ['top_mc.v', 'mc.v']),
  selfFed('mcidle', () => McTop({ rate: 96 }), ['top_mcidle.v', 'mc.v']),
  selfFed('simd', () => SimdTop, ['top_simd.v', 'simd.v', 'mc.v']),
];
