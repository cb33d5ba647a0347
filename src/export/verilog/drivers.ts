import type { Module, Node, NodeId, OpNode, Statement } from '../../ir/netlist.ts';
import type { Shape } from '../../ir/shape.ts';

/** What a wire holds after some statements: a node, or lane by lane. */
type Value = NodeId | readonly NodeId[];

/** A module whose wires are each driven by one node; the nodes that this took are at the end of `nodes`. */
export interface Driven {
  readonly nodes: readonly Node[];
  readonly driver: ReadonlyMap<NodeId, NodeId>;
}

/**
 * Turns the statements that drive wires into multiplexers.
 *
 * They are not printed as `always @*`: such a block first runs when something that it reads changes, and so a wire that only depends on what
 * is there from the beginning (initial values of registers, constants) would stay x in a four-valued simulator.
 */
export function driveWires(module: Module): Driven {
  const nodes: Node[] = [...module.nodes];
  const shape = (id: NodeId): Shape => nodes[id]!;
  const op = (name: OpNode['op'], args: readonly NodeId[], { width, lanes }: Shape, like: NodeId, attrs: readonly number[] = []): NodeId => {
    nodes.push({ kind: 'op', op: name, args, attrs, width, lanes, id: nodes.length, origin: nodes[like]!.origin });
    return nodes.length - 1;
  };
  const zero = ({ width, lanes }: Shape, like: NodeId): NodeId => {
    nodes.push({ kind: 'const', value: 0n, width, lanes, id: nodes.length, origin: nodes[like]!.origin });
    return nodes.length - 1;
  };
  const whole = (value: Value, wire: NodeId): NodeId => (typeof value === 'number' ? value : op('pack', value, shape(wire), wire));
  const lanesOf = (value: Value, wire: NodeId): NodeId[] => {
    if (typeof value !== 'number') return [...value];
    const { width, lanes } = shape(wire);
    const node = nodes[value]!;
    if (node.kind === 'op' && node.op === 'pack') return [...node.args];
    return Array.from({ length: lanes }, (_, i) => op('lane', [value], { width, lanes: 1 }, wire, [i]));
  };

  type Env = Map<NodeId, Value>;
  const run = (body: readonly Statement[], own: Env, get: (wire: NodeId) => Value | undefined): void => {
    for (const s of body) {
      if (s.kind === 'assign' && nodes[s.target]!.kind === 'wire') {
        const before = (): Value => own.get(s.target) ?? get(s.target) ?? zero(shape(s.target), s.target);
        const lane = s.lane === undefined ? undefined : nodes[s.lane]!;
        if (lane === undefined) own.set(s.target, s.value);
        else if (lane.kind !== 'const') own.set(s.target, op('insert', [whole(before(), s.target), lane.id, s.value], shape(s.target), s.target));
        else if (lane.value < BigInt(shape(s.target).lanes)) {
          const lanes = lanesOf(before(), s.target);
          lanes[Number(lane.value)] = s.value;
          own.set(s.target, lanes);
        }
      } else if (s.kind === 'when') {
        const inside = (wire: NodeId): Value | undefined => own.get(wire) ?? get(wire);
        const arms = s.arms.map((arm) => {
          const env: Env = new Map();
          run(arm.body, env, inside);
          return { condition: arm.condition, env };
        });
        for (const wire of new Set(arms.flatMap(({ env }) => [...env.keys()]))) {
          const before = inside(wire);
          const otherwise = arms.at(-1)?.condition === undefined;
          // Without an `otherwise` that drives it, the value from before remains; on a path where there is none, nobody looks (a check says so).
          let value = otherwise ? (arms.at(-1)!.env.get(wire) ?? before) : before;
          for (const arm of arms.slice(0, otherwise ? -1 : undefined).reverse()) value = choose(arm.condition!, arm.env.get(wire) ?? before, value, wire);
          own.set(wire, value!);
        }
      }
    }
  };
  const choose = (condition: NodeId, a: Value | undefined, b: Value | undefined, wire: NodeId): Value => {
    if (a === undefined || b === undefined || a === b) return (a ?? b)!;
    if (typeof a !== 'number' && typeof b !== 'number') return a.map((x, i) => (x === b[i]! ? x : op('mux', [condition, x, b[i]!], { width: shape(wire).width, lanes: 1 }, wire)));
    const lanes = shape(wire).lanes;
    const select = lanes === 1 ? condition : op('splat', [condition], { width: 1, lanes }, wire, [lanes]);
    return op('mux', [select, whole(a, wire), whole(b, wire)], shape(wire), wire);
  };

  const final: Env = new Map();
  run(module.body, final, () => undefined);
  const driver = new Map<NodeId, NodeId>();
  for (const node of module.nodes) if (node.kind === 'wire') driver.set(node.id, whole(final.get(node.id) ?? zero(node, node.id), node.id));
  return { nodes, driver };
}

/** What the statements of a module mention, as often as they do: statements of `wanted` kinds and the conditions around them. */
export function mentioned(body: readonly Statement[], wanted: (s: Statement) => boolean): NodeId[] {
  const found: NodeId[] = [];
  const walk = (list: readonly Statement[]): boolean => {
    let any = false;
    for (const s of list) {
      if (s.kind === 'when') {
        const before = found.length;
        const used = s.arms.map((arm) => walk(arm.body));
        if (used.includes(true)) {
          any = true;
          found.splice(before, 0, ...s.arms.flatMap(({ condition }) => (condition === undefined ? [] : [condition])));
        }
      } else if (wanted(s)) {
        any = true;
        if (s.kind === 'assign') found.push(s.value, ...(s.lane === undefined ? [] : [s.lane]));
        else if (s.kind === 'write') found.push(s.address, s.data);
        else found.push(s.condition);
      }
    }
    return any;
  };
  walk(body);
  return found;
}

