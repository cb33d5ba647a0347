import { fail } from '../../diag/index.ts';
import type { Check, Instance, MemoryWrite, Model, Module, Node, NodeId, Statement } from '../../ir/netlist.ts';
import { bitsOf } from '../../ir/shape.ts';
import { visitStatements } from '../../ir/visit.ts';
import { driveWires, mentioned, type Driven } from './drivers.ts';
import { countUses, dependenciesOf, Expressions } from './expressions.ts';
import { Namer, range } from './names.ts';
import { assignText, displayText, formalText, initialText, memoryText, tree, writeText, type StatementSources } from './statements.ts';

/** How a module looks from outside. Clocks and resets that it has no use for are no ports. */
export interface Face {
  readonly name: string;
  readonly clocks: readonly (string | undefined)[];
  readonly resets: readonly (string | undefined)[];
  readonly ports: ReadonlyMap<string, string>;
}

export interface Printed extends Face {
  readonly text: string;
  /** Verilog names of what designers named, and of instances. */
  readonly signals: ReadonlyMap<string, string>;
  readonly instances: ReadonlyMap<string, string>;
  /** With `keepUnused`: Verilog of what nobody reads. */
  readonly ends: ReadonlyMap<NodeId, string>;
}

export interface Context {
  readonly faceOf: (of: Module | Model) => Face;
  /** `file:line` */
  readonly placeOf: (node: { readonly origin: Node['origin'] }) => string;
  /** Nodes that lie on a cycle of nodes. */
  readonly cyclic: ReadonlySet<NodeId>;
  readonly keepUnused: boolean;
}

const isClocked = (domain: number, module: Module) => (s: Statement): boolean => {
  if (s.kind === 'write') return s.domain === domain;
  const target = s.kind === 'assign' ? module.nodes[s.target]! : undefined;
  return target?.kind === 'reg' && target.domain === domain;
};
const isCheck = (domain: number) => (s: Statement): s is Check => s.kind === 'check' && s.domain === domain;
const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', `  // ${title}`, ...lines.flatMap((l) => l.split('\n')).map((l) => `  ${l}`)]);

/** A comment at the end of a line, of what there is to say. */
function remark(...parts: readonly string[]): string {
  const said = parts.filter((p) => p !== '');
  return said.length === 0 ? '' : ` // ${said.join(', ')}`;
}

/** Which clocks and resets the module needs, for itself and for what is in it. */
function needs(module: Module, faceOf: Context['faceOf']): { clocks: Set<number>; resets: Set<number> } {
  const clocks = new Set<number>();
  const resets = new Set<number>();
  for (const node of module.nodes) {
    if (node.kind === 'reg') clocks.add(node.domain);
    if (node.kind === 'reset' || (node.kind === 'reg' && node.resets)) resets.add(node.domain);
  }
  visitStatements(module.body, (s) => {
    if (s.kind === 'write' || s.kind === 'check') clocks.add(s.domain);
    if (s.kind === 'check') resets.add(s.domain);
  });
  for (const { of, domains } of module.instances) {
    const face = faceOf(of);
    domains.forEach((d, i) => {
      if (face.clocks[i] !== undefined) clocks.add(d);
      if (face.resets[i] !== undefined) resets.add(d);
    });
  }
  return { clocks, resets };
}

/** Of writes of two clocks that tick together, ours have an order and Verilog's have none. */
function checkMemories(module: Module): void {
  const first = new Map<number, MemoryWrite>();
  visitStatements(module.body, (s) => {
    if (s.kind !== 'write') return;
    const before = first.get(s.memory);
    if (before === undefined) first.set(s.memory, s);
    else if (before.domain !== s.domain) {
      fail('memory-two-clocks', `memory "${module.memories[s.memory]!.name}" of module ${module.name} is written in clock domains "${module.domains[before.domain]!}" and "${module.domains[s.domain]!}"`, {
        where: [s.origin, before.origin],
        hint: 'Verilog leaves open which write wins when both clocks tick at once: write it in one domain',
      });
    }
  });
}

