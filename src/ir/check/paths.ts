import type { Module, Node, NodeId } from '../netlist.ts';
import { dependencies, driversOf, eachComponent } from '../visit.ts';

/**
 * The combinational paths of one module type. What is around an instance needs to know no more of it than which inputs reach which outputs,
 * so that a type is looked at once, however many instances of it there are.
 */
export interface Paths {
  /** Do nodes lie on a cycle, in this module or below it? */
  readonly cyclic: boolean;
  /** Output to the inputs that it depends on in the same cycle. */
  readonly through: ReadonlyMap<string, readonly string[]>;
}

const known = new WeakMap<Module, Paths>();

export function pathsOf(module: Module): Paths {
  let paths = known.get(module);
  if (paths === undefined) known.set(module, (paths = findPaths(module)));
  return paths;
}

function findPaths(module: Module): Paths {
  const drivers = driversOf(module.body);
  const instances = module.instances.map(({ of }) => (of.kind === 'module' ? pathsOf(of) : undefined));
  const next = (node: Node): readonly NodeId[] => {
    if (node.kind !== 'port') return dependencies(node, drivers);
    // A model acts at the clock edge only: nothing goes through it.
    const inputs = instances[node.instance]?.through.get(node.port) ?? [];
    return inputs.map((port) => module.instances[node.instance]!.inputs.get(port)!);
  };
  const deps = module.nodes.map(next);

  let cyclic = instances.some((paths) => paths?.cyclic === true);
  // For each node, a bit for each input that it depends on.
  const sources = module.nodes.map(() => 0n);
  [...module.inputs.values()].forEach((id, i) => (sources[id] = 1n << BigInt(i)));
  eachComponent(deps.length, (id) => deps[id]!, (group) => {
    if (group.length > 1 || deps[group[0]!]!.includes(group[0]!)) cyclic = true;
    for (const id of group) for (const d of deps[id]!) sources[id]! |= sources[d]!;
  });
  const names = [...module.inputs.keys()];
  const through = new Map([...module.outputs].map(([port, id]) => [port, names.filter((_, i) => ((sources[id]! >> BigInt(i)) & 1n) === 1n)]));
  return { cyclic, through };
}
