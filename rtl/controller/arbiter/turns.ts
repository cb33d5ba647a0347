import { bit, module, parametric, uint, type Signal } from '../../../src/index.ts';
import { CONDITIONS, type Condition, type Policy } from '../../../src/pim/policy.ts';
import { conditionPorts, fires, Owner, Phase, saturating, type Conditions } from './observe.ts';

/** What an arbiter sees of the controller (host...) and of the sequencer (pim...), and the condition registers. */
export const arbiterInputs = {
  /** Requests that wait. */
  hostReads: uint(8),
  hostWrites: uint(8),
  /** One of them hits an open row. */
  hostHit: bit,
  /** The oldest of them came before the first PIM request. */
  hostOlder: bit,
  /** A host column command is given. */
  hostServed: bit,
  /** No host data under way: 0 from the cycle after a host column command on, until its data have been moved. */
  hostQuiet: bit,
  rowsClosed: bit,
  pimCount: uint(8),
  /** The first PIM request needs another row than the last one had. */
  pimNewRow: bit,
  /** A PIM request is done. */
  pimServed: bit,
  /** PIM is done with a row: its next request needs another one. */
  pimOpened: bit,
  pimQuiet: bit,
  /** The mode that PIM needs is reached. */
  inPim: bit,
  /** Single-bank mode everywhere, rows closed. */
  inHost: bit,
  /** Takes the conditions. */
  load: bit,
  ...conditionPorts,
} as const;

export const ownershipOutputs = {
  owner: Owner,
  phase: Phase,
  /** Host commands may be given. */
  hostGo: bit,
  closeRows: bit,
  /** The sequencer may give any command it needs. */
  pimGo: bit,
  /** It is to go to single-bank mode. */
  leave: bit,
} as const;

/** Number of a reason: 0 is `idle`, then the terms of the list. */
export const REASON_BITS = 3;

export interface TurnsParameters {
  readonly policy: Policy;
  /** Bits of the counts of a turn; 16 unless a proof wants fewer. */
  readonly turnBits?: number;
}

/** Who owns the memory, by a policy. The hand-over is one walk through the phases, a cycle each at least. */
export const ArbiterTurns = parametric(({ policy, turnBits = 16 }: TurnsParameters) =>
  module(
    `ArbiterTurns_${policy.name.replaceAll(/\W/g, '_')}`,
    { in: arbiterInputs, out: { ...ownershipOutputs, toPim: bit, toHost: bit, reason: uint(REASON_BITS), turnCycles: uint(turnBits), turnRequests: uint(turnBits), bypasses: uint(turnBits) } },
    (inputs, hw) => {
      const { hostReads, hostWrites, hostHit, hostOlder, hostServed, hostQuiet, rowsClosed, pimCount, pimNewRow, pimServed, pimOpened, pimQuiet, inPim, inHost, load } = inputs;
      const phase = hw.reg('phase', Phase, { reset: Phase.HOST });
      const is = (...phases: readonly number[]): Signal<1> => phases.map((p) => phase.eq(p)).reduce((a, b) => a.or(b));

      const conditions = Object.fromEntries(Object.entries(CONDITIONS).map(([name, { bits }]) => {
          const register = hw.reg(`${name}Now`, uint(bits), { reset: policy.conditions[name as Condition] });
          hw.when(load, () => register.next(inputs[name as Condition]));
          return [name, register];
        }),
      ) as unknown as Conditions; // prettier-ignore

      const host = hw.name('hostWaits', hostReads.ne(0).or(hostWrites.ne(0)));
      const pim = hw.name('pimWaits', pimCount.ne(0));
      const pimOlder = pim.and(host.and(hostOlder).not());
      const ends = hw.wire('ends', bit);
      const served = hw.name('served', is(Phase.HOST).and(hostServed).or(is(Phase.ENTER, Phase.PIM).and(pimServed)));
      const passed = is(Phase.HOST).mux(pimOlder, host.and(hostOlder));
      const count = (name: string, by: Signal<1>): Signal => saturating(hw, name, turnBits, ends, by);
      // A turn begins where the other one ended, and so the way to it is not part of it.
      const turnCycles = count('turnCycles', is(Phase.HOST, Phase.PIM));
      const turnRequests = count('turnRequests', served);
      const turnRows = count('turnRows', is(Phase.ENTER, Phase.PIM).and(pimOpened));
      const bypasses = count('bypasses', served.and(passed));

      const observed = { hostCount: hostReads.zext(9).add(hostWrites.zext(9)), hostReads, hostWrites, hostHit, hostOlder, pimOlder, pimCount, pimNewRow, turnRequests, turnRows, turnCycles, bypasses };
      const useful = turnRequests.ne(0);
      /** Why a turn ends now, `idle` first. */
      const reasons = (terms: Policy['toPim'], own: Signal<1>, other: Signal<1>): Signal<1>[] => [own.not(), ...fires(hw, terms, observed, conditions).map((f) => f.and(useful))].map((f) => f.and(other));
      const forPim = reasons(policy.toPim, host, pim);
      const forHost = reasons(policy.toHost, pim, host);
      const any = (bits: readonly Signal<1>[]): Signal<1> => bits.reduce((a, b) => a.or(b));
      const first = (bits: readonly Signal<1>[]): Signal<typeof REASON_BITS> => bits.reduceRight((rest, fired, i) => fired.mux(hw.lit(REASON_BITS, i), rest), hw.lit(REASON_BITS, 0));

      const toPim = policy.partition === true ? hw.lit(1, 0) : hw.name('endsForPim', is(Phase.HOST).and(any(forPim)));
      const toHost = hw.name('endsForHost', is(Phase.PIM).and(any(forHost)));
      ends.set(toPim.or(toHost));

      const steps: readonly (readonly [from: number, when: Signal<1>, to: number])[] = [
        [Phase.HOST, toPim, Phase.DRAIN],
        [Phase.DRAIN, hostQuiet, Phase.CLOSE],
        [Phase.CLOSE, rowsClosed, Phase.ENTER],
        [Phase.ENTER, inPim, Phase.PIM],
        [Phase.PIM, toHost, Phase.FINISH],
        [Phase.FINISH, pimQuiet, Phase.LEAVE],
        [Phase.LEAVE, inHost, Phase.HOST],
      ];
      for (const [from, when, to] of steps) hw.when(phase.eq(from).and(when), () => phase.next(to));

      hw.assert(phase.le(Phase.LEAVE), 'the phase is one of seven');
      hw.assert(is(Phase.DRAIN, Phase.CLOSE, Phase.FINISH, Phase.LEAVE).not().or(turnRequests.or(bypasses).or(turnCycles).eq(0)), 'the counts of a turn begin at 0');
      hw.assert(is(Phase.ENTER).not().or(turnCycles.eq(0)), 'the way to a turn does not count');

      return {
        owner: is(Phase.ENTER, Phase.PIM, Phase.FINISH, Phase.LEAVE).mux(hw.lit(1, Owner.PIM), Owner.HOST),
        phase,
        hostGo: is(Phase.HOST),
        closeRows: is(Phase.CLOSE),
        pimGo: policy.partition === true ? hw.lit(1, 1) : is(Phase.ENTER, Phase.PIM),
        leave: is(Phase.LEAVE),
        toPim,
        toHost,
        reason: toPim.mux(first(forPim), first(forHost)),
        turnCycles,
        turnRequests,
        bypasses,
      };
    },
  ),
);
