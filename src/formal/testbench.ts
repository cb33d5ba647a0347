import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StimulusCycle } from '../export/cosim/stimulus.ts';
import type { Goal } from './model.ts';

/** How a testbench gets at the module that was proved. */
export interface Source {
  readonly imports: readonly { readonly name: string; readonly file: string }[];
  /** The module, in terms of what is imported and of `miter`. */
  readonly expression: string;
  /** Names that it needs of the kit itself. */
  readonly kit?: readonly string[];
}

interface Bench {
  readonly goal: Goal;
  readonly cycles: readonly StimulusCycle[];
  readonly name: string;
  readonly folder: string;
  readonly source: Source;
  readonly domains: readonly string[];
}

const KIT = resolve(dirname(fileURLToPath(import.meta.url)), '..', `index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`);

/** The kit as a user imports it; in its own repository that is its source. */
function importOf(file: string, folder: string): string {
  const path = relative(folder, file).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
const kitFrom = (folder: string): string => (KIT.includes(`${sep}node_modules${sep}`) ? 'wordline' : importOf(KIT, folder));

/** Text as this project writes it. */
const quoted = (text: string): string => `'${JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
const list = (names: readonly string[]): string => `[${names.map(quoted).join(', ')}]`;
/** Hexadecimal where it is shorter to read. */
const literal = (value: unknown): string => (typeof value === 'bigint' ? `0x${value.toString(16)}n` : typeof value === 'number' && value > 9999 ? `0x${value.toString(16)}` : JSON.stringify(value));
const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const object = (fields: readonly (readonly [string, string])[]): string => (fields.length === 0 ? '{}' : `{ ${fields.map(([k, v]) => `${key(k)}: ${v}`).join(', ')} }`);

function cycleText({ in: given, reset, tick }: StimulusCycle): string {
  return object([
    ...(given === undefined ? [] : [['in', object(Object.entries(given).map(([k, v]) => [k, literal(v)]))] as const]),
    ...(reset === undefined ? [] : [['reset', list(reset)] as const]),
    ...(tick === undefined ? [] : [['tick', list(tick)] as const]),
  ]);
}

/** A testbench for `wordline run` that ends as the run of the prover does. */
export function testbenchText({ goal: { check, path }, cycles, name, folder, source, domains }: Bench): string {
  const last = cycles.length - 1;
  const cover = check.check === 'cover';
  const what = `${check.check} "${check.message}"`;
  const says = `${what} ${cover ? 'is hit' : 'fails'} in cycle ${last}`;
  return [
    `// Written by wordline prove: ${says}.`,
    `import { z } from 'zod';`,
    `import { ${[...(source.kit ?? []), 'replay', 'testbench'].join(', ')} } from '${kitFrom(folder)}';`,
    ...source.imports.map((i) => `import { ${i.name} } from '${importOf(i.file, folder)}';`),
    '',
    `/** One line a cycle: inputs that change${domains.length > 1 ? ', clocks that tick at its end' : ''}. */`,
    'const cycles = [',
    ...cycles.map((c, n) => `  ${cycleText(c)}, // ${n}`),
    '];',
    '',
    'export const run = testbench({',
    `  name: ${quoted(name)},`,
    `  summary: ${quoted(says)},`,
    '  parameters: z.strictObject({}),',
    `  run({ simulate }) {`,
    `    const sim = simulate(${source.expression});`,
    '    replay(sim, cycles);',
    ...(cover
      ? [
          `    const cover = sim.covers().find((c) => c.message === ${quoted(check.message)} && c.path === ${quoted(path)});`,
          `    if (cover === undefined || cover.hits === 0) throw new Error(${quoted(`${what} was not hit`)});`,
          '    return { hits: cover.hits };',
        ]
      : [`    throw new Error(${quoted(`${what} did not fail`)});`]),
    '  },',
    '});',
    '',
  ].join('\n');
}
