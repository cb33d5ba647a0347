import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPARISONS, CONDITIONS, DEFAULT_CONDITIONS, elaborate, limitServices, MOST_TERMS, OBSERVATIONS, POLICIES, readPolicy, starvedBy, turnLimit, waitBound, WordlineError, type Condition, type Observation, type Policy,
} from '../../src/index.ts'; // prettier-ignore
import { Arbiter } from '../../rtl/controller/arbiter/index.ts';

const good = { name: 'mine', toPim: [{ reason: 'many', all: [{ observation: 'pimCount', is: '>=', value: 'pimHigh' }] }], toHost: [{ reason: 'slice', all: [{ observation: 'turnCycles', is: '>', value: 99 }] }] };
const file = (change: (policy: typeof good & Record<string, unknown>) => unknown): string => JSON.stringify(change(structuredClone(good)), undefined, 1);

const TWICE = JSON.stringify({ ...good, toHost: [good.toHost[0], good.toHost[0]] });
const MANY = JSON.stringify({ ...good, toHost: Array.from({ length: MOST_TERMS + 1 }, (_, i) => ({ ...good.toHost[0], reason: `r${i}` })) });

describe('policies', () => {
  it('the set', () => {
    expect([...POLICIES.keys()]).toEqual(['paper', 'mem-first', 'pim-first', 'fcfs', 'fr-fcfs-cap', 'host-watermark', 'pim-watermark', 'round-robin-requests', 'round-robin-time', 'bank-partition']);
  });

  it('what starves, by the data', () => {
    expect(Object.fromEntries([...POLICIES].map(([name, p]) => [name, starvedBy(p).join()]).filter(([, who]) => who !== ''))).toEqual({
      'mem-first': 'pim', 'pim-first': 'host', 'host-watermark': 'host,pim', 'pim-watermark': 'host,pim',
    }); // prettier-ignore
  });

  it('bounds, by hand', () => {
    const environment = { latency: 10, entries: 64 };
    const bound = (name: string) => waitBound(POLICIES.get(name)!, 'pim', environment);
    // 30 + 55 for the way and the first service, then the turn of the other.
    expect(bound('round-robin-requests')).toBe(85 + 32 * 20 + 1);
    expect(bound('round-robin-time')).toBe(85 + 2000 + 1);
    expect(bound('fcfs')).toBe(85 + 64 * 20 + 1);
    expect(bound('fr-fcfs-cap')).toBe(85 + (64 + 16) * 20 + 1);
    expect([bound('mem-first'), bound('bank-partition')]).toEqual([undefined, undefined]);
    expect(limitServices(turnLimit(POLICIES.get('round-robin-requests')!, 'host')!, 64)).toBe(32);
  });
});

