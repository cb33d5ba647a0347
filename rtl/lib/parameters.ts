import { suggest, WordlineError, type Problem } from '../../src/index.ts';

/** What a parameter of a block may be. */
export interface Rule {
  readonly says: string;
  readonly holds: (value: unknown) => boolean;
}

export const whole = (least: number, most = Infinity): Rule => ({
  says: `a whole number ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}`,
  holds: (v) => Number.isInteger(v) && (v as number) >= least && (v as number) <= most,
});
export const flag: Rule = { says: 'true or false', holds: (v) => typeof v === 'boolean' };
export const optional = ({ says, holds }: Rule): Rule => ({ says, holds: (v) => v === undefined || holds(v) });
export const also = (rule: Rule, says: string, holds: (v: number) => boolean): Rule => ({ says: `${rule.says} ${says}`, holds: (v) => rule.holds(v) && holds(v as number) });

/** Every parameter as its rule says, and no others; all mistakes in one error. */
export function checkParameters(block: string, given: object, rules: Readonly<Record<string, Rule>>): void {
  const values = given as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(rules)
    .filter(([name, { holds }]) => !holds(values[name]))
    .map(([name, { says }]): Problem => ({ code: 'bad-parameter', message: `${block}: ${name} must be ${says}, not ${String(values[name])}` }));
  const unknown = Object.keys(values)
    .filter((name) => !Object.hasOwn(rules, name))
    .map((name): Problem => ({ code: 'unknown-option', message: `${block} has no parameter "${name}"`, hint: suggest(name, Object.keys(rules)) }));
  if (wrong.length + unknown.length > 0) throw new WordlineError([...wrong, ...unknown]);
}
