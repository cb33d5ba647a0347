import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Radix, TraceEnum } from '../wave/declare.ts';
import type { RecordedSignal, Recording } from '../wave/recording.ts';

/** How a signal is to be shown. */
export interface Hint {
  readonly radix?: Radix;
  readonly enum?: TraceEnum;
}

/** Trace flags of a GTKWave save file that say how to read a value. */
const FLAGS: readonly (readonly [flag: number, radix: Radix])[] = [[0x400, 'signed'], [0x800, 'ascii'], [0x40000, 'real'], [0x10, 'oct'], [0x8, 'bin'], [0x4, 'dec'], [0x2, 'hex']];

/**
 * The choices of the save file beside a VCD, by signal path: radixes, and names from translate files. Somebody has thought about how these
 * signals read best. Empty if there is no save file; what is not understood in it is for GTKWave and is passed over.
 */
export function saveFileHints(vcd: string): ReadonlyMap<string, Hint> {
  const save = `${vcd.replace(/\.vcd$/, '')}.gtkw`;
  const hints = new Map<string, Hint>();
  if (!existsSync(save)) return hints;
  let flags = 0;
  let names: TraceEnum | undefined;
  for (const line of readFileSync(save, 'utf8').split('\n')) {
    if (line.startsWith('@')) flags = parseInt(line.slice(1), 16);
    // Paths in it are relative to where the file was saved; translate files lie beside it.
    else if (line.startsWith('^')) names = translation(join(dirname(save), basename(line.replace(/^\^\d+ /, '').trim())));
    else if (/^[A-Za-z_]/.test(line)) {
      const radix = FLAGS.find(([flag]) => (flags & flag) !== 0)?.[1];
      hints.set(line.replace(/\[\d+:\d+\]$/, ''), names !== undefined ? { enum: names, radix: 'enum' } : radix === undefined ? {} : { radix });
      names = undefined;
    }
  }
  return hints;
}

/** A line of a translate file is a value in hex, a blank, its name. */
function translation(file: string): TraceEnum | undefined {
  if (!existsSync(file)) return undefined;
  const values = new Map<number, string>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, digits, name] = /^([0-9A-Fa-f]+) (.+)$/.exec(line) ?? [];
    if (digits !== undefined && name !== undefined) values.set(parseInt(digits, 16), name.trim());
  }
  return { name: basename(file).split('.')[0]!, values };
}

/** Vectors as the save file shows them. */
export function withHints<R extends Recording>(recording: R, hints: ReadonlyMap<string, Hint>): R {
  const signals = recording.signals.map((s): RecordedSignal => {
    const hint = s.kind === 'bits' && (s.width > 1 || hints.get(s.path)?.enum !== undefined) ? hints.get(s.path) : undefined;
    return hint === undefined ? s : { ...s, ...hint };
  });
  return { ...recording, signals };
}
