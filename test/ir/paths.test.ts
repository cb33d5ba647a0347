import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, module, type Definition, type ModuleDefinition, type Signal } from '../../src/index.ts';
import { pathsOf } from '../../src/ir/check/paths.ts';
import { flatten } from '../../src/ir/flatten.ts';
import { components, dependencies, driversOf } from '../../src/ir/visit.ts';

const PORTS = 3;
const names = (letter: string): string[] => Array.from({ length: PORTS }, (_, i) => `${letter}${i}`);
const [INS, OUTS] = [names('x'), names('y')];
const bits = (list: readonly string[]) => Object.fromEntries(list.map((name) => [name, bit]));

type Source = { readonly input: number } | { readonly reg: true } | { readonly instance: number; readonly output: number };
interface Plan {
  /** For each output, what it is made of. */
  readonly outputs: readonly (readonly Source[])[];
  readonly instances: readonly { readonly type: number; readonly inputs: readonly (readonly Source[])[] }[];
}

/** A module whose outputs and whose instances' inputs are made of its inputs, of a register, and of its instances' outputs. */
function build(name: string, { outputs, instances }: Plan, types: readonly Definition[]): ModuleDefinition {
  return module(name, { in: bits(INS), out: bits(OUTS) }, (inputs, hw) => {
    const reg = hw.reg('reg', bit);
    const placed = instances.map(({ type }, i) => hw.instance(`i${i}`, types[type % types.length] as ModuleDefinition));
    const one = (s: Source): Signal => {
      if ('input' in s) return (inputs as Record<string, Signal>)[INS[s.input]!]!;
      if ('reg' in s) return reg;
      const instance = placed[s.instance % Math.max(1, placed.length)];
      return instance === undefined ? reg : (instance.out as Record<string, Signal>)[OUTS[s.output]!]!;
    };
    const all = (list: readonly Source[]): Signal => list.map(one).reduce((a, b) => a.xor(b), reg as Signal);
    instances.forEach(({ inputs: fed }, i) => fed.forEach((list, k) => (placed[i]!.in as Record<string, { set(v: Signal): void }>)[INS[k]!]!.set(all(list))));
    return Object.fromEntries(outputs.map((list, k) => [OUTS[k]!, all(list)]));
  }) as unknown as ModuleDefinition;
}

const source = (instances: boolean): fc.Arbitrary<Source> =>
  fc.oneof(
    fc.record({ input: fc.nat(PORTS - 1) }),
    fc.constant({ reg: true } as const),
    ...(instances ? [fc.record({ instance: fc.nat(3), output: fc.nat(PORTS - 1) })] : []),
  );
const lists = (instances: boolean) => fc.array(fc.array(source(instances), { maxLength: 2 }), { minLength: PORTS, maxLength: PORTS });
const leaf: fc.Arbitrary<Plan> = fc.record({ outputs: lists(false), instances: fc.constant([]) });
const nest: fc.Arbitrary<Plan> = fc.record({ outputs: lists(true), instances: fc.array(fc.record({ type: fc.nat(9), inputs: lists(true) }), { maxLength: 3 }) });

/** The same from the flat design, by walking from each node as far as it goes. */
function reached(top: ModuleDefinition): { cyclic: boolean; through: Map<string, string[]> } {
  const flat = flatten(top.make());
  const drivers = driversOf(flat.body);
  const deps = flat.nodes.map((n) => dependencies(n, drivers));
  const cyclic = components(deps.length, (id) => deps[id]!).some((c) => c.length > 1 || deps[c[0]!]!.includes(c[0]!));
  const below = (from: number): Set<number> => {
    const seen = new Set([from]);
    for (const id of seen) for (const d of deps[id]!) seen.add(d);
    return seen;
  };
  const through = new Map([...flat.outputs].map(([port, id]) => [port, [...flat.inputs].filter(([, input]) => below(id).has(input)).map(([name]) => name)]));
  return { cyclic, through };
}

describe('combinational paths of module types', () => {
  it('are those of the flat design, through three levels of instances', () => {
    const seen = { cyclic: 0, free: 0 };
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 2, maxLength: 2 }), fc.array(nest, { minLength: 2, maxLength: 2 }), nest, (leaves, middle, top) => {
        const leafTypes = leaves.map((plan, i) => build(`Leaf${i}`, plan, []));
        const types = [...leafTypes, ...middle.map((plan, i) => build(`Middle${i}`, plan, leafTypes))];
        const definition = build('Top', top, types);
        const expected = reached(definition);
        const paths = pathsOf(definition.make());
        seen[expected.cyclic ? 'cyclic' : 'free']++;
        expect(paths.cyclic).toBe(expected.cyclic);
        if (!expected.cyclic) expect([...paths.through]).toEqual([...expected.through]);
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.cyclic, seen.free)).toBeGreaterThan(20);
  });
});
