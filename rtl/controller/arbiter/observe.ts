import { enumeration, uint, type Hardware, type Signal } from '../../../src/index.ts';
import { CONDITIONS, OBSERVATIONS, type Comparison, type Condition, type Observation, type Term } from '../../../src/pim/policy.ts';

export const Owner = enumeration('Owner', ['HOST', 'PIM']);
export const Phase = enumeration('Phase', ['HOST', 'DRAIN', 'CLOSE', 'ENTER', 'PIM', 'FINISH', 'LEAVE']);

export type Observed = Readonly<Record<Observation, Signal>>;
export type Conditions = Readonly<Record<Condition, Signal>>;

const COMPARE: Readonly<Record<Comparison, (a: Signal, b: Signal | number) => Signal<1>>> = {
  '<': (a, b) => a.lt(b),
  '<=': (a, b) => a.le(b),
  '==': (a, b) => a.eq(b),
  '!=': (a, b) => a.ne(b),
  '>=': (a, b) => a.ge(b),
  '>': (a, b) => a.gt(b),
};

/** Two numbers at the width of the wider one. */
const widen = (a: Signal, b: Signal): readonly [Signal, Signal] => {
  const width = Math.max(a.width, b.width);
  return [a.zext(width), b.zext(width)];
};

/** A bit for each term, in the order of the list. */
export const fires = (hw: Hardware, terms: readonly Term[], observed: Observed, conditions: Conditions): Signal<1>[] =>
  terms.map(({ all }) =>
    all.map(({ observation, is, value }) => {
        const [a, b] = widen(observed[observation], typeof value === 'number' ? hw.lit(OBSERVATIONS[observation].bits, value) : conditions[value]);
        return COMPARE[is](a, b);
      }).reduce((a, b) => a.and(b)),
  ); // prettier-ignore

/** Counts `by` (a bit) up to its largest value; 0 after `clear`. */
export function saturating(hw: Hardware, name: string, bits: number, clear: Signal<1>, by: Signal<1>): Signal {
  const value = hw.reg(name, uint(bits), { reset: 0 });
  hw.when(clear, () => value.next(0)).elsewhen(by.and(value.ne(2 ** bits - 1)), () => value.next(value.add(1)));
  return value;
}

/** Ports of the condition registers. */
export const conditionPorts = Object.fromEntries(Object.entries(CONDITIONS).map(([name, { bits }]) => [name, uint(bits)])) as { readonly [N in Condition]: ReturnType<typeof uint<(typeof CONDITIONS)[N]['bits']>> };
