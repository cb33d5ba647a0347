import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../diag/index.ts';
import { planTrace, type PlacedScope, type PlacedVar, type Radix, type TraceEnum, type TraceScope, type TraceVar } from './declare.ts';

/**
 * Bits of GTKWave's trace flags, as `@` lines of a save file have them in hex (GTKWave 3.3 `src/analyzer.h`, `TraceEntFlagBits`). Names are
 * GTKWave's without `TR_`.
 */
const HEX = 0x2;
const DEC = 0x4;
const BIN = 0x8;
const OCT = 0x10;
const RJUSTIFY = 0x20;
const BLANK = 0x200;
const SIGNED = 0x400;
const ASCII = 0x800;
const COLLAPSED = 0x1000;
const FTRANSLATED = 0x2000;
const REAL = 0x40000;
const CLOSED = 0x400000;
const GRP_BEGIN = 0x800000;
const GRP_END = 0x1000000;

const RADIX: Readonly<Record<Radix, number>> = {
  bin: BIN | RJUSTIFY,
  hex: HEX | RJUSTIFY,
  dec: DEC | RJUSTIFY,
  signed: SIGNED | RJUSTIFY,
  oct: OCT | RJUSTIFY,
  real: REAL | RJUSTIFY,
  ascii: ASCII | RJUSTIFY,
  // A translate file replaces the text that GTKWave would show, so the radix below must be the one the file is written in.
  enum: HEX | RJUSTIFY | FTRANSLATED,
};

export interface GtkwOptions {
  /** The VCD, beside or below the save file and named from there, e.g. `counter.vcd`. Without it, name the VCD when starting GTKWave. */
  readonly dumpfile?: string;
  /** Scopes at this depth and below start folded; the top is 0. Default: all open. */
  readonly foldFrom?: number;
  /** Visible stretch of time; default from 0, at GTKWave's own zoom. */
  readonly fromPs?: number;
  readonly toPs?: number;
  /** The VCD's timescale; default 1. */
  readonly timescalePs?: number;
  /** Size of the window in pixels; default 1280 x 800. */
  readonly size?: readonly [width: number, height: number];
  /** The save file's own name; default `waves.gtkw`. */
  readonly name?: string;
}

/** Pixels left of the waves: tree and names. */
const TREE = 200;
const NAMES = 200;
const BORDERS = 100;

/**
 * GTKWave looks for dump and translate files at the place relative to the save file at which they were when it was saved. It learns that
 * place by comparing absolute paths with `[savefile]`; any common root will do, so a made-up one keeps machine paths out of the file and
 * lets it be opened from anywhere.
 */
const ROOT = '/wordline';

/** GTKWave's zoom counts frames of 200 pixels (`pixelsperframe` in its source). */
const FRAME = 200;

/**
 * A GTKWave save file: every variable of a hierarchy, a group a scope, radices, names of enumerations.
 *
 * Enumerations need their translate files (see {@link translateFiles}) beside the save file. Looked at with GTKWave 3.3.118.
 */
export function gtkwText(top: TraceScope, options: GtkwOptions = {}): string {
  const { dumpfile, timescalePs = 1, fromPs = 0, toPs, size = [1280, 800], foldFrom = Infinity, name = 'waves.gtkw' } = options;
  const lines = ['[*]', '[*] Wordline', '[*]'];
  if (dumpfile !== undefined) lines.push(`[dumpfile] "${ROOT}/${dumpfile}"`);
  lines.push(`[savefile] "${ROOT}/${name}"`, `[timestart] ${Math.floor(fromPs / timescalePs)}`, `[size] ${size[0]} ${size[1]}`, '[pos] -1 -1');
  if (toPs !== undefined) {
    if (!(toPs > fromPs)) fail('wave-window', `the window from ${fromPs} ps to ${toPs} ps is empty`);
    // The zoom is minus the power of two of the ticks in a frame; the 27 other numbers are markers that are not set.
    const zoom = -Math.log2(((toPs - fromPs) / timescalePs / Math.max(100, size[0] - TREE - NAMES - BORDERS)) * FRAME);
    lines.push(`*${zoom.toFixed(6)} ${Array(27).fill('-1').join(' ')}`);
  }
  const { top: scope } = planTrace(top);
  lines.push(`[treeopen] ${scope.path}.`, `[sst_width] ${TREE}`, `[signals_width] ${NAMES}`, '[sst_expanded] 1');

  let flags = -1;
  const flag = (next: number): void => {
    if (next !== flags) lines.push(`@${next.toString(16)}`);
    flags = next;
  };
  const numbers = new Map<string, number>();
  const emit = (inner: PlacedScope, depth: number): void => {
    const folded = depth >= foldFrom;
    flag(BLANK | GRP_BEGIN | (folded ? CLOSED : 0));
    lines.push(`-${inner.name}`);
    for (const placed of inner.vars) {
      const { variable } = placed;
      flag(flagsOf(variable));
      if (variable.enum !== undefined && radixOf(variable) === 'enum') {
        const file = translateName(variable);
        let number = numbers.get(file);
        if (number === undefined) numbers.set(file, (number = numbers.size + 1));
        lines.push(`^${number} ${ROOT}/${file}`);
      }
      lines.push(gtkwName(placed));
    }
    for (const below of inner.scopes) emit(below, depth + 1);
    flag(BLANK | GRP_END | (folded ? CLOSED | COLLAPSED : 0));
    lines.push(`-${inner.name}`);
  };
  emit(scope, 0);
  return `${lines.join('\n')}\n`;
}

