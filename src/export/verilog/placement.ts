import { fail } from '../../diag/index.ts';
import type { Flat } from '../../ir/flatten.ts';
import type { Module, NodeId } from '../../ir/netlist.ts';

/** One instance of a module in a flat design. */
export interface Placement {
  readonly module: Module;
  /** Instances from the top to here. */
  readonly path: readonly string[];
  /** Node of the module to node of the flat design, for those that it has as its own; -1 for ports, which are nodes of a neighbour. */
  readonly flat: Int32Array;
}

/** Finds the nodes of every instance in the flat design, which numbers them instance by instance, parents first. */
export function placements(top: Module, flat: Flat): Placement[] {
  const found: Placement[] = [];
  let next = 0;
  const walk = (module: Module, path: readonly string[]): void => {
    const map = new Int32Array(module.nodes.length).fill(-1);
    for (const node of module.nodes) {
      if (node.kind === 'port' && module.instances[node.instance]!.of.kind === 'module') continue;
      if (node.kind === 'input' && path.length > 0) continue;
      const id: NodeId = next++;
      const copy = flat.nodes[id];
      if (copy?.kind !== node.kind || copy.origin !== node.origin) fail('placement', `node ${node.id} of ${module.name} is not where the flat design should have it`);
      map[node.id] = id;
    }
    found.push({ module, path, flat: map });
    for (const { name, of } of module.instances) if (of.kind === 'module') walk(of, [...path, name]);
  };
  walk(top, []);
  return found;
}