/** Writes one module. */
export function printModule(module: Module, name: string, context: Context): Printed {
  const { faceOf, placeOf } = context;
  checkMemories(module);
  const namer = new Namer([name]);
  const { clocks: wantedClocks, resets: wantedResets } = needs(module, faceOf);
  const clocks = module.domains.map((d, i) => (wantedClocks.has(i) ? namer.unique(d) : undefined));
  const resets = module.domains.map((d, i) => (wantedResets.has(i) ? namer.unique(d === 'clk' ? 'rst' : `rst_${d}`) : undefined));

  // ---- names: ports first, then everything that designers named
  const ids = new Map<NodeId, string>();
  const give = (id: NodeId, wanted: string): string => {
    const given = ids.get(id) ?? namer.unique(wanted);
    ids.set(id, given);
    return given;
  };
  const ports = new Map([...module.inputs, ...module.outputs].map(([port, id]) => [port, give(id, port)]));
  const signals = new Map<string, string>();
  for (const node of module.nodes) if (node.name !== undefined && !(node.kind === 'wire' && node.feeds !== undefined)) signals.set(node.name, give(node.id, node.name));
  const memories = module.memories.map((m) => namer.unique(m.name));
  module.memories.forEach((m, i) => signals.set(m.name, memories[i]!));
  const instances = module.instances.map((i) => namer.unique(i.name));
  module.instances.forEach((instance, i) => [...instance.outputs].forEach(([port, id]) => give(id, `${instances[i]!}_${port}`)));
  const outputs = new Set(module.outputs.values());

  // ---- what is looked at
  const driven = driveWires(module);
  const named = module.nodes.filter((n) => ids.has(n.id) && (n.kind === 'wire' || n.kind === 'reg')).map((n) => n.id);
  // Properties are written twice, but for different tools: that is no reason to name what they are made of.
  const perDomain = module.domains.flatMap((_, d) => [...mentioned(module.body, isClocked(d, module)), ...mentioned(module.body, isCheck(d))]);
  const needed = [...named, ...module.instances.flatMap((i) => [...i.inputs.values()]), ...perDomain];
  const unread = context.keepUnused ? unreadNodes(module, driven, needed) : [];
  const uses = countUses(driven, [...needed, ...unread]);
  const idOf = (id: NodeId): string | undefined => ids.get(id);
  const memoryOf = (memory: number): string => memories[memory]!;
  const comment = (node: Node): string => {
    const states = node.view?.enum;
    return remark(placeOf(node), states === undefined ? '' : `${states.name}: ${[...states.values].map(([value, state]) => `${state} = ${value}`).join(', ')}`);
  };
  const expressions = new Expressions(
    { module, driven, idOf, memoryOf, resetOf: (d) => resets[d]!, isPort: (id) => outputs.has(id) && module.nodes[id]!.kind === 'wire', namer, comment, cyclic: context.cyclic },
    uses,
  );
  expressions.write();
  const ends = new Map(unread.flatMap((id) => {
    const { name: text } = expressions.get(id);
    return /^\d/.test(text) ? [] : [[id, text] as const];
  }));

  // ---- statements; they may still give names to expressions, so they come before the declarations are put together
  const get = (id: NodeId) => expressions.get(id);
  const sources: StatementSources = { module, get, idOf, memoryOf };
  const registers = module.nodes.filter((n) => n.kind === 'reg');
  const clocked = module.domains.flatMap((_, d) => {
    const wanted = isClocked(d, module);
    const body = tree(module.body, get, (s) => (!wanted(s) ? [] : s.kind === 'assign' ? assignText(sources, s) : s.kind === 'write' ? writeText(sources, s) : []));
    const loads = registers.filter((r) => r.domain === d && r.resets).map((r) => `${ids.get(r.id)!} <= ${initialText(r, r.initial)};`);
    if (loads.length > 0) body.push(`if (${resets[d]!}) begin`, ...loads.map((l) => `  ${l}`), 'end');
    return body.length === 0 ? [] : [`always @(posedge ${clocks[d]!}) begin`, ...body.map((l) => `  ${l}`), 'end'];
  });
  const checks = (macro: string, text: (s: Check) => string[]): string[] => {
    const blocks = module.domains.flatMap((_, d) => {
      const body = tree(module.body, get, (s) => (isCheck(d)(s) ? text(s) : []));
      return body.length === 0 ? [] : [`always @(posedge ${clocks[d]!}) if (!${resets[d]!}) begin`, ...body.map((l) => `  ${l}`), 'end'];
    });
    return blocks.length === 0 ? [] : [`\`ifdef ${macro}`, ...blocks, '`endif'];
  };
  const formal = checks('FORMAL', (s) => formalText(sources, s));
  const display = checks('WORDLINE_CHECKS', (s) => displayText(sources, s, placeOf(s)));
  const placed = module.instances.map((instance, i) => instanceText(instance, instances[i]!, faceOf(instance.of), { clocks, resets, get, idOf, place: placeOf(instance) }));
  const held = module.memories.flatMap((m, i) => memoryText(memories[i]!, m, namer.unique(`${memories[i]!}_word`)));

  const declared = (node: Node): string => `${range(bitsOf(node))}${ids.get(node.id)!}`;
  const registered = (node: Node & { kind: 'reg' }): string => `reg ${declared(node)} = ${initialText(node, node.initial)}`;
  const portLines = [
    ...clocks.flatMap((c, d) => [c, resets[d]].flatMap((p) => (p === undefined ? [] : [`input wire ${p}`]))),
    ...[...module.inputs.values()].map((id) => `input wire ${declared(module.nodes[id]!)}`),
    ...[...module.outputs.values()].map((id) => {
      const node = module.nodes[id]!;
      return `output ${node.kind === 'reg' ? registered(node) : `wire ${declared(node)}`}`;
    }),
  ];
  const lines = [
    ...(placeOf(module) === '' ? [] : [`// ${placeOf(module)}`]),
    `module ${name}${portLines.length === 0 ? ';' : ' ('}`,
    ...portLines.map((p, i) => `  ${p}${i + 1 < portLines.length ? ',' : ''}`),
    ...(portLines.length === 0 ? [] : [');']),
    ...section('memories', held),
    ...section('registers', registers.filter((r) => !outputs.has(r.id)).map((r) => `${registered(r)};${comment(r)}`)),
    ...section('functions', expressions.functions),
    ...section('outputs of instances', module.nodes.filter((n) => n.kind === 'port').map((n) => `wire ${declared(n)};`)),
    ...section('logic', expressions.lines),
    ...section('instances', placed),
    ...section('at the clock edge', clocked),
    ...section('properties', [...formal, ...display]),
    'endmodule',
  ];
  return { name, clocks, resets, ports, text: lines.join('\n'), signals, instances: new Map(module.instances.map((i, k) => [i.name, instances[k]!])), ends };
}

