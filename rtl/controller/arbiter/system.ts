import { bit, indexWidth, module, parametric, uint, type Signal } from '../../../src/index.ts';
import { countWidth } from '../../lib/modular.ts';
import type { Policy } from '../../../src/pim/policy.ts';
import { policyOf } from './arbiter.ts';
import { waitBounds } from './bounds.ts';
import { conserved, flight, inOrder, order, waiting } from './environment.ts';
import { conditionPorts, Owner, Phase } from './observe.ts';
import { ArbiterTurns } from './turns.ts';

export interface ArbiterSystemOptions {
  readonly policy?: Policy | string;
  /** Requests that wait in each queue; default 2. */
  readonly entries?: number;
  /** Cycles in which what may be done is done, at least 2 (default). */
  readonly latency?: number;
  /** Bits of the counts of a turn; 16 unless states are to be few. */
  readonly turnBits?: number;
  /** Bounds on waiting and counts of requests besides; default yes. Without them there are few states. */
  readonly counted?: boolean;
  /** Conditions come through `load`, any at any time; bounds, which speak of conditions that stand still, are left out. Default no. */
  readonly loads?: boolean;
  /** Another module in the place of the turns, as a test has it that wants a mistake to be found. */
  readonly turns?: ReturnType<typeof ArbiterTurns>;
}

/** Inputs of the condition registers, among others. */
const loaded = (inputs: object): Readonly<Record<string, Signal>> => Object.fromEntries(Object.entries(inputs as Record<string, Signal>).filter(([name]) => name === 'load' || name in conditionPorts));

/**
 * The arbiter with everything around it that may behave in any way that it is allowed to: two queues, a controller, a sequencer and a memory with
 * modes. They do what the arbiter lets them do, whether that is right or not; the asserts say what must never be seen. `act` and the `lands` are free,
 * but what may be done is done within `latency` cycles in which no refresh is due.
 */
