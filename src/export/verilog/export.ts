import { basename, isAbsolute, relative } from 'node:path';
import { fail } from '../../diag/index.ts';
import { elaborate, type Design } from '../../hdl/elaborate.ts';
import { ModuleDefinition, type Interfaces } from '../../hdl/module.ts';
import type { Fields } from '../../hdl/types.ts';
import type { Model, Module, Node, NodeId } from '../../ir/netlist.ts';
import { Namer } from './names.ts';
import { modelFace, stubText, twinText } from './models.ts';
import { placements, type Placement } from './placement.ts';
import { printModule, type Face, type Printed } from './module.ts';

export interface VerilogOptions {
  /** Verilog twins of models, by the name of the model; they go before the model's own. */
  readonly twins?: Readonly<Record<string, string>>;
  /** Put before the names of all modules, to use several exports side by side. */
  readonly prefix?: string;
  /**
   * What becomes of models: their Verilog twin, and an empty module with their ports where there is none (`twin`, the default); the empty
   * module even where there is a twin, for synthesis (`stub`); their twin, and an error where there is none (`required`).
   */
  readonly models?: 'twin' | 'stub' | 'required';
  /** Source locations as comments (default true). */
  readonly locations?: boolean;
  /** Expressions that nobody reads: left out (default), or kept as wires to be looked at. */
  readonly unused?: 'drop' | 'keep';
}

export interface VerilogExport {
  /** Name of the top module. */
  readonly top: string;
  readonly text: string;
  /** Every module by its Verilog name, the top first. */
  readonly modules: ReadonlyMap<string, string>;
  /** Models that are empty modules in `text`: give them Verilog of your own. */
  readonly blackBoxes: readonly string[];
  /** Ports of the top by name: clocks and resets by the name of their domain. Absent: the design has no use for it. */
  readonly ports: ReadonlyMap<string, string>;
  readonly clocks: ReadonlyMap<string, string>;
  readonly resets: ReadonlyMap<string, string>;
  /** Verilog path below the top of everything that has a name, by its dotted path: `core.adc.code`. */
  readonly paths: ReadonlyMap<string, string>;
  /** Verilog path of every instance and model below the top, by its dotted path. */
  readonly instances: ReadonlyMap<string, string>;
  /** With `unused: 'keep'`: Verilog path of what nobody reads, by node of the flat design. */
  readonly ends: ReadonlyMap<NodeId, string>;
}

/** A path that says nothing of the machine. */
function shortPath(file: string): string {
  const below = relative(process.cwd(), file);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? basename(file) : below;
}

/**
 * Verilog-2005 of a module and everything below it: one Verilog module for each module type, with the names, instances and `when`s of the
 * source. See docs/verilog.md for what becomes what.
 */