describe('files', () => {
  it('all of it, with defaults', () => {
    expect(readPolicy(JSON.stringify(good))).toEqual({ ...good, summary: 'mine', conditions: DEFAULT_CONDITIONS });
  });

  it('extends, conditions and layers', () => {
    const text = JSON.stringify({ name: 'resnet', extends: 'paper', conditions: { maxSlice: 500 }, layers: { conv1: { hostLow: 3 }, fc: {} } });
    const { toPim, conditions, layers, summary } = readPolicy(text);
    expect([toPim, summary]).toEqual([POLICIES.get('paper')!.toPim, POLICIES.get('paper')!.summary]);
    expect(conditions).toEqual({ ...DEFAULT_CONDITIONS, maxSlice: 500 });
    expect(layers).toEqual({ conv1: { ...conditions, hostLow: 3 }, fc: conditions });
  });

  const bad: readonly (readonly [what: string, text: string, place: string, message: RegExp])[] = [
    ['no JSON', '{ "name": x }', '1:11', /no JSON: Unexpected character 'x'/],
    ['an end too early', '{ "name": "x"', '1:14', /no JSON/],
    ['nothing', '', '1:1', /no JSON/],
    ['no object', '[]', '1:1', /a policy is an object, not a list/],
    ['a member that there is not', '{ "name": "x", "toPim": [], "toHost": [],\n  "conditons": {} }', '2:3', /no "conditons"[^]*did you mean "conditions"/],
    ['a member twice', '{ "name": "x", "name": "y", "toPim": [], "toHost": [] }', '1:16', /"name" twice/],
    ['a member that is missing', '{ "name": "x", "toPim": [] }', '1:1', /no "toHost"[^]*needs name, toPim, toHost/],
    ['an empty name', file((p) => ({ ...p, name: ' ' })), '2:10', /name is a text that is not empty/],
    ['a name that is taken', file((p) => ({ ...p, name: 'paper' })), '2:10', /a policy "paper" already/],
    ['an unknown base', '{ "name": "x", "extends": "papr" }', '1:27', /there is no policy "papr"[^]*"paper"/],
    ['an observation', '{ "name": "x", "toPim": [], "toHost": [{ "reason": "r", "all": [\n{ "observation": "turnCycle", "is": ">", "value": 1 }] }] }', '2:18', /no observation "turnCycle"[^]*"turnCycles"/],
    ['a comparison', '{ "name": "x", "toPim": [], "toHost": [{ "reason": "r", "all": [\n{ "observation": "turnCycles", "is": "=>", "value": 1 }] }] }', '2:38', /no comparison "=>"/],
    ['a condition', '{ "name": "x", "toPim": [], "toHost": [{ "reason": "r", "all": [\n{ "observation": "turnCycles", "is": ">", "value": "maxSlices" }] }] }', '2:52', /no condition "maxSlices"[^]*"maxSlice"/],
    ['a number that never comes', '{ "name": "x", "toPim": [], "toHost": [{ "reason": "r", "all": [\n{ "observation": "pimCount", "is": ">", "value": 256 }] }] }', '2:50', /from 0 to 255, not 256/],
    ['a condition that does not fit', '{ "name": "x", "extends": "paper", "conditions": { "hostLow": -1 } }', '1:63', /hostLow is a whole number from 0 to 255, not -1/],
    ['a layer that does not fit', '{ "name": "x", "extends": "paper", "layers": { "a": { "maxSlice": 1.5 } } }', '1:67', /maxSlice is a whole number/],
    ['a reason without clauses', '{ "name": "x", "toPim": [], "toHost": [{ "reason": "r", "all": [] }] }', '1:64', /all is empty/],
    ['a reason twice', TWICE, `1:${TWICE.lastIndexOf('"slice"') + 1}`, /two reasons are called "slice"/],
    ['the reason that is always there', '{ "name": "x", "extends": "paper", "toPim": [{ "reason": "idle", "all": [{ "observation": "pimCount", "is": ">", "value": 1 }] }] }', '1:58', /"idle" is the reason/],
    ['too many reasons', MANY, `1:${MANY.indexOf('[', MANY.indexOf('toHost')) + 1}`, /8 reasons, and there are counters for 7/],
    ['partition with reasons', '{ "name": "x", "extends": "paper", "partition": true }', '1:49', /nothing is handed over/],
    ['partition that is none', '{ "name": "x", "extends": "paper", "partition": 1 }', '1:49', /true or false, not a number/],
  ];
  it.each(bad)('%s', (_, text, place, message) => {
    expect(() => readPolicy(text, 'p.json')).toThrow(message);
    expect(() => readPolicy(text, 'p.json')).toThrow(`p.json:${place}: `);
  });

  it('everything that is wrong is told at once', () => {
    const text = file((p) => ({ ...p, name: 7, toHost: 3, extra: 1 }));
    const problems = (() => {
      try {
        readPolicy(text);
      } catch (error) {
        return (error as WordlineError).problems.map((p) => p.message);
      }
    })();
    expect(problems).toHaveLength(3);
  });

  const clause = fc.record({ observation: fc.constantFrom(...(Object.keys(OBSERVATIONS) as Observation[])), is: fc.constantFrom(...COMPARISONS), value: fc.oneof(fc.nat(1), fc.constantFrom(...(Object.keys(CONDITIONS) as Condition[]))) });
  const terms = fc.uniqueArray(fc.record({ reason: fc.stringMatching(/^r[a-z]{1,5}$/), all: fc.array(clause, { minLength: 1, maxLength: 4 }) }), { selector: (t) => t.reason, maxLength: 4 });
  const conditions = fc.record(Object.fromEntries(Object.entries(CONDITIONS).map(([name, { bits }]) => [name, fc.nat(2 ** bits - 1)])) as Record<Condition, fc.Arbitrary<number>>);
  const policies: fc.Arbitrary<Policy> = fc.record({ name: fc.constant('any'), summary: fc.constant('any'), conditions, toPim: terms, toHost: terms });

  it('every policy is read as it is, and becomes hardware', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const read = readPolicy(JSON.stringify(policy));
        expect(read).toEqual(policy);
        expect(elaborate(Arbiter({ policy: read })).flat.inputs.size).toBe(elaborate(Arbiter({})).flat.inputs.size);
      }),
      { numRuns: 40 },
    );
  });

  it('no text is read to something else than a policy or a complaint with a place', () => {
    const texts = fc.oneof(fc.json(), policies.chain((p) => fc.nat(JSON.stringify(p).length - 1).map((cut) => JSON.stringify(p).slice(0, cut)))); // prettier-ignore
    fc.assert(
      fc.property(texts, (text) => {
        expect(() => readPolicy(text, 'p')).toThrow(WordlineError);
        expect(() => readPolicy(text, 'p')).toThrow(/^p:\d+:\d+: /);
      }),
      { numRuns: 300 },
    );
  });
});
