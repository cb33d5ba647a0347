import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in somebody's source. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Where a piece of hardware was written. Capturing costs a few microseconds; the text of the stack, which is what is slow (and what
 * applies source maps), is made only when somebody asks for the place.
 */
export class Origin {
  #error: Error | undefined;
  #location: Location | undefined;

  private constructor(error: Error | undefined, location?: Location) {
    this.#error = error;
    this.#location = location;
  }

  /** The first caller outside the kit itself. */
  static here(): Origin {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = 16;
    const error = new Error();
    Error.stackTraceLimit = before;
    return new Origin(error);
  }

  static at(location: Location): Origin {
    return new Origin(undefined, location);
  }

  static readonly unknown = new Origin(undefined);

  get location(): Location | undefined {
    if (this.#error !== undefined) {
      this.#location = firstForeignFrame(this.#error.stack ?? '');
      this.#error = undefined;
    }
    return this.#location;
  }

  toString(): string {
    const l = this.location;
    return l === undefined ? 'unknown place' : formatLocation(l);
  }
}

export function formatLocation({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

/** `at name (file:line:col)` or `at file:line:col`; file may be a file URL, and folders may have brackets in their names. */
const NAMED_FRAME = /^\s*at .*? \((.+):(\d+):(\d+)\)$/;
const BARE_FRAME = /^\s*at (?:async )?(.+):(\d+):(\d+)$/;

/** The kit itself stands between a designer's line and the node it makes. */
const KIT = dirname(dirname(fileURLToPath(import.meta.url))) + sep;
/** What stands above the command is no place that a user knows. */
const COMMAND = join(KIT, 'cli') + sep;

function firstForeignFrame(stack: string): Location | undefined {
  for (const text of stack.split('\n').slice(1)) {
    const match = NAMED_FRAME.exec(text) ?? BARE_FRAME.exec(text);
    if (match === null) continue;
    const file = match[1]!.startsWith('file://') ? fileURLToPath(match[1]!) : match[1]!;
    if (file.startsWith(COMMAND)) return undefined;
    if (file.startsWith('node:') || file.startsWith(KIT)) continue;
    return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}
