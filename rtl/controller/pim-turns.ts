import { bit, enumeration, module, uint } from '../../src/index.ts';

export const Owner = enumeration('Owner', ['HOST', 'PIM']);
export const Phase = enumeration('Phase', ['HOST', 'DRAIN', 'CLOSE', 'ENTER', 'PIM', 'FINISH', 'LEAVE']);

/** Turns by time: a stand-in with the ports of the arbiter. */
export const Turns = (slice: number) =>
  module(
    'Turns',
    {
      in: {
        hostReads: uint(8), hostWrites: uint(8), hostHit: bit, hostOlder: bit, hostServed: bit, hostQuiet: bit, rowsClosed: bit, pimCount: uint(8), pimNewRow: bit, pimServed: bit,
        pimOpened: bit, pimQuiet: bit, inPim: bit, inHost: bit,
      }, // prettier-ignore
      out: { owner: Owner, phase: Phase, hostGo: bit, closeRows: bit, pimGo: bit, leave: bit },
    },
    ({ hostReads, hostWrites, hostServed, hostQuiet, rowsClosed, pimCount, pimServed, pimQuiet, inPim, inHost }, hw) => {
      const phase = hw.reg('phase', Phase, { reset: Phase.HOST });
      const spent = hw.reg('spent', uint(16), { reset: 0 });
      const host = hostReads.ne(0).or(hostWrites.ne(0));
      const pim = pimCount.ne(0);
      // A turn in which nobody is served would be for nothing.
      const served = hw.reg('hasServed', bit, { reset: 0 });
      hw.when(hostServed.or(pimServed), () => served.next(1));
      const over = spent.ge(slice).and(served);
      const go = (to: number) => (): void => {
        phase.next(to);
        spent.next(0);
        served.next(0);
      };
      hw.when(spent.ne(65535), () => spent.next(spent.add(1)));
      hw.switch(phase)
        .case(Phase.HOST, () => hw.when(pim.and(host.not().or(over)), go(Phase.DRAIN)))
        .case(Phase.DRAIN, () => hw.when(hostQuiet, go(Phase.CLOSE)))
        .case(Phase.CLOSE, () => hw.when(rowsClosed, go(Phase.ENTER)))
        .case(Phase.ENTER, () => hw.when(inPim, go(Phase.PIM)))
        .case(Phase.PIM, () => hw.when(host.and(pim.not().or(over)), go(Phase.FINISH)))
        .case(Phase.FINISH, () => hw.when(pimQuiet, go(Phase.LEAVE)))
        .case(Phase.LEAVE, () => hw.when(inHost, go(Phase.HOST)));
      const is = (...phases: readonly number[]) => phases.map((p) => phase.eq(p)).reduce((a, b) => a.or(b));
      return { owner: is(Phase.ENTER, Phase.PIM, Phase.FINISH, Phase.LEAVE).mux(hw.lit(1, Owner.PIM), Owner.HOST), phase, hostGo: is(Phase.HOST), closeRows: is(Phase.CLOSE), pimGo: is(Phase.ENTER, Phase.PIM), leave: is(Phase.LEAVE) };
    },
  );
