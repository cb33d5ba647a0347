import { uint, vec, type Hardware, type Reg, type Signal } from '../../src/index.ts';
import type { DramCommand } from '../../src/dram/index.ts';
import type { ControllerShape } from './config.ts';
import type { Lanes } from './queue.ts';
import type { Load, TimerName, TimingPlan } from './timing.ts';

/** What goes out on a bus in this cycle: at most one of `kinds`, to a flat bank number. */
export interface Issue {
  readonly any: Signal<1>;
  readonly kinds: ReadonlyMap<DramCommand, Signal<1>>;
  readonly bank: Signal;
  /** Speaks to the banks with the same place in every PIM unit of the pseudo-channel. */
  readonly all?: Signal<1>;
}

/** Lanes of banks that stand in the same bank, group, pseudo-channel as the one of a command. */
class Relation {
  readonly bank: Lanes;
  readonly group: Lanes;
  readonly pc: Lanes;
  constructor(hw: Hardware, { banks, groupShift, pcShift, bankBits }: ControllerShape, { bank, all }: Issue, banksPerUnit: number) {
    const sameAbove = (shift: number): Lanes => {
      if (shift >= bankBits) return hw.lit(1, 1).splat(banks);
      return hw.vec(Array.from({ length: banks }, (_, i) => hw.lit<number>(8, i >> shift))).eq(bank.slice(bankBits - 1, shift).zext(8));
    };
    const [one, group] = [sameAbove(0), sameAbove(groupShift)];
    this.pc = sameAbove(pcShift);
    if (all === undefined) [this.bank, this.group] = [one, group];
    else {
      const place = Math.log2(banksPerUnit);
      const samePlace = hw.vec(Array.from({ length: banks }, (_, i) => hw.lit<number>(8, i % banksPerUnit))).eq(bank.slice<number, number>(place - 1, 0).zext(8));
      this.bank = all.mux(this.pc.and(samePlace), one);
      this.group = all.mux(this.pc, group);
    }
  }
}

/** Open rows and timers. */
export class Banks {
  /** A bit for each bank. */
  readonly open: Reg;
  readonly openRow: Reg<number, number>;
  readonly #timers = new Map<string, Reg<number, number>>();

  constructor(
    private readonly hw: Hardware,
    private readonly shape: ControllerShape,
    private readonly plan: TimingPlan,
    names: readonly TimerName[],
    private readonly banksPerUnit = 1,
  ) {
    this.open = hw.reg('open', uint<number>(shape.banks), { reset: 0 });
    this.openRow = hw.reg('openRow', vec(shape.banks, uint<number>(shape.rowBits)), { reset: 0 });
    for (const name of names) this.#timers.set(name, hw.reg(`t_${name}`, vec(shape.banks, uint<number>(plan.width)), { reset: 0 }));
  }

  timer(name: TimerName): Lanes {
    return this.#timers.get(name) ?? this.hw.lit<number>(this.plan.width, 0).splat(this.shape.banks);
  }
  /** Is any of the timers still running? */
  wait(...names: readonly TimerName[]): Lanes {
    return names.filter((n) => this.#timers.has(n)).map((n) => this.timer(n)).reduce((a, b) => a.or(b)); // prettier-ignore
  }

  /**
   * Loads the timers for what is issued on the two buses. `running`: timers may be other than zero.
   *
   * @returns the banks that each command speaks to.
   */
  update(issues: readonly Issue[], running: Signal<1>): readonly Lanes[] {
    const { hw } = this;
    const relations = issues.map((i) => new Relation(hw, this.shape, i, this.banksPerUnit));
    hw.when(running, () => {
      for (const [name, timer] of this.#timers) {
        const loads = this.plan.loads[name as TimerName];
        timer.next(
          issues.reduce<Lanes>((now, issue, i) => {
            const load = this.#load(relations[i]!, issue, loads);
            return load === undefined ? now : load.when.mux(now.max(load.value), now);
          }, timer.subSat(1)),
        );
      }
    });
    return relations.map(({ bank }) => bank);
  }

  /** What the command of a bus asks of a timer, less the cycle that it takes to be seen. */
  #load(relation: Relation, { kinds, all }: Issue, loads: ReadonlyMap<DramCommand, Load>): { when: Signal<1>; value: Lanes } | undefined {
    const { hw, plan } = this;
    const mine = [...kinds].flatMap(([command, is]) => {
      const load = loads.get(command);
      return load === undefined ? [] : [{ is, load }];
    });
    if (mine.length === 0) return undefined;
    // A command of all units is one of the same bank, of the group and of another group at once.
    const BELOW = { bank: ['bank', 'group', 'otherGroup'], group: ['group', 'otherGroup'], otherGroup: ['otherGroup'] } as const;
    const cycles = (part: keyof Load): Signal | undefined => {
      const single = scalar(({ load }) => load[part]);
      const whole = all === undefined ? single : scalar(({ load }) => Math.max(...BELOW[part].map((p) => load[p])));
      const zero = hw.lit<number>(plan.width, 0);
      return whole === undefined || all === undefined ? single : all.mux(whole, single ?? zero);
    };
    const scalar = (of: (of: (typeof mine)[number]) => number): Signal | undefined => {
      const values = mine.map((m) => Math.max(0, of(m) - 1));
      if (values.every((v) => v === 0)) return undefined;
      return mine.slice(1).reduce<Signal>((rest, { is }, i) => is.mux(hw.lit<number>(plan.width, values[i + 1]!), rest), hw.lit<number>(plan.width, values[0]!));
    };
    const zero = hw.lit<number>(plan.width, 0).splat(this.shape.banks);
    const [bank, group, other] = [cycles('bank'), cycles('group'), cycles('otherGroup')];
    const same = (part: 'bank' | 'group' | 'otherGroup'): string => mine.map(({ load }) => load[part]).join();
    let value: Lanes = zero;
    if (other !== undefined) value = relation.pc.mux(other.splat(this.shape.banks), value);
    if (group !== undefined && same('group') !== same('otherGroup')) value = relation.group.mux(group.splat(this.shape.banks), value);
    if (bank !== undefined && same('bank') !== same('group')) value = relation.bank.mux(bank.splat(this.shape.banks), value);
    return { when: mine.map(({ is }) => is).reduce((a, b) => a.or(b)), value };
  }
}
