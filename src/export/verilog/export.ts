import { basename, isAbsolute, relative } from 'node:path';
import { fail } from '../../diag/index.ts';
import { elaborate, type Design } from '../../hdl/elaborate.ts';
import { ModuleDefinition, type Interfaces } from '../../hdl/module.ts';
import type { Fields } from '../../hdl/types.ts';
import type { Model, Module, Node } from '../../ir/netlist.ts';
import { Namer } from './names.ts';
import { modelFace, stubText, twinText } from './models.ts';
import { printModule, type Face, type Printed } from './module.ts';

export interface VerilogOptions {
  /** Verilog twins of models, by the name of the model; they go before the model's own. */
  readonly twins?: Readonly<Record<string, string>>;
  /** Put before the names of all modules, to use several exports side by side. */
  readonly prefix?: string;
  /** What to do with a model without twin: an empty module with its ports (default), or an error. */
  readonly blackBoxes?: 'stub' | 'error';
  /** Source locations as comments (default true). */
  readonly locations?: boolean;
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
    return l === undefined ? '-' : `${shortPath(l.file)}:${l.line}`;
  };
  // A node of the flat design and the one it was copied from share their origin.
  const cyclicOrigins = new Set([...design.cyclicNodes].map((id) => design.flat.nodes[id]!.origin));

  const printed = new Map<Module | Model, Face & { readonly text: string }>();
  const blackBoxes: string[] = [];
  const faceOf = (of: Module | Model): Face => {
    const before = printed.get(of);
    if (before !== undefined) return before;
    const name = names.unique(prefix + of.name);
    if (of.kind === 'module') {
      const made = printModule(of, name, { faceOf, placeOf, cyclic: (node) => cyclicOrigins.has(node.origin) });
      printed.set(of, made);
      return made;
    }
    const twin = Object.hasOwn(twins, of.name) ? twins[of.name] : of.verilog;
    if (twin === undefined) {
      if (options.blackBoxes === 'error') {
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
  const header = `// ${top.name}: exported by Wordline from ${placeOf(design.top)}`;
  const byDomain = (given: readonly (string | undefined)[]): Map<string, string> => new Map(design.top.domains.flatMap((d, i) => (given[i] === undefined ? [] : [[d, given[i]] as const])));
  return {
    top: top.name,
    text: `${[header, ...all.map((m) => m.text)].join('\n\n')}\n`,
    modules: new Map(all.map((m) => [m.name, m.text])),
    blackBoxes,
    ports: top.ports,
    clocks: byDomain(top.clocks),
    resets: byDomain(top.resets),
    paths: pathsOf(design.top, (module) => printed.get(module) as Printed),
  };
}

function pathsOf(top: Module, printed: (module: Module) => Printed): Map<string, string> {
  const paths = new Map<string, string>();
  const walk = (module: Module, path: string, verilog: string): void => {
    const { signals, instances } = printed(module);
    for (const [name, id] of signals) paths.set(path + name, verilog + id);
    for (const { name, of } of module.instances) {
      const below = `${verilog}${instances.get(name)!}.`;
      if (of.kind === 'module') walk(of, `${path}${name}.`, below);
    }
  };
  walk(top, '', '');
  return paths;
}
