import { fail, suggest } from '../diag/index.ts';
import { VcdCursor } from './cursor.ts';
import { pairSignals, type Pair, type Pairing } from './pair.ts';
import { valueText, type WaveValue } from './value.ts';

export interface CompareVcdOptions {
  /** Scopes to compare, e.g. `['Top', 'tb.dut']`; default: the two that have the most signals in common. */
  readonly scopes?: readonly [ours: string, theirs: string];
  /** What is called otherwise on the other side: path below the scope, ours to theirs. */
  readonly names?: ReadonlyMap<string, string>;
  /**
   * Clocks, by paths below the scope. Both sides are then looked at just before each rising edge of any of them, the first edge of ours beside
   * the first of theirs, whatever the time is. Default: at every moment in which something changes, in the coarser of the two timescales.
   */
  readonly clocks?: readonly string[];
}

/** The first moment at which the two are not the same. */
export interface VcdDifference {
  /** Full paths of the signal on both sides. */
  readonly signal: string;
  readonly other: string;
  /** All signals (ours) that differ at that moment, this one first. */
  readonly all: readonly string[];
  /** Looks before this one. */
  readonly sample: number;
  readonly timePs: number;
  readonly otherTimePs: number;
  /** In hexadecimal, `-` where there is no value. */
  readonly ours: string;
  readonly theirs: string;
}

export interface VcdComparison {
  readonly scopes: readonly [ours: string, theirs: string];
  /** Paths of ours that were compared, and those below the scopes that only one side has. */
  readonly shared: readonly string[];
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
  /** Moments at which everything was compared. */
  readonly samples: number;
  /** Last moment of each file. */
  readonly endPs: readonly [ours: number, theirs: number];
  readonly difference?: VcdDifference;
}

/**
 * Compares two VCD files, ours and that of another simulator, signal by signal; lanes of a Vec (`v[0]`, `v[1]`, ...) are the pieces of one
 * vector `v` there. The comparison ends with the shorter file.
 *
 * Errors: `wave-no-shared` if the two have no signal in common, `wave-no-clock`, `wave-no-scope`; those of `VcdParser`.
 */
