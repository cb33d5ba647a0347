import { simulate, type EngineName, type ModuleDefinition } from '../src/index.ts';
import { CrossbarTop, PROLOGUE } from './designs/crossbar.ts';
import { FarmTop } from './designs/farm.ts';
import { McTop } from './designs/mc.ts';
import { McVecTop } from './designs/mc-vec.ts';
import { SimdTop } from './designs/simd.ts';
import { SysTop } from './designs/sys.ts';

/** A simulation at work, whatever runs it. */
export interface Bench {
  /** Runs on and returns a checksum of what came out so far. */
  run(cycles: number): string;
}

export interface CoreDesign {
  readonly name: string;
  readonly definition: ModuleDefinition;
  /** Elaborates, compiles, and holds the reset for four cycles. */
  readonly start: (engine: EngineName) => Bench;
  /** Sources of the Verilog twin in `bench/verilog`; without one, others run what we export. */
  readonly verilog: readonly string[] | undefined;
  /** Cycles after the first one in which the design gets ready: they are run and not measured. */
  readonly prologue: number;
}

/** A design that feeds itself and shows a checksum. */
function selfFed(name: string, definition: ModuleDefinition, verilog: readonly string[] | undefined, prologue = 0): CoreDesign {
  return {
    name,
    definition,
    verilog,
    prologue,
    start(engine) {
      const sim = simulate(definition, { engine });
      sim.reset(4);
      const csum = sim.signal('csum');
      return {
        run(cycles) {
          sim.step(cycles);
          return csum.getBig().toString(16).padStart(16, '0');
        },
      };
    },
  };
}

/** Those of the core benchmark. */
export const coreDesigns: readonly CoreDesign[] = [
  selfFed('mc', McTop({ rate: 255 }), ['top_mc.v', 'mc.v']),
  selfFed('mcidle', McTop({ rate: 96 }), ['top_mcidle.v', 'mc.v']),
  selfFed('simd', SimdTop, ['top_simd.v', 'simd.v', 'mc.v']),
  selfFed('crossbar', CrossbarTop, undefined, PROLOGUE),
];

const named = (name: string): CoreDesign => coreDesigns.find((d) => d.name === name)!;

/** Those on which the engines are compared. `mcvec` does what `mc` does, so that the Verilog of `mc` is its twin as well. */
export const engineDesigns: readonly CoreDesign[] = [
  named('mc'),
  selfFed('mcvec', McVecTop, ['top_mc.v', 'mc.v']),
  named('mcidle'),
  named('simd'),
  selfFed('sys', SysTop, ['top_sys.v', 'simd.v', 'mc.v']),
  named('crossbar'),
  selfFed('farm', FarmTop, undefined),
];
