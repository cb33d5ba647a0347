import { controllerConfig, type ControllerOptions } from '../../../rtl/controller/index.ts';
import type { Outcome, Served } from './harness.ts';

/** What a request found and what became of it. */
export interface Overtaken {
  readonly served: Served;
  /** Younger ones of its direction that were answered before it. */
  readonly overtaken: number;
  /** Older ones of its direction that it found waiting. */
  readonly ahead: number;
}

/** Of each request that was in a queue; needs `statistics: 'requests'`. */
export function overtakes({ served }: Outcome): Overtaken[] {
  // A read that a queued write answered was in no queue.
  const queued = served.filter(({ request, causes }) => request.write || causes!.at(-1)! > 1);
  return queued.map((s) => {
    const same = queued.filter(({ request }) => request.write === s.request.write);
    return {
      served: s,
      overtaken: same.filter((o) => o.accepted > s.accepted && o.answered < s.answered).length,
      ahead: same.filter((o) => o.accepted < s.accepted && o.answered > s.accepted).length,
    };
  });
}

/** Requests of a direction before the other one has its turn. */
const TURN = 16;

/** The bound of the guide, `docs/controller.md`, in cycles from acceptance to answer, of a request that finds so many older ones in its queue. */
export function serviceBound(options: ControllerOptions, ahead: number, write: boolean): number {
  const { preset, ageCap, reads, writes, wait, refresh, powerDown } = controllerConfig(options);
  const { timing: t, organisation: o } = preset;
  const row = Math.max(t.tRAS, t.WL + o.burstCycles + t.tWR, t.tRTPL, t.tRTPS) + t.tRP + Math.max(t.tRC, t.tFAW, t.tRRDL) + o.actCycles + Math.max(t.tRCDRD, t.tRCDWR);
  const turn = Math.max(t.RL + o.burstCycles + t.tRTRS - t.WL, t.WL + o.burstCycles + t.tWTRL, t.tCCDL) + 8;
  const own = (ahead + 1) * (ageCap + 1);
  const others = (Math.ceil(own / TURN) + 1) * Math.max(TURN, reads, writes);
  const one = row + turn + (refresh === 'per-bank' ? t.tRFCSB + t.tRREFD + row : 0);
  const work = (own + others) * one + (write ? wait : 0) + (powerDown > 0 ? t.tCKE + t.tXP : 0) + t.RL + o.burstCycles + 4;
  return refresh === 'all-bank' ? (work + t.tRFC + row) / (1 - Math.min(0.95, (t.tRFC + row) / t.tREFI)) : work;
}