export function compareVcd(ours: string, theirs: string, options: CompareVcdOptions = {}): VcdComparison {
  const a = new VcdCursor(ours);
  try {
    const b = new VcdCursor(theirs);
    try {
      return compareCursors(a, b, options);
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

function compareCursors(a: VcdCursor, b: VcdCursor, { scopes, names = new Map(), clocks }: CompareVcdOptions): VcdComparison {
  const pairing = pairSignals(a.header, b.header, names, scopes);
  const { pairs } = pairing;
  if (pairs.length === 0) fail('wave-no-shared', `${a.path} and ${b.path} have no signal in common`, { hint: 'name the scopes that are to be compared' });
  const walk = clocks === undefined ? everyMoment(a, b) : everyEdge(a, b, clocks.map((c) => clockOf(pairing, c)));

  const ofOurs = bySlot(pairs, (p) => p.ours, a.header.slots.length);
  const ofTheirs = bySlot(pairs, (p) => p.theirs, b.header.slots.length);
  const dirty = new Set<Pair>(pairs);
  let samples = 0;
  let difference: VcdDifference | undefined;
  for (const step of walk) {
    if ('ours' in step) for (const slot of step.ours) for (const p of ofOurs[slot]!) dirty.add(p);
    else if ('theirs' in step) for (const slot of step.theirs) for (const p of ofTheirs[slot]!) dirty.add(p);
    else {
      const wrong: Pair[] = [];
      for (const pair of dirty) if (!same(read(a, pair.ours), read(b, pair.theirs))) wrong.push(pair);
      if (wrong.length > 0) {
        wrong.sort((p, q) => p.order - q.order);
        difference = differs(a, b, wrong, samples, step.at);
        break;
      }
      dirty.clear();
      samples++;
    }
  }
  return { scopes: pairing.scopes, shared: pairs.map((p) => p.path), onlyOurs: pairing.onlyOurs, onlyTheirs: pairing.onlyTheirs, samples, endPs: [endOf(a), endOf(b)], ...(difference && { difference }) };
}

/** Slots that have changed on one side, or a look at both, with the time of each in picoseconds. */
type Step = { readonly ours: readonly number[] } | { readonly theirs: readonly number[] } | { readonly at: readonly [number, number] };

/** A look after each moment, told apart as the coarser timescale does, up to the end of the shorter file. */
function* everyMoment(a: VcdCursor, b: VcdCursor): Generator<Step> {
  const unit = Math.max(a.header.timescalePs, b.header.timescalePs);
  const inUnits = (c: VcdCursor, ticks: number): number => Math.floor(Math.round(ticks * c.header.timescalePs * 1000) / (unit * 1000));
  const when = (c: VcdCursor): number => {
    const moment = c.peek();
    return moment === undefined ? Infinity : inUnits(c, moment.time);
  };
  /** Has one of them nothing to say of this moment? A last time stamp without changes says only how long the last values held. */
  const over = (c: VcdCursor, now: number): boolean => (c.peek() === undefined ? now > inUnits(c, c.last) : c.atEnd() && now >= when(c));
  for (;;) {
    const now = Math.min(when(a), when(b));
    if (now === Infinity || over(a, now) || over(b, now)) return;
    while (when(a) === now) yield { ours: a.next()!.slots };
    while (when(b) === now) yield { theirs: b.next()!.slots };
    yield { at: [now * unit, now * unit] };
  }
}

/** A look before each rising edge of the clocks. */
function* everyEdge(a: VcdCursor, b: VcdCursor, clocks: readonly { readonly ours: number; readonly theirs: number }[]): Generator<Step> {
  const forward = function* (c: VcdCursor, slots: readonly number[], step: (changed: readonly number[]) => Step): Generator<Step, boolean> {
    for (let first = true; ; first = false) {
      const moment = c.peek();
      if (moment === undefined) return false;
      const rises = moment.slots.some((slot, i) => slots.includes(slot) && moment.values[i] === 1 && c.values[slot] === 0);
      // The edge that was looked at before is passed first.
      if (rises && !first) return true;
      yield step(c.next()!.slots);
    }
  };
  const [ours, theirs] = [clocks.map((c) => c.ours), clocks.map((c) => c.theirs)];
  for (;;) {
    const [inA, inB] = [yield* forward(a, ours, (changed) => ({ ours: changed })), yield* forward(b, theirs, (changed) => ({ theirs: changed }))];
    if (!inA || !inB) return;
    yield { at: [timePs(a, a.peek()!.time), timePs(b, b.peek()!.time)] };
  }
}

const timePs = ({ header }: VcdCursor, ticks: number): number => Math.round(ticks * header.timescalePs * 1000) / 1000;

function endOf(c: VcdCursor): number {
  while (c.next() !== undefined);
  return timePs(c, c.last);
}

function bySlot(pairs: readonly Pair[], slotsOf: (p: Pair) => Pair['ours'], count: number): Pair[][] {
  const lists = Array.from({ length: count }, (): Pair[] => []);
  for (const pair of pairs) for (const { slot } of slotsOf(pair)) lists[slot]!.push(pair);
  return lists;
}

/** Pieces put together, the first in the low bits; a string where bits are unknown. */
function read(c: VcdCursor, pieces: Pair['ours']): WaveValue | undefined {
  if (pieces.length === 1) return c.values[pieces[0]!.slot];
  let all = 0n;
  let text: string | undefined;
  let low = 0;
  for (const { slot, width } of pieces) {
    const value = c.values[slot];
    if (value === undefined) return undefined;
    if (typeof value === 'string' || text !== undefined) {
      text ??= low === 0 ? '' : all.toString(2).padStart(low, '0');
      text = (typeof value === 'string' ? value : value.toString(2)).padStart(width, '0') + text;
    } else all |= BigInt(value) << BigInt(low);
    low += width;
  }
  return text ?? (low <= 32 ? Number(all) : all);
}

function same(a: WaveValue | undefined, b: WaveValue | undefined): boolean {
  return Object.is(a, b);
}

function differs(a: VcdCursor, b: VcdCursor, wrong: readonly Pair[], sample: number, [timePsOurs, timePsTheirs]: readonly [number, number]): VcdDifference {
  const pair = wrong[0]!;
  const show = (value: WaveValue | undefined): string => (value === undefined ? '-' : valueText(value, { kind: pair.kind, width: pair.width, radix: 'hex' }).toLowerCase());
  return { signal: pair.path, other: pair.otherPath, all: wrong.map((p) => p.path), sample, timePs: timePsOurs, otherTimePs: timePsTheirs, ours: show(read(a, pair.ours)), theirs: show(read(b, pair.theirs)) };
}

function clockOf({ pairs }: Pairing, name: string): { ours: number; theirs: number } {
  const found = pairs.find((p) => p.width === 1 && (p.name === name || p.path === name));
  if (found === undefined) fail('wave-no-clock', `there is no signal "${name}" of one bit that both files have`, { hint: suggest(name, pairs.filter((p) => p.width === 1).map((p) => p.name)) });
  return { ours: found.ours[0]!.slot, theirs: found.theirs[0]!.slot };
}
