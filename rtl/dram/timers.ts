import { uint, vec, type DramCommand, type Hardware, type Rule, type Signal } from '../../src/index.ts';
import { ColumnKind, RowKind, banksOf, type ChannelShape } from './interface.ts';
import type { Reach } from './reach.ts';

/** Commands that rules look back at together, and how finely their times must be kept. */
interface Source {
  readonly from: readonly DramCommand[];
  readonly scope: 'bank' | 'pseudoChannel' | 'channel';
  /** Cycles until the last of the rules is satisfied. */
  readonly longest: number;
  readonly window: number;
}

/** A command in this cycle: what the timers have to know of it. */
export interface Issued {
  readonly kind: Signal;
  readonly reach: Reach;
}

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
  /** The same for a command that counts as `Reach.most` ones at once: of those a window looks back at, the last. */
  readonly leftOfMany: Signal<number, number>;
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
  breaks(rule: Rule, reach: Reach, onRowBus: boolean): Signal<1> {
    const { source, left: ofOne, leftOfMany, now: columnNow } = this.#timers.get(keyOf(rule))!;
    const { pc, several } = reach;
    const now = onRowBus ? columnNow : undefined;
    const left = several === undefined || ofOne === leftOfMany ? ofOne : several.mux(leftOfMany, ofOne);
    const late = left.gt(source.longest - rule.cycles);
    const or = (x: Signal<1>, y: Signal<1> | undefined): Signal<1> => (y === undefined ? x : x.or(y));
    if (rule.scope === 'channel') return or(late.any(), now);
    if (source.scope !== 'bank') return or(late.at(pc), now?.and(this.column.reach.pc.eq(pc)));
    if (rule.scope === 'bank' && several === undefined) return or(left.at(reach.lane).gt(source.longest - rule.cycles), now?.and(this.column.reach.lane.eq(reach.lane)));
    const all = late.bits();
    const both = now === undefined ? all : all.or(now.mux(this.column.reach.mask, 0));
    return both.and(rule.scope === 'bank' ? reach.mask : this.#lanesOf(rule.scope, reach)).reduceOr();
  }

  /** A bit for each bank that a rule looks at. */
  #lanesOf(scope: Rule['scope'], { pc, lane, several }: Reach): Signal {
    const { bankGroups, banksPerGroup } = this.shape;
    const banks = bankGroups * banksPerGroup;
    const group = lane.shr(Math.log2(banksPerGroup));
    const inGroup = this.#lanesWhere(banksPerGroup, group);
    if (scope === 'group' && several === undefined) return inGroup;
    const inPc = this.#lanesWhere(banks, pc);
    if (scope === 'pseudoChannel') return inPc;
    const ofOne = scope === 'group' ? inGroup : inPc.and(inGroup.not());
    // A command to all units is in every group, and of two groups each is another one than the other.
    return several === undefined || (scope === 'otherGroup' && bankGroups === 1) ? ofOne : several.mux(inPc, ofOne);
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
    const older = (n: number): Signal<number, number> => counters[n]!.subSat(1);
    const { most } = row.reach;
    const load = (when: Signal<1> | undefined, { reach }: Issued): void => {
      if (when === undefined) return;
      const at = scope === 'bank' ? reach.lane : scope === 'pseudoChannel' ? reach.pc : hw.lit(1, 0);
      hw.when(when, () =>
        counters.forEach((c, i) => {
          const one = i === 0 ? hw.lit<number>(width, longest - 1) : older(i - 1).at(at);
          const many = i < most ? hw.lit<number>(width, longest - 1) : older(i - most).at(at);
          c.nextAt(at, reach.several === undefined ? one : reach.several.mux(many, one));
        }),
      );
    };
    if (scope === 'bank' && row.reach.several !== undefined) {
      const hits = ([[onColumn, column], [onRow, row]] as const).flatMap(([when, { reach }]) => (when === undefined ? [] : [when.mux(reach.mask, 0)])); // prettier-ignore
      const loaded = hits.reduce((a, b) => a.or(b)).unbits<number>(lanes);
      counters[0]!.next(loaded.mux(longest - 1, older(0)));
    } else {
      counters.forEach((c, i) => c.next(older(i)));
      load(onColumn, column);
      load(onRow, row);
    }
    return { source, left: counters[window - 1]!, leftOfMany: counters[Math.max(0, window - most)]!, now: onColumn };
  }
}
