import { uint, vec, type Hardware, type Signal } from '../../src/index.ts';
import type { Banks } from './banks.ts';
import type { ControllerConfig, ControllerShape } from './config.ts';
import type { AgedQueue, Lanes } from './queue.ts';
import type { TimerName } from './timing.ts';

/**
 * What a request waits for in a cycle. Every cycle from the one after its acceptance to its answer has exactly one cause, the first that holds:
 *
 * | cause | the request |
 * |---|---|
 * | power | is in a channel that sleeps or wakes up |
 * | refresh | is for a bank that is being refreshed, or about to be |
 * | pim | waits while PIM owns the memory, hand-over included; only where there are PIM units |
 * | direction | reads while writes are served, or the other way round |
 * | bank | waits for its own bank: tRP, tRC, tRCD, tRAS, tRTP, tWR |
 * | rank | waits for activates of other banks: tRRD, tFAW |
 * | turnaround | waits for the data bus to turn round: tWTR, tRTW |
 * | bus | waits for column commands before it: tCCD; a forwarded read, for the response port |
 * | queue | could go on, and something older or more urgent is served; also the cycle of its acceptance |
 * | data | has had its column command: latency, burst and answer |
 */
export const CAUSES = ['queue', 'direction', 'bank', 'rank', 'turnaround', 'bus', 'refresh', 'power', 'data'] as const;
/** The same, of a channel with PIM units. */
export const PIM_CAUSES = ['queue', 'direction', 'bank', 'rank', 'turnaround', 'bus', 'refresh', 'power', 'pim', 'data'] as const;
export type Cause = (typeof PIM_CAUSES)[number];
export const causesOf = ({ pim }: ControllerConfig): readonly Cause[] => (pim === undefined ? CAUSES : PIM_CAUSES);
const code = (cause: Cause): number => PIM_CAUSES.indexOf(cause);
const CODE_BITS = 4;

/** What was in the bank when a request came: its row, no row, another row. */
export const ROW_OUTCOMES = ['hit', 'closed', 'conflict'] as const;
/** Bucket b of a histogram holds latencies from 2^(b-1) to 2^b - 1, in bits: as many as a latency has. */
export const BUCKETS = 17;
/** Bits of latencies, which the bound on service keeps below. */
export const AGE_BITS = 16;

/**
 * Counters wrap; zero where `statistics` leaves them out. `readCycles` and `writeCycles`: cycles of each cause. `causes` and `writtenCauses` belong to
 * the answers that stand on the port in the same cycle.
 */
export const statisticsPorts = (config: ControllerConfig) => {
  const counts = vec<number, ReturnType<typeof uint<32>>>(causesOf(config).length, uint(32));
  const split = vec<number, ReturnType<typeof uint<typeof AGE_BITS>>>(causesOf(config).length, uint(AGE_BITS));
  return { reads: uint(32), writes: uint(32), forwarded: uint(32), readCycles: counts, writeCycles: counts, causes: split, writtenCauses: split };
};

export interface StatisticsView {
  readonly reads: AgedQueue;
  readonly writes: AgedQueue;
  readonly draining: Signal<1>;
  readonly awake: Signal<1>;
  /** Words with a bit for each bank. `away`: it is not the host's. */
  readonly away: Signal | undefined;
  readonly refreshing: Signal;
  readonly fourActivates: Signal;
  readonly banks: Banks;
  readonly take: { readonly read: Signal<1>; readonly write: Signal<1>; readonly readIndex: Signal; readonly writeIndex: Signal };
  readonly put: { readonly read: Signal<1>; readonly write: Signal<1>; readonly forward: Signal<1> };
  /** A forwarded read waits; it cannot leave in this cycle. */
  readonly forwarding: Signal<1>;
  readonly heldUp: Signal<1>;
  /** What was in the bank of the request on the port, as `ROW_OUTCOMES`. */
  readonly outcome: Signal;
}

/** Fields that the queues need for it. */
export const statisticsFields = (config: ControllerConfig): Readonly<Record<string, number>> => (config.statistics === 'none' ? {} : { since: AGE_BITS, outcome: 2 });

