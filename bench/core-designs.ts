import { crossbarConfig, simulate, weightMatrix, type EngineName, type ModuleDefinition } from '../src/index.ts';
import { randomWords } from '../src/export/cosim/stimulus.ts';
import { CrossbarCore, RtlCrossbar } from '../rtl/rram/index.ts';
import { McTop } from './designs/mc.ts';
import { McVecTop } from './designs/mc-vec.ts';
import { SimdTop } from './designs/simd.ts';
import { SysTop } from './designs/sys.ts';

/** A simulation at work, whatever runs it: its testbench, if any, is part of it. */
export interface Bench {
  /** Runs on and returns a checksum of what came out so far. */
  run(cycles: number): string;
  /** What must happen once, after the first cycle and before those that are measured. */
  prepare(): void;
}

export interface CoreDesign {
  readonly name: string;
  readonly definition: ModuleDefinition;
  /** Elaborates, compiles, and holds the reset for four cycles. */
  readonly start: (engine: EngineName) => Bench;
  /** Sources of the Verilog twin in `bench/verilog`, if there is one. */
  readonly verilog: readonly string[] | undefined;
}

/** A design that feeds itself and shows a checksum. */
function selfFed(name: string, definition: ModuleDefinition, verilog: readonly string[]): CoreDesign {
  return {
    name,
    definition,
    verilog,
    start(engine) {
      const sim = simulate(definition, { engine });
      sim.reset(4);
      const csum = sim.signal('csum');
      return {
        prepare: () => undefined,
        run(cycles) {
          sim.step(cycles);
          return csum.getBig().toString(16).padStart(16, '0');
        },
      };
    },
  };
}

/** The default crossbar core, 128 x 128, one matrix-vector product after the other; the testbench sets inputs and adds up the results. */
function crossbar(): CoreDesign {
  const config = crossbarConfig();
  return {
    name: 'crossbar',
    definition: CrossbarCore(config) as unknown as ModuleDefinition,
    verilog: undefined,
    start(engine) {
      const core = new RtlCrossbar(config, { engine });
      const { sim } = core;
      sim.reset(4);
      const next = randomWords(0x2545f491);
      let programmed = false;
      /** Cycles since the product was started. */
      let phase = 0;
      let sum = 0;
      const launch = (): void => {
        sim.in.inputs = Array.from({ length: config.rows }, () => next() & 0xff);
        sim.in.load = 1;
        sim.in.start = 1;
        sim.step();
        sim.in.load = 0;
        sim.in.start = 0;
      };
      return {
        prepare() {
          const weights = Array.from({ length: config.columns }, () => Array.from({ length: config.rows }, () => (next() & 0xff) - 128 || 1));
          core.program(weightMatrix(weights));
          programmed = true;
        },
        run(cycles) {
          if (!programmed) sim.step(cycles);
          for (let left = programmed ? cycles : 0; left > 0; ) {
            const many = phase === 0 ? 1 : Math.min(left, MVM - phase);
            if (phase === 0) launch();
            else sim.step(many);
            left -= many;
            phase = (phase + many) % MVM;
            if (phase === 0) for (const y of sim.out.result) sum = (Math.imul(sum, 31) + y) | 0;
          }
          return (sum >>> 0).toString(16).padStart(8, '0');
        },
      };
    },
  };
}

/** Cycles from one start to the next: those of the default configuration, and one to look at the results. */
const MVM = 275;

/** Those of the core benchmark. */
export const coreDesigns: readonly CoreDesign[] = [
  selfFed('mc', McTop({ rate: 255 }), ['top_mc.v', 'mc.v']),
  selfFed('mcidle', McTop({ rate: 96 }), ['top_mcidle.v', 'mc.v']),
  selfFed('simd', SimdTop, ['top_simd.v', 'simd.v', 'mc.v']),
  crossbar(),
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
];