export function exportVerilog<I extends Fields, O extends Fields, B extends Interfaces>(what: ModuleDefinition<I, O, B> | Design, options: VerilogOptions = {}): VerilogExport {
  const design = what instanceof ModuleDefinition ? elaborate(what) : what;
  const { twins = {}, prefix = '', locations = true } = options;
  const names = new Namer();
  const placeOf = ({ origin }: { readonly origin: Node['origin'] }): string => {
    const l = locations ? origin.location : undefined;
    return l === undefined ? '' : `${shortPath(l.file)}:${l.line}`;
  };
  const placed = placements(design.top, design.flat);
  const cyclic = cyclicNodes(design, placed);

  const printed = new Map<Module | Model, Face & { readonly text: string }>();
  const blackBoxes: string[] = [];
  const faceOf = (of: Module | Model): Face => {
    const before = printed.get(of);
    if (before !== undefined) return before;
    const name = names.unique(prefix + of.name);
    if (of.kind === 'module') {
      const made = printModule(of, name, { faceOf, placeOf, cyclic: cyclic.get(of) ?? new Set(), keepUnused: options.unused === 'keep' });
      printed.set(of, made);
      return made;
    }
    const twin = options.models === 'stub' ? undefined : Object.hasOwn(twins, of.name) ? twins[of.name] : of.verilog;
    if (twin === undefined) {
      if (options.models === 'required') {
        fail('no-verilog', `model ${of.name} has no Verilog`, { where: [of.origin], hint: 'give it a twin: the option `verilog` of model(), or `twins` of exportVerilog()' });
      }
      blackBoxes.push(name);
    }
    const face = modelFace(of, name);
    const made = { ...face, text: twin === undefined ? stubText(of, face, placeOf(of)) : twinText(of, face, twin) };
    printed.set(of, made);
    return made;
  };

  faceOf(design.top);
  const top = printed.get(design.top) as Printed;
  const all = [...printed.values()].reverse();
  const from = placeOf(design.top);
  const header = `// ${top.name}: exported by Wordline${from === '' ? '' : ` from ${from}`}`;
  const byDomain = (given: readonly (string | undefined)[]): Map<string, string> => new Map(design.top.domains.flatMap((d, i) => (given[i] === undefined ? [] : [[d, given[i]] as const])));
  return {
    top: top.name,
    text: `${[header, ...all.map((m) => m.text)].join('\n\n')}\n`,
    modules: new Map(all.map((m) => [m.name, m.text])),
    blackBoxes,
    ports: top.ports,
    clocks: byDomain(top.clocks),
    resets: byDomain(top.resets),
    paths: pathsOf(placed, (module) => printed.get(module) as Printed),
    instances: instancesOf(placed, (module) => printed.get(module) as Printed),
    ends: endsOf(placed, (module) => printed.get(module) as Printed),
  };
}

/** Nodes of each module that lie on a cycle of nodes in any of its places. */
function cyclicNodes({ cyclicNodes: cyclic }: Design, placed: readonly Placement[]): Map<Module, Set<NodeId>> {
  const found = new Map<Module, Set<NodeId>>();
  if (cyclic.size === 0) return found;
  for (const { module, flat } of placed) {
    const mine = found.get(module) ?? new Set();
    found.set(module, mine);
    flat.forEach((id, local) => id >= 0 && cyclic.has(id) && mine.add(local));
  }
  return found;
}

type PrintedOf = (module: Module) => Printed;

/** Calls `visit` for each place with its path on both sides, each with a dot at its end. */
function visitPlaces(placed: readonly Placement[], printed: PrintedOf, visit: (p: Placement, made: Printed, path: string, verilog: string) => void): void {
  const verilog = new Map<string, string>();
  const modules = new Map<string, Module>();
  for (const p of placed) {
    const path = p.path.map((name) => `${name}.`).join('');
    const parent = p.path.slice(0, -1).map((name) => `${name}.`).join('');
    const own = p.path.length === 0 ? '' : `${verilog.get(parent)!}${printed(modules.get(parent)!).instances.get(p.path.at(-1)!)!}.`;
    verilog.set(path, own);
    modules.set(path, p.module);
    visit(p, printed(p.module), path, own);
  }
}

function pathsOf(placed: readonly Placement[], printed: PrintedOf): Map<string, string> {
  const paths = new Map<string, string>();
  visitPlaces(placed, printed, (_, { signals }, path, verilog) => signals.forEach((id, name) => paths.set(path + name, verilog + id)));
  return paths;
}

function instancesOf(placed: readonly Placement[], printed: PrintedOf): Map<string, string> {
  const found = new Map<string, string>();
  visitPlaces(placed, printed, (_, { instances }, path, verilog) => instances.forEach((id, name) => found.set(path + name, verilog + id)));
  return found;
}

function endsOf(placed: readonly Placement[], printed: PrintedOf): Map<NodeId, string> {
  const ends = new Map<NodeId, string>();
  visitPlaces(placed, printed, ({ flat }, made, _, verilog) => made.ends.forEach((text, id) => ends.set(flat[id]!, verilog + text)));
  return ends;
}