export const ArbiterSystem = parametric(({ policy: given, entries = 2, latency = 2, turnBits = 16, counted = true, loads = false, turns: other }: ArbiterSystemOptions) => {
  const policy = policyOf(given);
  const width = countWidth(entries);
  return module(
    `ArbiterSystem_${policy.name.replaceAll(/\W/g, '_')}`,
    {
      in: { hostComes: bit, pimComes: bit, act: bit, lands: bit, refresh: bit, writes: bit, hit: bit, newRow: bit, choice: uint(width), ...(counted && { hostMark: bit, pimMark: bit }), ...(loads && { load: bit, ...conditionPorts }) },
      out: { owner: Owner, phase: Phase, hostServed: bit, pimServed: bit, hostWaiting: uint(width), pimWaiting: uint(width), refreshing: bit, allBank: bit },
    },
    (inputs, hw) => {
      const { hostComes, pimComes, act, lands, refresh, writes, hit, newRow, choice } = inputs;
      const turns = hw.instance('turns', other ?? ArbiterTurns({ policy, turnBits }));
      const { owner, phase, hostGo, closeRows, pimGo, leave, toPim, toHost } = turns.out;
      const is = (...phases: readonly number[]): Signal<1> => phases.map((p) => phase.eq(p)).reduce((a, b) => a.or(b));

      // The memory: modes, rows, data under way, refresh.
      const allBank = hw.reg('allBank', bit, { reset: 0 });
      const hostRows = hw.reg('hostRows', bit, { reset: 0 });
      const pimRows = hw.reg('pimRows', bit, { reset: 0 });
      const due = hw.reg('refreshDue', bit, { reset: 0 });
      const refreshing = hw.reg('refreshes', bit, { reset: 0 });
      const live = hw.name('live', due.or(refreshing).not());

      const hostServed = hw.wire('hostServed', bit);
      const pimServed = hw.wire('pimServed', bit);
      const changes = hw.wire('modeChanges', bit);
      const hostFlight = flight(hw, 'host', latency, hostServed, lands, changes);
      const pimFlight = flight(hw, 'pim', latency, pimServed, lands, changes);
      const host = waiting(hw, 'host', entries, hostComes, hostServed);
      const pim = waiting(hw, 'pim', entries, pimComes, pimServed);
      const flying = hostFlight.flying.or(pimFlight.flying);

      // What controller and sequencer may do by what the arbiter tells them, and by nothing else.
      const canServeHost = hostGo.and(host.count.ne(0)).and(hostFlight.flying.not());
      const canClose = closeRows.and(hostRows);
      const canEnter = pimGo.and(allBank.not());
      const canServePim = pimGo.and(allBank).and(pim.count.ne(0)).and(pimFlight.flying.not());
      const canLeave = leave.and(allBank.or(pimRows));
      const can = [canServeHost, canClose, canEnter, canServePim, canLeave].reduce((a, b) => a.or(b));
      const acts = hw.name('acts', act.and(live));
      const idle = hw.reg('idle', uint(indexWidth(latency)), { reset: 0 });
      const late = can.and(live).and(acts.not());
      hw.assume(late.not().or(idle.ne(latency - 1)), `what may be done is done within ${latency} cycles`);
      hw.when(acts.or(can.not()), () => idle.next(0)).elsewhen(late, () => idle.next(idle.add(1)));
      hw.assert(idle.le(latency - 1), 'nothing is put off for longer');

      const enters = acts.and(canEnter);
      const leaves = acts.and(canLeave);
      hostServed.set(acts.and(canServeHost));
      pimServed.set(acts.and(canServePim));
      changes.set(enters.or(leaves));
      hw.when(hostServed, () => hostRows.next(1));
      hw.when(acts.and(canClose), () => hostRows.next(0));
      hw.when(pimServed, () => pimRows.next(1));
      hw.when(enters, () => allBank.next(1));
      hw.when(leaves, () => {
        allBank.next(0);
        pimRows.next(0);
      });

      // Refresh is the controller's: it waits for data under way and closes rows, whoever owns the memory.
      const starts = due.and(refreshing.not()).and(flying.not());
      hw.when(refresh.and(live), () => due.next(1));
      hw.when(starts, () => {
        due.next(0);
        refreshing.next(1);
        hostRows.next(0);
        pimRows.next(0);
      });
      hw.when(refreshing.and(lands), () => refreshing.next(0));
      const wait = hw.reg('refreshWaits', uint(countWidth(2 * latency + 1)), { reset: 0 });
      wait.next(due.and(starts.not()).mux(wait.add(1), 0));
      const age = hostFlight.flying.mux(hostFlight.age, pimFlight.age).zext(wait.width);
      const untilLanded = flying.mux(hw.lit(wait.width, latency).sub(age), 0);
      hw.assert(due.not().or(wait.add(untilLanded).le(latency)), `a refresh waits for ${latency} cycles at most, in every phase`);
      hw.assert(wait.le(latency), 'the start of a refresh is not put off');
      hw.assert(due.or(wait.eq(0)), 'nothing waits that is not due');
      hw.assert(due.and(refreshing).not(), 'one refresh at a time');
      hw.assert(refreshing.and(flying).not(), 'no data move in a refresh');

      const { older, elders } = order(hw, entries, { waiting: host, served: hostServed }, { waiting: pim, served: pimServed }, choice);
      const both = host.count.ne(0).and(pim.count.ne(0));
      const hostCount = host.count.zext(8);
      hw.assign(turns.in, {
        hostReads: writes.mux(hw.lit(8, 0), hostCount), hostWrites: writes.mux(hostCount, 0), hostHit: hit.and(hostRows).and(host.count.ne(0)), hostOlder: both.and(older.eq(Owner.HOST)), hostServed,
        hostQuiet: hostFlight.flying.not(), rowsClosed: hostRows.not(), pimCount: pim.count.zext(8), pimNewRow: newRow, pimServed, pimOpened: enters, pimQuiet: pimFlight.flying.not(),
        inPim: allBank, inHost: allBank.or(pimRows).not(), load: 0, ...policy.conditions, ...(loads && loaded(inputs)),
      }); // prettier-ignore

      if (policy.partition !== true) {
        hw.assert(hostGo.and(pimGo).not(), 'never both owners');
        hw.assert(hostServed.not().or(is(Phase.HOST).and(owner.eq(Owner.HOST)).and(allBank.not())), 'host commands only in the host phase and in single-bank mode');
        hw.assert(pimServed.not().or(is(Phase.ENTER, Phase.PIM).and(owner.eq(Owner.PIM)).and(allBank).and(hostRows.not()).and(hostFlight.flying.not())), 'triggers only when PIM owns the memory, in its mode, without rows or data of the host');
        hw.assert(hostFlight.flying.and(pimFlight.flying).not(), 'data of one class at a time');
        hw.assert(pimFlight.flying.not().or(allBank), 'PIM data move in its mode only');
        hw.assert(acts.and(canClose).not().or(hostFlight.flying.not()), 'rows are closed after the last host data');
        hw.assert(enters.not().or(flying.or(hostRows).not()), 'the mode is entered without rows open or data under way');
        hw.assert(leaves.not().or(pimFlight.flying.not()), 'the mode is left after the last PIM data');
        hw.assert(is(Phase.HOST, Phase.DRAIN, Phase.CLOSE).not().or(allBank.or(pimRows).or(pimFlight.flying).not()), 'the host gets the memory as it left it');
        hw.assert(is(Phase.CLOSE, Phase.ENTER, Phase.PIM, Phase.FINISH, Phase.LEAVE).not().or(hostFlight.flying.not()), 'host data have moved before rows are closed');
        hw.assert(is(Phase.ENTER, Phase.PIM, Phase.FINISH, Phase.LEAVE).not().or(hostRows.not()), 'no row of the host is open once PIM owns the memory');
        hw.assert(is(Phase.PIM, Phase.FINISH).not().or(allBank), 'PIM works in its mode');
        hw.assert(is(Phase.LEAVE).not().or(pimFlight.flying.not()), 'PIM data have moved before the mode is left');
        hw.assert(is(Phase.ENTER).not().or(turns.out.turnRequests.eq(0).and(pimFlight.flying.not())), 'the turn begins once the mode is reached');
        const moves = can.or(flying).or(due).or(refreshing).or(toPim).or(toHost);
        hw.assert(both.or(host.count.ne(0)).or(pim.count.ne(0)).not().or(moves).or(is(Phase.HOST, Phase.PIM).not()), 'while somebody waits, something may be done');
        if (counted) {
          conserved(hw, 'host', host, hostFlight);
          conserved(hw, 'pim', pim, pimFlight);
          inOrder(hw, 'host', host, hostServed, inputs['hostMark' as 'act']);
          inOrder(hw, 'pim', pim, pimServed, inputs['pimMark' as 'act']);
          if (!loads) waitBounds(hw, { policy, environment: { entries, latency }, turns: turns.out, host: { ...host, flight: hostFlight, served: hostServed }, pim: { ...pim, flight: pimFlight, served: pimServed }, live, idle, can, allBank, hostRows, pimRows, older, elders });
        }

        hw.cover(pimServed, 'a trigger');
        hw.cover(hostServed.and(pim.count.ne(0)), 'the host is served while PIM waits');
      }
      return { owner, phase, hostServed, pimServed, hostWaiting: host.count, pimWaiting: pim.count, refreshing, allBank };
    },
  );
});
