import type { Problem } from '../../diag/index.ts';
import type { Assign, Module, NodeId, Statement } from '../netlist.ts';
import { visitStatements } from '../visit.ts';

/** Checks of one module type by itself: every wire driven on every path, by one driver, and everything used. */
export function checkModule(module: Module): Problem[] {
  return [...doubleDrivers(module), ...undriven(module), ...unused(module)];
}

const label = (module: Module, id: NodeId): string => {
  const node = module.nodes[id]!;
  if (node.kind === 'wire' && node.feeds !== undefined) {
    return `input "${node.feeds.port}" of instance "${module.instances[node.feeds.instance]!.name}"`;
  }
  const kind = node.kind === 'reg' ? 'register' : [...module.outputs.values()].includes(id) ? 'output' : 'wire';
  return `${kind} "${node.name ?? '?'}"`;
};

/** The lane an assignment goes to, if that is a constant. */
function fixedLane(module: Module, { lane }: Assign): number | undefined {
  if (lane === undefined) return undefined;
  const node = module.nodes[lane]!;
  return node.kind === 'const' ? Number(node.value) : undefined;
}

/**
 * Within one statement list a whole assignment makes everything before it void, and so two of them are two drivers. A nested branch may
 * override what stood before it: that is how defaults are written.
 */
function doubleDrivers(module: Module): Problem[] {
  const problems: Problem[] = [];
  const walk = (body: readonly Statement[]): { seen: Map<NodeId, Assign>; lanes: Map<string, Assign> } => {
    const seen = new Map<NodeId, Assign>();
    const lanes = new Map<string, Assign>();
    for (const s of body) {
      if (s.kind === 'when') {
        for (const arm of s.arms) {
          const inner = walk(arm.body);
          for (const [target, first] of inner.seen) if (!seen.has(target)) seen.set(target, first);
          for (const [lane, first] of inner.lanes) if (!lanes.has(lane)) lanes.set(lane, first);
        }
        continue;
      }
      if (s.kind !== 'assign') continue;
      const lane = fixedLane(module, s);
      const before = s.lane === undefined ? seen.get(s.target) : lane === undefined ? undefined : lanes.get(`${s.target}:${lane}`);
      if (before !== undefined) {
        problems.push({
          code: 'multiple-drivers',
          message: `${label(module, s.target)}${lane === undefined ? '' : ` lane ${lane}`} has more than one driver`,
          where: [s.origin, before.origin],
          hint: 'the later one makes the earlier one void: remove one, or put the later one into a when',
        });
      }
      if (lane !== undefined) lanes.set(`${s.target}:${lane}`, s);
      seen.set(s.target, s);
    }
    return { seen, lanes };
  };
  walk(module.body);
  return problems;
}

/** Which lanes of which targets are assigned whatever the conditions are. */
type Driven = Map<NodeId, Set<number>>;

function drivenBy(module: Module, body: readonly Statement[]): Driven {
  const driven: Driven = new Map();
  const add = (target: NodeId, lanes: Iterable<number>): void => {
    const set = driven.get(target) ?? new Set();
    for (const l of lanes) set.add(l);
    driven.set(target, set);
  };
  for (const s of body) {
    if (s.kind === 'assign') {
      if (s.lane === undefined) add(s.target, Array.from({ length: module.nodes[s.target]!.lanes }, (_, i) => i));
      else {
        const lane = fixedLane(module, s);
        if (lane !== undefined) add(s.target, [lane]);
      }
    } else if (s.kind === 'when' && s.arms.at(-1)?.condition === undefined) {
      const [first, ...rest] = s.arms.map((arm) => drivenBy(module, arm.body));
      for (const [target, lanes] of first!) add(target, [...lanes].filter((l) => rest.every((other) => other.get(target)?.has(l) === true)));
    }
  }
  return driven;
}

function undriven(module: Module): Problem[] {
  const driven = drivenBy(module, module.body);
  const everAssigned = new Set<NodeId>();
  visitStatements(module.body, (s) => {
    if (s.kind === 'assign') everAssigned.add(s.target);
  });
  const problems: Problem[] = [];
  for (const node of module.nodes) {
    if (node.kind !== 'wire') continue;
    const lanes = driven.get(node.id);
    const missing = Array.from({ length: node.lanes }, (_, i) => i).filter((i) => lanes?.has(i) !== true);
    if (missing.length === 0) continue;
    const what = label(module, node.id);
    const some = node.lanes > 1 && missing.length < node.lanes ? ` in lane${missing.length > 1 ? 's' : ''} ${missing.join(', ')}` : '';
    problems.push(
      everAssigned.has(node.id)
        ? { code: 'undriven', message: `${what} is not driven on every path${some}`, where: [node.origin], hint: 'give the wire a default, or assign it in all branches including otherwise' }
        : { code: 'undriven', message: `${what} is never driven`, where: [node.origin], hint: node.feeds === undefined ? 'assign it, or remove it' : 'connect it when the instance is placed, or through `in`' },
    );
  }
  return problems;
}

function unused(module: Module): Problem[] {
  const used = new Set<NodeId>(module.outputs.values());
  for (const node of module.nodes) if (node.kind === 'op' || node.kind === 'read') for (const a of node.args) used.add(a);
  for (const { inputs } of module.instances) for (const id of inputs.values()) used.add(id);
  visitStatements(module.body, (s) => {
    if (s.kind === 'assign') {
      used.add(s.value);
      if (s.lane !== undefined) used.add(s.lane);
    } else if (s.kind === 'write') {
      used.add(s.address);
      used.add(s.data);
    } else if (s.kind === 'check') {
      used.add(s.condition);
      for (const v of s.values) used.add(v.node);
    } else for (const { condition } of s.arms) if (condition !== undefined) used.add(condition);
  });
  const problems: Problem[] = [];
  for (const node of module.nodes) {
    if (used.has(node.id) || (node.kind === 'wire' && node.label === true)) continue;
    if (node.kind !== 'input' && node.kind !== 'wire' && node.kind !== 'reg') continue;
    const what = node.kind === 'input' ? `input "${node.name ?? '?'}"` : label(module, node.id);
    problems.push({ code: 'unused', severity: 'warning', message: `${what} of module ${module.name} is never used`, where: [node.origin] });
  }
  return problems;
}