/**
 * The translate files of a hierarchy: file name and text, one for each enumeration and width. A line is the value as GTKWave shows it in
 * hex (all digits of the width), a blank, the name. GTKWave compares whole texts, without regard to case.
 *
 * Errors: `wave-name-clash` for two different enumerations of one name and width, `wave-enum` for a value that does not fit.
 */
export function translateFiles(top: TraceScope): Map<string, string> {
  const files = new Map<string, string>();
  const visit = (scope: PlacedScope): void => {
    for (const { variable, path } of scope.vars) {
      if (variable.enum === undefined || radixOf(variable) !== 'enum') continue;
      const name = translateName(variable);
      const text = translateText(variable.enum, variable.width, path);
      const other = files.get(name);
      if (other !== undefined && other !== text) {
        fail('wave-name-clash', `"${path}" uses a second enumeration called "${variable.enum.name}" with other values`, { hint: 'give one of them another name' });
      }
      files.set(name, text);
    }
    scope.scopes.forEach(visit);
  };
  visit(planTrace(top).top);
  return files;
}

/**
 * Writes a save file and, beside it, its translate files. Open it with `gtkwave <path>`.
 *
 * @param path of the save file, e.g. `waves/counter.gtkw`.
 * @returns the paths written, the save file first.
 */
export function writeGtkw(path: string, top: TraceScope, options: Omit<GtkwOptions, 'name'> = {}): string[] {
  const folder = dirname(path);
  const files = new Map([[basename(path), gtkwText(top, { ...options, name: basename(path) })], ...translateFiles(top)]);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
  } catch (error) {
    fail('wave-file', `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return [...files.keys()].map((name) => join(folder, name));
}

function translateText(names: TraceEnum, width: number, path: string): string {
  const digits = Math.ceil(width / 4);
  const lines = [...names.values].map(([value, name]) => {
    const big = BigInt(value);
    if (big < 0n || big >= 1n << BigInt(width)) fail('wave-enum', `${names.name}.${name} = ${value} does not fit the ${width} bit${width === 1 ? '' : 's'} of "${path}"`);
    // The name goes to the end of the line and may have blanks.
    return { big, line: `${big.toString(16).toUpperCase().padStart(digits, '0')} ${name.replace(/\s+/g, ' ')}` };
  });
  lines.sort((a, b) => (a.big < b.big ? -1 : a.big > b.big ? 1 : 0));
  return `# ${names.name}: ${width} bit${width === 1 ? '' : 's'}, hex\n${lines.map((l) => l.line).join('\n')}\n`;
}

function translateName({ width, enum: names }: TraceVar): string {
  return `${(names?.name ?? 'enum').replace(/[^A-Za-z0-9_-]/g, '_')}.${width}.enum.txt`;
}

function radixOf({ type, width, radix, enum: names }: TraceVar): Radix {
  if (type === 'real') return 'real';
  return radix ?? (names === undefined ? (width === 1 ? 'bin' : 'hex') : 'enum');
}

function flagsOf(variable: TraceVar): number {
  // A variable that is real in the file is shown as one whatever the flag; the REAL flag is for vectors that hold the bits of one.
  if (variable.type === 'real') return DEC | RJUSTIFY;
  return RADIX[radixOf(variable)];
}

/** GTKWave joins name and range without a blank. */
function gtkwName({ path, variable: { width, type } }: PlacedVar): string {
  return width > 1 && type !== 'real' && type !== 'integer' ? `${path}[${width - 1}:0]` : path;
}
