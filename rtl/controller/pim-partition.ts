import { bit, module, parametric, uint, type Signal } from '../../src/index.ts';
import { Owner, Phase } from './arbiter/index.ts';

/** Cycles of a turn in PIM's banks after which it ends if the other class waits for them; our choice. */
export const PARTITION_TURN = 1024;

/**
 * Who has the banks of PIM in a channel that is parted: the first PIM request hands the whole memory over once, for the mode to be entered with all rows
 * closed and the partition to be written. From then on the host's banks are the host's all the time, and what is handed over is PIM's banks alone: to the
 * host when one of its requests waits for them and PIM has nothing to do (or its turn has been long), and back in the same way.
 */
export const PimPartition = parametric(() =>
  module(
    'PimPartition',
    {
      in: {
        pimCount: uint(8),
        pimServed: bit,
        pimQuiet: bit,
        /** The mode that PIM needs is reached, the partition in force. */
        inPim: bit,
        singleBank: bit,
        hostQuiet: bit,
        rowsClosed: bit,
        /** Of PIM's banks: their rows are closed, a host request waits for them, a host column command goes there. */
        pimsClosed: bit,
        hostInPims: bit,
        hostServed: bit,
      },
      out: {
        owner: Owner,
        phase: Phase,
        /** Host commands may be given to its own banks; not so to PIM's; rows are to be closed: all, and PIM's. */
        hostGo: bit,
        shut: bit,
        closeRows: bit,
        closePims: bit,
        pimGo: bit,
        leave: bit,
      },
    },
    ({ pimCount, pimServed, pimQuiet, inPim, singleBank, hostQuiet, rowsClosed, pimsClosed, hostInPims, hostServed }, hw) => {
      const phase = hw.reg('turn', Phase, { reset: Phase.HOST });
      /** The banks are parted. */
      const parted = hw.reg('parted', bit, { reset: 0 });
      const cycles = hw.reg('turnCycles', uint(16), { reset: 0 });
      const useful = hw.reg('turnUseful', bit, { reset: 0 });
      const is = (...phases: readonly number[]): Signal<1> => phases.map((p): Signal<1> => phase.eq(p)).reduce((a, b) => a.or(b));
      const long = useful.and(cycles.ge(PARTITION_TURN));
      const pimWaits = pimCount.ne(0);
      const steps: readonly (readonly [from: number, when: Signal<1>, to: number])[] = [
        [Phase.HOST, pimWaits.and(parted.not().or(hostInPims.not()).or(long)), Phase.CLOSE],
        [Phase.CLOSE, parted.mux(pimsClosed, rowsClosed.and(hostQuiet)), Phase.ENTER],
        [Phase.ENTER, inPim, Phase.PIM],
        [Phase.PIM, hostInPims.and(pimWaits.not().or(long)), Phase.FINISH],
        [Phase.FINISH, pimQuiet, Phase.LEAVE],
        [Phase.LEAVE, singleBank.and(pimsClosed), Phase.HOST],
      ];
      const turn = is(Phase.HOST, Phase.PIM);
      cycles.next(turn.mux(cycles.eq(65535).mux(cycles, cycles.add(1)), 0));
      useful.next(turn.and(useful.or(is(Phase.HOST).mux(hostServed, pimServed))));
      for (const [from, when, to] of steps) hw.when(phase.eq(from).and(when), () => phase.next(to));
      hw.when(is(Phase.ENTER).and(inPim), () => parted.next(1));
      return {
        owner: is(Phase.ENTER, Phase.PIM, Phase.FINISH, Phase.LEAVE).mux(hw.lit(1, Owner.PIM), Owner.HOST),
        phase,
        hostGo: parted.or(is(Phase.HOST)),
        shut: is(Phase.HOST).not(),
        closeRows: is(Phase.CLOSE).and(parted.not()),
        closePims: is(Phase.CLOSE).and(parted),
        pimGo: is(Phase.ENTER, Phase.PIM),
        leave: is(Phase.LEAVE),
      };
    },
  ),
);
