import { crossbarConfig, derive, indexWidth, module, uint, type ModuleDefinition } from '../../src/index.ts';
import { CrossbarCore } from '../../rtl/rram/index.ts';
import { Lfsr64 } from './lfsr.ts';

/** The default crossbar core, 128 x 128, that programs itself with random weights and then multiplies one random vector after the other. */

const config = crossbarConfig();
const { rows, adcs, weightBits, inputBits } = config;
const { turns, timing } = derive(config);

/** Cycles of programming: `erase`, and a cycle a row and turn. */
export const PROLOGUE = 1 + rows * turns;
/** Cycles from one start to the next: those of a product, and one to look at the results. */
const PERIOD = timing.mvm + 1;

export const CrossbarTop = module('CrossbarTop', { out: { csum: uint(64) } }, (_, hw) => {
  const rnd = hw.name('rnd', hw.instance('lfsr', Lfsr64, { seed: hw.lit(64, 0x9e3779b97f4a7c15n) }).out.q);
  /** A random number for each of `count` lanes, out of the same 64 bits. */
  const scatter = (count: number, width: number) =>
    hw.vec(Array.from({ length: count }, (__, g) => {
      const at = (5 * g) % (64 - width);
      return rnd.slice(at + width - 1, at).xor((0x35 * g) % 2 ** width);
    })); // prettier-ignore

  const erased = hw.reg('erased', uint(1), { reset: 0 });
  const programmed = hw.reg('programmed', uint(1), { reset: 0 });
  const row = hw.reg('row', uint(indexWidth(rows)), { reset: 0 });
  const turn = hw.reg('turn', uint(indexWidth(turns)), { reset: 0 });
  const phase = hw.reg('phase', uint(indexWidth(PERIOD)), { reset: 0 });
  // Not in reset: the core asks for its inputs to keep still then.
  const awake = hw.reset().not();
  const erase = awake.and(erased.not());
  const program = erased.and(programmed.not());
  hw.when(erase, () => erased.next(1));
  hw.when(program, () => {
    hw.when(turn.eq(turns - 1), () => {
      turn.next(0);
      row.next(row.add(1));
      hw.when(row.eq(rows - 1), () => programmed.next(1));
    }).otherwise(() => turn.next(turn.add(1)));
  });
  hw.when(programmed, () => phase.next(phase.eq(PERIOD - 1).mux(0, phase.add(1))));
  const start = programmed.and(phase.eq(0));

  const { done, result } = hw.instance('core', CrossbarCore(config) as unknown as ModuleDefinition, {
    erase, program, row, programTurn: turn, weights: scatter(adcs, weightBits), load: start, inputs: scatter(rows, inputBits), start,
  } as never).out as never as { done: ReturnType<typeof row.eq>; result: ReturnType<typeof scatter> }; // prettier-ignore
  const csum = hw.reg('sum', uint(64), { reset: 0 });
  hw.when(done, () => {
    // Which column has which result counts too.
    const mixed = result.add(hw.vec(Array.from({ length: config.columns }, (__, g) => hw.lit(32, Math.imul(g + 1, 0x9e3779b1) >>> 0))));
    const folded = mixed.foldXor();
    csum.next(csum.slice(62, 0).cat(csum.bit(63)).xor(folded.cat(folded.reverse())));
  });
  return { csum };
});
