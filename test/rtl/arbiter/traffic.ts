import { simulate, type Policy } from '../../../src/index.ts';
import { Arbiter, Phase } from '../../../rtl/controller/arbiter/index.ts';
import { seeded } from '../../dram/streams.ts';

/** What is seen of a run from outside: owner by owner, by somebody who only looks at ports. */
export interface Observed {
  readonly phaseCycles: number[];
  readonly served: { host: number; pim: number };
  readonly switches: { toPim: number; toHost: number };
  readonly cycles: { toPim: number; toHost: number; longestToPim: number; longestToHost: number };
  readonly waitCycles: { host: number; pim: number };
  readonly longest: { host: number; pim: number };
  rowsLost: number;
}

/** A crude controller and sequencer around an arbiter, at random; the counters of the arbiter must be what is seen. */
export function traffic(policy: Policy, cycles: number, seed: number) {
  const sim = simulate(Arbiter({ policy }));
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const seen: Observed = {
    phaseCycles: Array.from({ length: 7 }, () => 0), served: { host: 0, pim: 0 }, switches: { toPim: 0, toHost: 0 },
    cycles: { toPim: 0, toHost: 0, longestToPim: 0, longestToHost: 0 }, waitCycles: { host: 0, pim: 0 }, longest: { host: 0, pim: 0 }, rowsLost: 0,
  }; // prettier-ignore
  let [reads, writes, pim, hostWaits, pimWaits, way, before] = [0, 0, 0, 0, 0, 0, Phase.HOST];
  let [hit, done] = [0, true];
  for (let cycle = 0; cycle < cycles; cycle++) {
    // Phases change after an edge: what stood before it explains the counters.
    const { phase, hostGo, pimGo } = sim.out;
    if (phase !== before) {
      if (phase === Phase.DRAIN) {
        seen.switches.toPim++;
        seen.rowsLost += hit;
      }
      if (phase === Phase.FINISH) seen.switches.toHost++;
      if (phase === Phase.DRAIN || phase === Phase.FINISH) way = 0;
      done = false;
    }
    before = phase;
    seen.phaseCycles[phase]!++;
    if (phase !== Phase.HOST && phase !== Phase.PIM) {
      const to = phase === Phase.DRAIN || phase === Phase.CLOSE || phase === Phase.ENTER ? 'toPim' : 'toHost';
      seen.cycles[to]++;
      const longest = to === 'toPim' ? 'longestToPim' : 'longestToHost';
      seen.cycles[longest] = Math.max(seen.cycles[longest], ++way);
    }
    done ||= random() < 0.3;
    const hostServed = Number(hostGo === 1 && reads + writes > 0 && random() < 0.4);
    const pimServed = Number(pimGo === 1 && phase === Phase.PIM && pim > 0 && random() < 0.4);
    hit = Number(reads + writes > 0 && random() < 0.5);
    Object.assign(sim.in, {
      hostReads: reads, hostWrites: writes, hostHit: hit, hostOlder: Number(pim > 0 && reads + writes > 0 && random() < 0.5), hostServed, hostQuiet: Number(done), rowsClosed: Number(done), pimCount: pim,
      pimNewRow: below(2), pimServed, pimOpened: Number(pimServed === 1 && random() < 0.2), pimQuiet: Number(done), inPim: Number(done), inHost: Number(done), load: 0, ...policy.conditions,
    }); // prettier-ignore
    seen.waitCycles.host += reads + writes;
    seen.waitCycles.pim += pim;
    hostWaits = reads + writes > 0 ? hostWaits + 1 : 0;
    pimWaits = pim > 0 ? pimWaits + 1 : 0;
    seen.longest.host = Math.max(seen.longest.host, hostWaits);
    seen.longest.pim = Math.max(seen.longest.pim, pimWaits);
    if (hostServed === 1) hostWaits = 0;
    if (pimServed === 1) pimWaits = 0;
    seen.served.host += hostServed;
    seen.served.pim += pimServed;
    sim.step();
    const isRead = reads > 0 && (writes === 0 || random() < 0.5);
    if (isRead) reads -= hostServed;
    else writes -= hostServed;
    if (pimServed === 1) pim--;
    // Bursts of requests and times without any.
    const busy = (cycle >> 7) % 3;
    if (busy !== 0 && reads < 40 && random() < 0.3) reads++;
    if (busy !== 0 && writes < 40 && random() < 0.1) writes++;
    if (busy !== 1 && pim < 60 && random() < 0.3) pim++;
  }
  // The last change is seen one cycle later.
  const { out } = sim;
  const totals = {
    phaseCycles: [...out.phaseCycles],
    served: { host: out.hostServedCount, pim: out.pimServedCount },
    cycles: { toPim: out.toPimCycles, toHost: out.toHostCycles, longestToPim: out.toPimLongest, longestToHost: out.toHostLongest },
    waitCycles: { host: out.hostWaitCycles, pim: out.pimWaitCycles },
    longest: { host: out.hostWaitLongest, pim: out.pimWaitLongest },
    rowsLost: out.rowsLost,
    switches: { toPim: [...out.switchesToPim], toHost: [...out.switchesToHost] },
  };
  if (out.phase === Phase.DRAIN && before === Phase.HOST) {
    seen.switches.toPim++;
    seen.rowsLost += hit;
  }
  if (out.phase === Phase.FINISH && before === Phase.PIM) seen.switches.toHost++;
  sim.close();
  return { seen, totals };
}