type StatisticsPorts = ReturnType<typeof statisticsPorts>;
type Outputs = { readonly [K in keyof StatisticsPorts]: StatisticsPorts[K] extends { lanes: number } ? Lanes : Lanes | Signal };

/** The hardware of it. Call it before the queues are updated; `values` are the fields of a new entry. */
export function statistics(hw: Hardware, config: ControllerConfig, shape: ControllerShape, view: StatisticsView): { readonly values: Readonly<Record<string, Signal>>; readonly outputs: Outputs; readonly tag: Signal | undefined; readonly answer: (tag: Signal, when: Signal<1>, forwarded: Signal<1>) => void } {
  const causeList = causesOf(config);
  const zeroes = (width: number): Lanes => hw.lit<number>(width, 0).splat<number>(causeList.length);
  const none = { reads: hw.lit(32, 0), writes: hw.lit(32, 0), forwarded: hw.lit(32, 0), readCycles: zeroes(32), writeCycles: zeroes(32), causes: zeroes(AGE_BITS), writtenCauses: zeroes(AGE_BITS) } as unknown as Outputs;
  if (config.statistics === 'none') return { values: {}, outputs: none, tag: undefined, answer: () => undefined };

  const { banks, draining, take, put } = view;
  const total = shape.banks;
  const lit = (cause: Cause): Lanes => hw.lit<number>(CODE_BITS, code(cause)).splat<number>(total);
  const lanes = (word: Signal): Lanes => word.unbits<number>(total);
  const busy = (...names: readonly TimerName[]): Lanes => banks.wait(...names).ne(0);
  const first = (list: readonly (readonly [Lanes | Signal<1>, Lanes])[], last: Lanes): Lanes => list.reduceRight<Lanes>((rest, [is, value]) => (is as Signal<1>).mux(value, rest), last);

  const open = lanes(banks.open);
  const now = hw.reg('now', uint(AGE_BITS), { reset: 0 });
  now.next(now.add(1));

  const mine = (name: 'read' | 'write', queue: AgedQueue, served: Signal<1>, taken: { readonly when: Signal<1>; readonly at: Signal }, putIn: Signal<1>) => {
    const before = (tail: Lanes): Lanes =>
      first([[view.awake.not(), lit('power')], [lanes(view.refreshing), lit('refresh')], ...(view.away === undefined ? [] : [[lanes(view.away), lit('pim')] as const]), [served.not(), lit('direction')]], tail); // prettier-ignore
    const [rcd, turn] = name === 'read' ? (['rcdRead', 'wtr'] as const) : (['rcdWrite', 'rtw'] as const);
    const ifHit = before(first([[busy(rcd), lit('bank')], [busy(turn), lit('turnaround')], [busy('ccd'), lit('bus')]], lit('queue'))); // prettier-ignore
    const opening = first(
      [
        [busy('act'), lit('bank')],
        ...(config.refresh === 'per-bank' ? [[busy('refreshed'), lit('refresh')] as const] : []),
        [busy('rrd').or(lanes(view.fourActivates)), lit('rank')],
      ],
      lit('queue'),
    );
    const ifMiss = before(open.mux(busy('pre').mux(lit('bank'), lit('queue')), opening));
    const bank = queue.field('bank');
    const codes = hw.name(`${name}Causes`, queue.hit.mux(ifHit.gather(bank), ifMiss.gather(bank)));

    // Per cause: how many entries wait for it. The one that is taken could go on, and does.
    const waiting = (cause: Cause): Lanes => queue.valid.and(codes.eq(code(cause)));
    const accepted = hw.reg(`${name}sAccepted`, uint(32), { reset: 0 });
    const sums = hw.reg(`${name}Cycles`, vec(causeList.length, uint<number>(32)), { reset: 0 });
    const data = name === 'read' ? config.preset.timing.RL + shape.beats + 1 : 1;
    const anybody = queue.count.ne(0).or(putIn).or(name === 'read' ? view.forwarding.or(put.forward) : hw.lit(1, 0));
    const extra = (cause: Cause): Signal => {
      const zero = hw.lit(32, 0);
      const one = (is: Signal<1>): Signal => is.zext(32);
      if (cause === 'queue') return one(putIn.or(name === 'read' ? put.forward : hw.lit(1, 0))).sub(one(taken.when));
      if (cause === 'data') return taken.when.mux(hw.lit(32, data), zero).add(name === 'read' ? one(view.forwarding.and(view.heldUp.not())) : zero);
      if (cause === 'bus' && name === 'read') return one(view.forwarding.and(view.heldUp));
      return zero;
    };
    hw.when(anybody, () => {
      hw.when(putIn, () => accepted.next(accepted.add(1)));
      sums.next(sums.add(hw.vec(causeList.map((c): Signal => (c === 'data' ? extra(c) : waiting(c).bits().count().zext<number>(32).add(extra(c)))))));
    });

    // Each request's own.
    let own: Lanes | undefined;
    if (config.statistics === 'requests') {
      const parts = causeList.slice(0, -1).map((cause) => {
        const spent = hw.reg(`${name}Spent_${cause}`, vec(queue.length, uint<number>(AGE_BITS)), { reset: 0 });
        queue.carry(spent, spent.add(waiting(cause).mux(hw.lit<number>(AGE_BITS, 1).splat(queue.length), 0)), cause === 'queue' ? 1 : 0);
        return spent.at(taken.at);
      });
      own = hw.vec([...parts, hw.lit<number>(AGE_BITS, data)]);
    }

    const age = now.sub(queue.field('since').at(taken.at)).add(data);
    const bucket = hw.wire(`${name}Bucket`, uint<number>(5));
    bucket.set(Array.from({ length: AGE_BITS }, (_, b) => b).reduce<Signal>((found, b) => age.bit(b).mux(hw.lit<number>(5, b + 1), found), hw.lit<number>(5, 0)));
    const histogram = hw.mem(`${name}Histogram`, 128, uint(32));
    const place = queue.field('outcome').at(taken.at).cat(bucket);
    hw.when(taken.when, () => histogram.write(place, histogram.read(place).add(1)));
    return { accepted, sums, own };
  };
  const read = mine('read', view.reads, draining.not(), { when: take.read, at: take.readIndex }, put.read);
  const write = mine('write', view.writes, draining, { when: take.write, at: take.writeIndex }, put.write);
  const forwarded = hw.reg('forwarded', uint(32), { reset: 0 });
  hw.when(put.forward, () => forwarded.next(forwarded.add(1)));

  const outputs = { ...none, reads: read.accepted, writes: write.accepted, forwarded, readCycles: read.sums, writeCycles: write.sums } as unknown as Outputs;
  const values = { since: now as Signal, outcome: view.outcome };
  if (read.own === undefined || write.own === undefined) return { values, outputs, tag: undefined, answer: () => undefined };

  const split = statisticsPorts(config).causes;
  const causes = hw.reg('causes', split, { reset: 0 });
  const writtenCauses = hw.reg('writtenCauses', split, { reset: 0 });
  const ofWrite = write.own;
  hw.when(take.write, () => writtenCauses.next(ofWrite));
  const held = hw.reg('heldUpFor', uint(AGE_BITS), { reset: 0 });
  hw.when(put.forward, () => held.next(0)).elsewhen(view.forwarding.and(view.heldUp), () => held.next(held.add(1)));
  return {
    values,
    outputs: { ...outputs, causes, writtenCauses },
    tag: read.own.bits(),
    answer: (tag, when, leaving) => {
      const part = (cause: Cause): Signal => (cause === 'queue' || cause === 'data' ? hw.lit<number>(AGE_BITS, 1) : cause === 'bus' ? held : hw.lit<number>(AGE_BITS, 0));
      hw.when(when, () => causes.next(tag.unbits<number>(causeList.length))).elsewhen(leaving, () => causes.next(hw.vec(causeList.map(part))));
    },
  };
}

