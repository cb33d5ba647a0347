import { bit, module, parametric, uint, vec } from '../../src/index.ts';

export interface RefreshParameters {
  /** Cycles after which each bank is due once more, and how many times it may be owed, or be served in advance. */
  readonly interval: number;
  readonly postpone: number;
  readonly pseudoChannels: number;
  /** Of a pseudo-channel. */
  readonly banks: number;
}

/**
 * What each bank is owed: one more every `interval` cycles in which `counts` is 1, one less for each refresh. `all` refreshes the banks of
 * pseudo-channel `pc`, `one` bank number `lane` of the channel. `owed` holds the balance plus `postpone`: what is done more than `postpone` in
 * advance does not count, and what comes too late is told once and then forgiven.
 */
export const RefreshDebt = parametric((p: RefreshParameters) => {
  const lanes = p.pseudoChannels * p.banks;
  const most = 2 * p.postpone;
  const width = 32 - Math.clz32(most + 1);
  const laneBits = Math.max(1, Math.log2(lanes));
  return module(
    `RefreshDebt${lanes}`,
    {
      in: { counts: bit, all: bit, one: bit, pc: bit, lane: uint<number>(laneBits) },
      out: {
        /** A bank owes more than `postpone` after this cycle. */
        late: bit,
      },
    },
    ({ counts, all, one, pc, lane }, hw) => {
      const elapsed = hw.reg('elapsed', uint<number>(32 - Math.clz32(p.interval)), { reset: 0 });
      const owed = hw.reg('owed', vec(lanes, uint<number>(width)), { reset: p.postpone });
      const due = hw.name('due', counts.and(elapsed.eq(p.interval)));
      hw.when(counts, () => elapsed.next(due.mux(1, elapsed.add(1))));

      const late = hw.wire('isLate', bit, { default: 0 });
      hw.when(due.or(all).or(one), () => {
        const numbers = hw.lanes<number, number>(lanes, laneBits);
        const ofPc = hw.vec(Array.from({ length: lanes }, (_, i) => hw.lit(1, Math.floor(i / p.banks)))).eq(pc);
        const served = hw.name('served', all.splat(lanes).and(ofPc).or(one.splat(lanes).and(numbers.eq(lane))));
        const more = due.mux(owed.add(1), owed);
        const after = served.mux(more.subSat(1), more);
        owed.next(after.min(most));
        late.set(after.gt(most).any());
      });
      return { late };
    },
  );
});
