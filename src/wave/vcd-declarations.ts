import { suggest } from '../diag/index.ts';
import type { VcdHeader, VcdKind, VcdScope, VcdSlot, VcdVar } from './vcd-syntax.ts';

/** A word of the file and where it starts in the buffer, for messages. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/** Throws with the place of a byte of the buffer. */
export type FailAt = (at: number, code: string, message: string, hint?: string) => never;

interface OpenScope {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly vars: VcdVar[];
  readonly scopes: OpenScope[];
}

const KINDS: Readonly<Record<string, VcdKind>> = { real: 'real', realtime: 'real', shortreal: 'real', real_parameter: 'real', event: 'event', string: 'string' };
const FS_PER_UNIT: Readonly<Record<string, number>> = { s: 1e15, ms: 1e12, us: 1e9, ns: 1e6, ps: 1e3, fs: 1 };

/** Collects the sections before `$enddefinitions` into a header. */
export class Declarations {
  readonly #top: OpenScope[] = [];
  readonly #stack: OpenScope[] = [];
  readonly #vars: VcdVar[] = [];
  readonly #slots: { kind: VcdKind; width: number }[] = [];
  readonly #codes = new Map<string, number>();
  readonly #comments: string[] = [];
  readonly #ignored = new Set<string>();
  #timescalePs = 1000;
  #date: string | undefined;
  #version: string | undefined;

  /** Slot of each identifier code. */
  get codes(): ReadonlyMap<string, number> {
    return this.#codes;
  }

  /** One `$keyword ... $end`. `at` is the place of the keyword. */
  section(keyword: string, words: readonly Word[], at: number, fail: FailAt): void {
    const text = (): string => words.map((w) => w.text).join(' ');
    switch (keyword) {
      case 'date':
        this.#date = text();
        break;
      case 'version':
        this.#version = text();
        break;
      case 'comment':
        this.#comments.push(text());
        break;
      case 'timescale':
        this.#timescale(words, at, fail);
        break;
      case 'scope':
        this.#open(words, at, fail);
        break;
      case 'upscope':
        if (this.#stack.pop() === undefined) fail(at, 'vcd-syntax', '$upscope without an open $scope');
        break;
      case 'var':
        this.#var(words, at, fail);
        break;
      default:
        this.#ignored.add(keyword);
    }
  }

  finish(): VcdHeader {
    // Some dumpers leave scopes open at $enddefinitions; nothing is lost by closing them.
    return {
      timescalePs: this.#timescalePs,
      ...(this.#date === undefined ? {} : { date: this.#date }),
      ...(this.#version === undefined ? {} : { version: this.#version }),
      comments: this.#comments,
      scopes: this.#top satisfies readonly VcdScope[],
      vars: this.#vars,
      slots: this.#slots satisfies readonly VcdSlot[],
      ignored: [...this.#ignored],
    };
  }

  #timescale(words: readonly Word[], at: number, fail: FailAt): void {
    const text = words.map((w) => w.text).join('');
    const match = /^(1|10|100)(s|ms|us|ns|ps|fs)$/.exec(text);
    if (match === null) {
      return fail(words[0]?.at ?? at, 'vcd-syntax', `expected a timescale, found ${JSON.stringify(text)}`, '1, 10 or 100, then s, ms, us, ns, ps or fs');
    }
    this.#timescalePs = (Number(match[1]) * FS_PER_UNIT[match[2]!]!) / 1000;
  }

  #open([type, name]: readonly Word[], at: number, fail: FailAt): void {
    if (type === undefined || name === undefined) return fail(at, 'vcd-syntax', 'expected "$scope <type> <name> $end"');
    const parent = this.#stack.at(-1);
    const plain = name.text.replace(/^\\/, '');
    // The same scope may be opened again; it is still one scope.
    const siblings = parent?.scopes ?? this.#top;
    let scope = siblings.find((s) => s.name === plain);
    if (scope === undefined) {
      scope = { name: plain, path: parent === undefined ? plain : `${parent.path}.${plain}`, type: type.text, vars: [], scopes: [] };
      siblings.push(scope);
    }
    this.#stack.push(scope);
  }

  #var(words: readonly Word[], at: number, fail: FailAt): void {
    const [type, size, code, reference, ...rest] = words;
    if (type === undefined || size === undefined || code === undefined || reference === undefined) {
      return fail(at, 'vcd-syntax', `expected "$var <type> <width> <code> <name> $end", found ${words.length} of the 4 words`);
    }
    const kind = KINDS[type.text] ?? 'bits';
    const width = /^\d+$/.test(size.text) ? Number(size.text) : NaN;
    if (!(width >= (kind === 'string' ? 0 : 1))) {
      return fail(size.at, 'vcd-syntax', `expected a width in bits, found ${JSON.stringify(size.text)}`, 'a variable has 1 bit or more');
    }
    if (!/^[!-~]+$/.test(code.text)) return fail(code.at, 'vcd-syntax', `expected an identifier code of the characters ! to ~, found ${JSON.stringify(code.text)}`);
    const { name, range } = splitRange(reference.text, rest.map((w) => w.text).join(''), width);

    let slot = this.#codes.get(code.text);
    if (slot === undefined) {
      slot = this.#slots.length;
      this.#codes.set(code.text, slot);
      this.#slots.push({ kind, width });
    }
    const shared = this.#slots[slot]!;
    if (shared.kind !== kind) {
      const other = this.#vars.find((v) => v.slot === slot)!;
      return fail(code.at, 'vcd-syntax', `code ${JSON.stringify(code.text)} is the ${other.type} "${other.path}" already and cannot be a ${type.text} too`);
    }
    shared.width = Math.max(shared.width, width);
    const scope = this.#stack.at(-1);
    const variable: VcdVar = {
      name,
      path: scope === undefined ? name : `${scope.path}.${name}`,
      type: type.text,
      width,
      ...(range === undefined ? {} : { range }),
      code: code.text,
      slot,
    };
    scope?.vars.push(variable);
    this.#vars.push(variable);
  }
}

/** `data [7:0]`, `data[7:0]`, `\regs[3] [7:0]`, `bus [3]`: only a range of several bits is left out of the name. */
function splitRange(reference: string, rest: string, width: number): { name: string; range: string | undefined } {
  const escaped = reference.startsWith('\\');
  const plain = escaped ? reference.slice(1) : reference;
  if (rest !== '') {
    const several = rest.includes(':') || width > 1;
    return { name: several ? plain : `${plain}${rest}`, range: rest };
  }
  const match = escaped ? null : /^(.+?)(\[-?\d+:-?\d+\])$/.exec(plain);
  return match === null ? { name: plain, range: undefined } : { name: match[1]!, range: match[2]! };
}

/** Words a file may use outside declarations, for the hint of an unknown one. */
export function keywordHint(typed: string, valid: readonly string[]): string {
  return suggest(typed, valid.map((k) => `$${k}`));
}