/** Operators and reads that nothing refers to. */
function unreadNodes(module: Module, { nodes, driver }: Driven, needed: readonly NodeId[]): NodeId[] {
  const read = new Set([...needed, ...nodes.flatMap((n) => dependenciesOf(n, driver))]);
  return module.nodes.filter((n) => (n.kind === 'op' || n.kind === 'read') && !read.has(n.id)).map((n) => n.id);
}

interface Around {
  readonly clocks: readonly (string | undefined)[];
  readonly resets: readonly (string | undefined)[];
  readonly get: (id: NodeId) => { readonly bare: string };
  readonly idOf: (id: NodeId) => string | undefined;
  readonly place: string;
}

function instanceText(instance: Instance, name: string, face: Face, { clocks, resets, get, idOf, place }: Around): string {
  const connections = [
    ...instance.domains.flatMap((d, i) => [
      ...(face.clocks[i] === undefined ? [] : [[face.clocks[i], clocks[d]!] as const]),
      ...(face.resets[i] === undefined ? [] : [[face.resets[i], resets[d]!] as const]),
    ]),
    ...[...instance.inputs].map(([port, id]) => [face.ports.get(port)!, get(id).bare] as const),
    ...[...instance.outputs].map(([port, id]) => [face.ports.get(port)!, idOf(id)!] as const),
  ];
  const list = connections.map(([port, text]) => `  .${port}(${text})`).join(',\n');
  return `${face.name} ${name} (${remark(place)}\n${list}\n);`;
}
