import { fail, suggest } from '../diag/index.ts';
import { Wire } from '../hdl/assign.ts';
import { elaborate, type Design } from '../hdl/elaborate.ts';
import { module, type Definition, type ModuleDefinition } from '../hdl/module.ts';
import { Signal } from '../hdl/signal.ts';
import { uint, vec, type Fields, type Type } from '../hdl/types.ts';
import { clockSources } from '../ir/check/crossing.ts';
import { pathNames } from '../ir/flatten.ts';
import { sameShape, type Shape } from '../ir/shape.ts';
import { dependencies, driversOf } from '../ir/visit.ts';
import type { ModelOptions } from './model.ts';

type Ports = ReadonlyMap<string, Shape>;

const portsOf = ({ flat }: Design, which: 'inputs' | 'outputs'): Ports => new Map([...flat[which]].map(([name, id]) => [name, flat.nodes[id]!]));
const shapeText = ({ width, lanes }: Shape): string => (lanes === 1 ? `${width} bit${width === 1 ? '' : 's'}` : `${lanes} lanes of ${width} bit${width === 1 ? '' : 's'}`);

function samePorts(a: Design, b: Design, which: 'inputs' | 'outputs'): void {
  const [left, right] = [portsOf(a, which), portsOf(b, which)];
  const what = which.slice(0, -1);
  const differences = [...new Set([...left.keys(), ...right.keys()])].flatMap((name) => {
    const [l, r] = [left.get(name), right.get(name)];
    if (l === undefined) return [`${what} "${name}" is only in ${b.top.name}`];
    if (r === undefined) return [`${what} "${name}" is only in ${a.top.name}`];
    return sameShape(l, r) ? [] : [`${what} "${name}" has ${shapeText(l)} in ${a.top.name} and ${shapeText(r)} in ${b.top.name}`];
  });
  if (differences.length > 0) fail('different-ports', `${a.top.name} and ${b.top.name} have different ports: ${differences.join('; ')}`, { where: [a.top.origin, b.top.origin], hint: 'put one of them into a module with the ports of the other' });
}

/** The domain on whose state an output depends in either design; undefined: on none. */
function domainOf(designs: readonly Design[], output: string): string | undefined {
  const names = new Set(
    designs.flatMap(({ flat }) => {
      const drivers = driversOf(flat.body);
      const sources = clockSources(flat, flat.nodes.map((n) => dependencies(n, drivers)));
      return [...sources[flat.outputs.get(output)!]!.keys()].map((d) => flat.domains[d]!);
    }),
  );
  if (names.size > 1) fail('mixed-output', `output "${output}" depends on state of clock domains ${[...names].map((n) => `"${n}"`).join(' and ')}: there is no cycle in which it could be compared`, { where: [designs[0]!.top.origin] });
  return [...names][0];
}

/** Clock domains of both; the only domain of one is that of the other, whatever it is called. */
function domainsOf(a: Design, b: Design): readonly string[] {
  const [left, right] = [a.flat.domains, b.flat.domains];
  if (left.length <= 1 && right.length <= 1) return [left[0] ?? right[0] ?? 'clk'];
  const missing = right.find((d) => !left.includes(d)) ?? left.find((d) => !right.includes(d));
  if (missing !== undefined) fail('different-clocks', `clock domain "${missing}" is not in both of ${a.top.name} (${left.join(', ')}) and ${b.top.name} (${right.join(', ')})`, { where: [a.top.origin, b.top.origin], hint: suggest(missing, right.includes(missing) ? left : right) });
  return left;
}

/** @internal How the assert for an output begins. */
export const SAME_OUTPUT = 'both have the same ';

const made = new WeakMap<object, WeakMap<object, ModuleDefinition>>();

/**
 * Both modules with the same inputs, and for each output the assert that they agree on it. Inputs are called as in waves (`req_addr` for a
 * field). Errors: `different-ports`, `different-clocks`, `mixed-output`.
 */
export function miter(a: Definition, b: Definition): ModuleDefinition {
  const before = made.get(a)?.get(b);
  if (before !== undefined) return before;
  const designs = [a, b].map((d) => elaborate(d as ModuleDefinition));
  const [left, right] = designs as [Design, Design];
  samePorts(left, right, 'inputs');
  samePorts(left, right, 'outputs');
  const outputs = portsOf(left, 'outputs');
  if (outputs.size === 0) fail('nothing-to-prove', `${left.top.name} and ${right.top.name} have no outputs to compare`, { where: [left.top.origin, right.top.origin] });
  const domains = domainsOf(left, right);
  const ins: Fields = Object.fromEntries([...portsOf(left, 'inputs')].map(([name, { width, lanes }]): [string, Type] => [name, lanes === 1 ? uint<number>(width) : vec(lanes, uint<number>(width))]));
  const home = new Map([...outputs.keys()].map((name) => [name, domains.length === 1 ? domains[0]! : (domainOf(designs, name) ?? domains[0]!)]));
  const definition = module(`${left.top.name}_or_${right.top.name}`, { in: ins, domains }, (inputs, hw) => {
    const { builder } = hw;
    for (const [side, definition] of [['left', a], ['right', b]] as const) {
      const own = definition.domains;
      hw.instance(side, definition, {}, { domains: Object.fromEntries(own.map((d) => [d, own.length === 1 ? domains[0]! : d])) });
      for (const [port, wire] of builder.instances.at(-1)!.inputs) new Wire<number, number>(builder, wire).set(inputs[port] as unknown as Signal<number, number>);
    }
    const [l, r] = builder.instances as [(typeof builder.instances)[0], (typeof builder.instances)[0]];
    for (const port of outputs.keys()) {
      const read = ({ outputs: of }: typeof l): Signal => new Signal(builder, of.get(port)!);
      const [x, y] = [read(l), read(r)];
      hw.in(home.get(port)!, () => hw.assert(x.lanes === 1 ? x.eq(y) : x.bits().eq(y.bits()), `${SAME_OUTPUT}${port}`, { left: x, right: y }));
    }
    return {};
  }) as unknown as ModuleDefinition;
  const known = made.get(a) ?? new WeakMap<object, ModuleDefinition>();
  made.set(a, known.set(b, definition));
  return definition;
}

/** Registers and memories of the two sides that have the same name and shape: what makes the proof that their outputs agree inductive. */
export function likelyEqual({ flat }: Design): ModelOptions['lemmas'] & object {
  const paths = pathNames(flat);
  const partner = <T>(all: readonly (readonly [string, T])[]): (readonly [T, T])[] => {
    const right = new Map(all.flatMap(([path, x]) => (path.startsWith('right.') ? [[path.slice(6), x] as const] : [])));
    return all.flatMap(([path, x]) => {
      const other = path.startsWith('left.') ? right.get(path.slice(5)) : undefined;
      return other === undefined ? [] : [[x, other] as const];
    });
  };
  const registers = partner(flat.nodes.flatMap((n) => (n.kind === 'reg' ? [[paths.get(n.id)!, n] as const] : [])));
  const memories = partner(flat.memories.map((m) => [m.path, m] as const));
  return {
    registers: registers.flatMap(([x, y]) => (sameShape(x, y) ? [[x.id, y.id] as const] : [])),
    memories: memories.flatMap(([x, y]) => (x.width === y.width && x.depth === y.depth ? [[x.id, y.id] as const] : [])),
  };
}
