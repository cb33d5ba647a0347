import { uint, vec, type DramCommand, type Hardware, type Rule, type Signal } from '../../src/index.ts';
import { ColumnKind, RowKind, banksOf, type ChannelShape } from './interface.ts';

/** Commands that rules look back at together, and how finely their times must be kept. */
interface Source {
  readonly from: readonly DramCommand[];
  readonly scope: 'bank' | 'pseudoChannel' | 'channel';
  /** Cycles until the last of the rules is satisfied. */
  readonly longest: number;
  readonly window: number;
}

/** A command in this cycle: what the timers have to know of it. `lane` is the number of its bank in the channel. */
export interface Issued {
  readonly kind: Signal;
  readonly pc: Signal;
  readonly lane: Signal;
}

/** The bank (or pseudo-channel) that a command speaks to. */
export type Target = Omit<Issued, 'kind'>;

const keyOf = ({ from, window = 1 }: Rule): string => `${from.join('_')}_${window}`;

/** One for each set of commands that rules count from, as fine as the finest of them needs. */
function sourcesOf(rules: readonly Rule[]): ReadonlyMap<string, Source> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) groups.set(keyOf(rule), [...(groups.get(keyOf(rule)) ?? []), rule]);
  return new Map(
    [...groups].map(([key, all]): [string, Source] => {
      const scopes = new Set(all.map((r) => r.scope));
      const fine = scopes.has('bank') || scopes.has('group') || scopes.has('otherGroup');
      return [
        key,
        { from: all[0]!.from, scope: fine ? 'bank' : scopes.has('pseudoChannel') ? 'pseudoChannel' : 'channel', longest: Math.max(...all.map((r) => r.cycles)), window: all[0]!.window ?? 1 },
      ];
    }),
  );
}

interface Timer {
  readonly source: Source;
  /** Cycles left until the longest rule is satisfied, per bank, pseudo-channel or once: `longest - k` in the k-th cycle after the command. */
  readonly left: Signal<number, number>;
  /** A column command of this source is issued in this very cycle, before the row command. */
  readonly now: Signal<1> | undefined;
}

/**
 * The times since commands, as counters that run down: one Vec for each set of commands that a rule counts from, loaded with the longest of
 * its rules. A rule of fewer cycles is broken while more is left than the difference.
 */
export class Timers {
  readonly #timers: ReadonlyMap<string, Timer>;

  constructor(
    private readonly hw: Hardware,
    private readonly shape: ChannelShape,
    rules: readonly Rule[],
    row: Issued,
    private readonly column: Issued,
  ) {
    this.#timers = new Map([...sourcesOf(rules)].map(([key, source]) => [key, this.#timer(source, row)]));
  }

  /** Does `to` in this cycle break the rule? `onRowBus` sees the column command of the same cycle as one before. */
  breaks(rule: Rule, { pc, lane }: Target, onRowBus: boolean): Signal<1> {
    const { source, left, now: columnNow } = this.#timers.get(keyOf(rule))!;
    const now = onRowBus ? columnNow : undefined;
    const late = left.gt(source.longest - rule.cycles);
    const or = (x: Signal<1>, y: Signal<1> | undefined): Signal<1> => (y === undefined ? x : x.or(y));
    if (rule.scope === 'channel') return or(late.any(), now);
    if (source.scope !== 'bank') return or(late.at(pc), now?.and(this.column.pc.eq(pc)));
    if (rule.scope === 'bank') return or(left.at(lane).gt(source.longest - rule.cycles), now?.and(this.column.lane.eq(lane)));
    const all = late.bits();
    const both = now === undefined ? all : all.or(now.mux(this.column.lane.oneHot<number>(all.width), 0));
    return both.and(this.#lanesOf(rule.scope, pc, lane)).reduceOr();
  }

  /** A bit for each bank that a rule looks at. */
  #lanesOf(scope: Rule['scope'], pc: Signal, lane: Signal): Signal {
    const { bankGroups, banksPerGroup } = this.shape;
    const banks = bankGroups * banksPerGroup;
    const group = lane.shr(Math.log2(banksPerGroup));
    const inGroup = this.#lanesWhere(banksPerGroup, group);
    if (scope === 'group') return inGroup;
    const inPc = this.#lanesWhere(banks, pc);
    return scope === 'pseudoChannel' ? inPc : inPc.and(inGroup.not());
  }

  /** Banks i with i / size = number. */
  #lanesWhere(size: number, number: Signal): Signal {
    const lanes = this.shape.pseudoChannels * banksOf(this.shape);
    const numbers = this.hw.vec(Array.from({ length: lanes }, (_, i) => this.hw.lit<number>(number.width, Math.floor(i / size))));
    return numbers.eq(number).bits();
  }

  #timer(source: Source, row: Issued): Timer {
    const { hw, shape, column } = this;
    const { from, scope, longest, window } = source;
    const width = Math.max(1, 32 - Math.clz32(longest - 1));
    const lanes = scope === 'channel' ? 1 : shape.pseudoChannels * (scope === 'bank' ? banksOf(shape) : 1);
    const hit = (issued: Issued, kinds: Readonly<Record<string, unknown>>): Signal<1> | undefined =>
      from
        .filter((c) => Object.hasOwn(kinds, c))
        .map((c): Signal<1> => issued.kind.eq(kinds[c] as number))
        .reduce<Signal<1> | undefined>((a, b) => a?.or(b) ?? b, undefined);
    const onRow = hit(row, RowKind as unknown as Record<string, unknown>);
    const onColumn = hit(column, ColumnKind as unknown as Record<string, unknown>);

    const name = `since_${from.join('_').slice(0, 24)}`;
    const counters = Array.from({ length: window }, (_, i) => hw.reg(window === 1 ? name : `${name}_${i}`, vec(lanes, uint<number>(width)), { reset: 0 }));
    const load = (when: Signal<1> | undefined, { pc, lane }: Issued): void => {
      if (when === undefined) return;
      const at = scope === 'bank' ? lane : scope === 'pseudoChannel' ? pc : hw.lit(1, 0);
      hw.when(when, () => counters.forEach((c, i) => c.nextAt(at, i === 0 ? longest - 1 : counters[i - 1]!.at(at).subSat(1))));
    };
    counters.forEach((c) => c.next(c.subSat(1)));
    load(onColumn, column);
    load(onRow, row);
    return { source, left: counters[window - 1]!, now: onColumn };
  }
}
