import type { Graph } from '../graph.ts';
import type { NodeId } from '../netlist.ts';
import { operators } from '../operators/index.ts';
import { rewrite } from './rewrite.ts';

/** Makes equal expressions one node. */
export function shareCommon(graph: Graph): Graph {
  const seen = new Map<string, NodeId>();
  return rewrite(graph, (node, make) => {
    let key: string;
    if (node.kind === 'op') {
      const args = operators[node.op].commutes === true ? [...node.args].sort((a, b) => a - b) : node.args;
      key = `${node.op}(${args.join()})[${node.attrs.join()}]`;
    } else if (node.kind === 'const') key = `${node.width}x${node.lanes}=${node.value}`;
    else if (node.kind === 'read') key = `read ${node.memory}(${node.args[0]})`;
    else if (node.kind === 'reset') key = `reset ${node.domain}`;
    else return make.add(node);
    let id = seen.get(key);
    if (id === undefined) seen.set(key, (id = make.add(node)));
    return id;
  });
}
