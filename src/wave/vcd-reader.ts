import { closeSync, openSync, readSync } from 'node:fs';
import { fail } from '../diag/index.ts';
import { matchPaths } from './glob.ts';
import type { Change, RecordedSignal, Recording, WindowOptions } from './recording.ts';
import { digitsToValue, type WaveValue } from './value.ts';
import { VcdParser, type ParserOptions } from './vcd-parser.ts';
import type { VcdHeader, VcdVisitor } from './vcd-syntax.ts';

/** A file's path, or the file's content. */
export type VcdSource = string | Uint8Array | { readonly text: string };

/** A VCD file, or the part of it that was asked for, in memory. */
export interface VcdFile extends Recording {
  readonly header: VcdHeader;
  /** Why the file counts as cut off; only with `allowTruncated`. */
  readonly truncated?: string;
}

export interface ReadOptions extends WindowOptions, ParserOptions {}

/** Also the largest piece of a file in memory. */
const CHUNK = 1 << 20;

/**
 * Streams a VCD file through a visitor in constant memory.
 *
 * @returns the parser, which knows the last time and whether the file was cut off.
 * Errors: `wave-file` if the file cannot be read; `vcd-*` with file, line and column (see `VcdParser`).
 */
export function visitVcd(source: VcdSource, visitor: VcdVisitor, options: ParserOptions = {}): VcdParser {
  if (typeof source !== 'string') {
    const parser = new VcdParser(visitor, options);
    const bytes = source instanceof Uint8Array ? source : Buffer.from(source.text, 'latin1');
    if (parser.push(bytes)) parser.end();
    return parser;
  }
  const parser = new VcdParser(visitor, { file: source, ...options });
  const fd = openVcd(source);
  try {
    const chunk = new Uint8Array(CHUNK);
    for (;;) {
      const length = readChunk(fd, chunk, source);
      if (length === 0) {
        parser.end();
        return parser;
      }
      if (!parser.push(chunk.subarray(0, length))) return parser;
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a VCD file, or only some signals and a stretch of time of it: what is not asked for is passed over without being kept, and reading
 * stops at the end of the window, so that a small window of a large file costs little memory.
 *
 * Only changes are kept: a value that a `$dumpall` or `$dumpon` repeats is not a change.
 *
 * Errors: those of {@link visitVcd}; `wave-glob-empty`, `wave-window`.
 */
export function readVcd(source: VcdSource, options: ReadOptions = {}): VcdFile {
  let header: VcdHeader | undefined;
  let lists: (Change[] | undefined)[] = [];
  let wanted: readonly string[] | undefined;
  // Until the window begins, only the newest value of each slot is kept.
  let from = -Infinity;
  let to = Infinity;
  let now = 0;
  let first: number | undefined;
  let stopped = false;
  let dumping = false;

  const put = (slot: number, value: WaveValue): void => {
    const list = lists[slot];
    if (list === undefined) return;
    first ??= now;
    const last = list.at(-1);
    if (last !== undefined) {
      if (Object.is(last[1], value)) return;
      // A second value at one time replaces the first, and so does any value before the window.
      if (last[0] === now || now <= from) list.pop();
      if (list.length > 0 && Object.is(list.at(-1)![1], value)) return;
    }
    list.push([now, value]);
  };

  const parser = visitVcd(
    source,
    {
      header: (h) => {
        header = h;
        from = options.fromPs === undefined ? -Infinity : options.fromPs / h.timescalePs;
        to = options.toPs === undefined ? Infinity : options.toPs / h.timescalePs;
        if (from > to) fail('wave-window', `the window from ${options.fromPs} ps to ${options.toPs} ps is empty`);
        wanted = options.signals === undefined ? undefined : matchPaths(options.signals, h.vars.map((v) => v.path));
        const paths = wanted === undefined ? undefined : new Set(wanted);
        lists = h.slots.map(() => undefined);
        for (const v of h.vars) if (paths === undefined || paths.has(v.path)) lists[v.slot] ??= [];
      },
      time: (ticks) => {
        first ??= ticks;
        if (ticks > to) {
          stopped = true;
          return false;
        }
        now = ticks;
        return undefined;
      },
      bits: (slot, digits, start, stop) => {
        if (lists[slot] !== undefined) put(slot, digitsToValue(digits, start, stop, header!.slots[slot]!.width));
      },
      real: put,
      string: put,
      dump: (_section, begins) => {
        dumping = begins;
      },
      event: (slot) => {
        // Icarus lists events among the values of a dump, where they have not happened.
        if (now >= from && !dumping) lists[slot]?.push([now, 1]);
      },
    },
    options,
  );

  const h = header!;
  const endTime = stopped ? to : Math.max(parser.ticks, 0);
  const startTime = Math.max(first ?? 0, from);
  if (startTime > endTime) {
    fail('wave-window', `the window starts at ${options.fromPs} ps and the file ends at ${endTime * h.timescalePs} ps`);
  }
  const paths = wanted === undefined ? undefined : new Set(wanted);
  const moved = new Map<number, readonly Change[]>();
  const signals = h.vars
    .filter((v) => paths === undefined || paths.has(v.path))
    .map((v): RecordedSignal => {
      let changes = moved.get(v.slot);
      if (changes === undefined) moved.set(v.slot, (changes = startAt(lists[v.slot] ?? [], startTime)));
      return { path: v.path, kind: h.slots[v.slot]!.kind, width: v.width, changes };
    });
  return {
    header: h,
    timescalePs: h.timescalePs,
    startTime,
    endTime,
    signals,
    ...(parser.truncated === undefined ? {} : { truncated: parser.truncated }),
  };
}

/** The value that a window starts with counts from its start. */
function startAt(changes: readonly Change[], start: number): readonly Change[] {
  const [first, ...rest] = changes;
  return first === undefined || first[0] >= start ? changes : [[start, first[1]], ...rest];
}

function openVcd(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    return fail('wave-file', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readChunk(fd: number, chunk: Uint8Array, path: string): number {
  try {
    return readSync(fd, chunk, 0, chunk.length, null);
  } catch (error) {
    return fail('wave-file', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
