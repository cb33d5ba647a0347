import { fail, type Location } from '../diag/index.ts';
import { Declarations, keywordHint, type Word } from './vcd-declarations.ts';
import { DUMP_SECTIONS, type DumpSection, type VcdSlot, type VcdVisitor } from './vcd-syntax.ts';
import { latin, parseReal, shortKey } from './vcd-words.ts';

const NEWLINE = 10;
const SPACE = 32;

/** What a byte at the start of a command means. */
const enum Begin {
  Bad,
  Digit,
  Vector,
  Real,
  Text,
  Time,
  Keyword,
}

const BEGIN = new Uint8Array(256);
/** Digits: the four of Verilog, and the nine of VHDL that some dumpers leave in. */
const IS_DIGIT = new Uint8Array(256);
for (const c of '01xXzZuUwWlLhH-') IS_DIGIT[c.charCodeAt(0)] = 1;
for (let c = 0; c < 256; c++) if (IS_DIGIT[c] === 1) BEGIN[c] = Begin.Digit;
for (const [chars, begin] of [['bB', Begin.Vector], ['rR', Begin.Real], ['sS', Begin.Text], ['#', Begin.Time], ['$', Begin.Keyword]] as const) {
  for (const c of chars) BEGIN[c.charCodeAt(0)] = begin;
}

/** Thrown inside the parser where a command is cut by the end of the buffer; one object, since it happens once a chunk. */
const MORE = new Error('more');

export interface ParserOptions {
  /** Shown in messages. */
  readonly file?: string;
  /** Accept a file that ends within a command, as an interrupted run leaves it; see {@link VcdParser.truncated}. */
  readonly allowTruncated?: boolean;
}

/**
 * A streaming parser of VCD (IEEE 1364-2005, 18.2). Chunks may be cut anywhere: a command that does not end in the buffer is kept and
 * parsed again when more has come. Memory is the buffer and the declarations.
 *
 * Errors have file, line and column: `vcd-syntax`, `vcd-code` (not declared), `vcd-width` (more digits than bits), `vcd-time` (backwards, or
 * beyond 2^53 ticks), `vcd-truncated`.
 */
export class VcdParser {
  readonly #visitor: VcdVisitor;
  readonly #file: string;
  readonly #allowTruncated: boolean;
  readonly #declarations = new Declarations();
  #slots: readonly VcdSlot[] = [];
  #inHeader = true;
  #byKey = new Int32Array(0);
  #section: DumpSection | undefined;
  #stopped = false;
  #truncated: string | undefined;
  #ticks = -1;
  #bytes = 0;

  #buffer: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #last = false;
  /** End of the word that is being read. */
  #wordEnd = -1;
  #line = 1;
  #lineStart = 0;

  constructor(visitor: VcdVisitor, { file = '<vcd>', allowTruncated = false }: ParserOptions = {}) {
    this.#visitor = visitor;
    this.#file = file;
    this.#allowTruncated = allowTruncated;
  }

  /** Why the file counts as cut off, once {@link end} has been called. */
  get truncated(): string | undefined {
    return this.#truncated;
  }

  /** The last time stamp seen, in ticks; -1 before the first. */
  get ticks(): number {
    return this.#ticks;
  }

  /** @returns false when the visitor has asked to stop. */
  push(chunk: Uint8Array): boolean {
    if (this.#stopped) return false;
    const rest = this.#end - this.#at;
    this.#lineStart -= this.#at;
    if (rest === 0) this.#buffer = chunk;
    else {
      const joined = new Uint8Array(rest + chunk.length);
      joined.set(this.#buffer.subarray(this.#at, this.#end));
      joined.set(chunk, rest);
      this.#buffer = joined;
    }
    this.#at = 0;
    this.#end = this.#buffer.length;
    this.#bytes += chunk.length;
    this.#run();
    // The caller may fill its chunk again, so what is left over becomes our own.
    if (!this.#stopped && this.#buffer === chunk) {
      this.#buffer = chunk.slice(this.#at);
      this.#lineStart -= this.#at;
      this.#end -= this.#at;
      this.#at = 0;
    }
    return !this.#stopped;
  }

  /** Ends the file. */
  end(): void {
    if (this.#stopped) return;
    this.#last = true;
    this.#run();
    if (this.#stopped) return;
    if (this.#inHeader) this.#fail(this.#end, 'vcd-truncated', this.#bytes === 0 ? 'the file is empty' : 'the file ends before $enddefinitions');
    if (this.#section !== undefined) this.#cut(`inside $${this.#section}`);
  }

  #run(): void {
    while (!this.#stopped) {
      this.#skipBlanks();
      if (this.#at >= this.#end) return;
      const start = this.#at;
      const line = this.#line;
      const lineStart = this.#lineStart;
      try {
        if (this.#inHeader) this.#headerCommand();
        else this.#changes();
      } catch (error) {
        if (error !== MORE) throw error;
        if (this.#inHeader) {
          this.#at = start;
          this.#line = line;
          this.#lineStart = lineStart;
        }
        if (!this.#last) return;
        if (this.#inHeader) {
          this.#at = this.#end;
          return;
        }
        this.#cut('within a value change');
        this.#at = this.#end;
        return;
      }
    }
  }

  /** Value changes until the buffer ends; throws MORE with the position at the start of the command that is cut. */
  #changes(): void {
    const buffer = this.#buffer;
    const end = this.#end;
    while (!this.#stopped) {
      this.#skipBlanks();
      const start = this.#at;
      if (start >= end) return;
      const line = this.#line;
      const lineStart = this.#lineStart;
      const c = buffer[start]!;
      let stop = start + 1;
      while (stop < end && buffer[stop]! > SPACE) stop++;
      if (stop === end && !this.#last) throw MORE;
      this.#wordEnd = stop;
      switch (BEGIN[c] as Begin) {
        case Begin.Digit: {
          const slot = this.#slot(start + 1, stop, start);
          this.#at = stop;
          const { kind } = this.#slots[slot]!;
          if (kind === 'event') this.#visitor.event?.(slot);
          else if (kind === 'bits') this.#visitor.bits?.(slot, buffer, start, start + 1);
          else this.#fail(start, 'vcd-syntax', `a digit for a ${kind}`, kind === 'real' ? 'a real is written r<number> <code>' : 'a string is written s<text> <code>');
          break;
        }
        case Begin.Vector:
        case Begin.Real:
        case Begin.Text: {
          // A bad value is told as such, before its code is looked for.
          const real = this.#checkValue(BEGIN[c] as Begin, start, stop);
          this.#at = stop;
          this.#skipBlanks();
          const code = this.#at;
          let codeEnd = code;
          while (codeEnd < end && buffer[codeEnd]! > SPACE) codeEnd++;
          if (codeEnd === end && (!this.#last || codeEnd === code)) {
            this.#at = start;
            this.#line = line;
            this.#lineStart = lineStart;
            throw MORE;
          }
          this.#wordEnd = codeEnd;
          const slot = this.#slot(code, codeEnd, code);
          this.#at = codeEnd;
          this.#value(BEGIN[c] as Begin, slot, start, stop, real);
          break;
        }
        case Begin.Time:
          this.#time(start, stop);
          this.#at = stop;
          break;
        case Begin.Keyword:
          this.#keyword(start, stop, line, lineStart);
          break;
        case Begin.Bad:
          this.#fail(start, 'vcd-syntax', `expected a value change, a time stamp or a keyword, found ${this.#quote(start, stop)}`, c === 112 ? 'extended VCD (port dumps) is not supported; dump with $dumpvars' : undefined);
      }
    }
  }

  /** The syntax of a vector or a real; the number of a real. */
  #checkValue(begin: Begin, start: number, stop: number): number {
    const buffer = this.#buffer;
    if (begin === Begin.Real) {
      const text = latin(buffer, start + 1, stop);
      return parseReal(text) ?? this.#fail(start + 1, 'vcd-syntax', `expected a decimal number after ${this.#quote(start, start + 1)}, found ${JSON.stringify(text)}`);
    }
    if (begin === Begin.Vector) {
      if (stop === start + 1) this.#fail(start, 'vcd-syntax', 'expected digits after "b"');
      for (let i = start + 1; i < stop; i++) {
        if (IS_DIGIT[buffer[i]!] !== 1) this.#fail(i, 'vcd-syntax', `expected a digit 0, 1, x or z, found ${this.#quote(i, i + 1)}`);
      }
    }
    return 0;
  }

  #value(begin: Begin, slot: number, start: number, stop: number, real: number): void {
    const { kind, width } = this.#slots[slot]!;
    if (begin === Begin.Vector) {
      if (kind !== 'bits' && kind !== 'event') this.#fail(start, 'vcd-syntax', `a vector for a variable of kind ${kind}`);
      let from = start + 1;
      while (stop - from > width && this.#buffer[from] === 48) from++;
      if (stop - from > width) this.#fail(start, 'vcd-width', `${stop - from} digits for a variable of ${width} bit${width === 1 ? '' : 's'}`);
      if (kind === 'event') this.#visitor.event?.(slot);
      else this.#visitor.bits?.(slot, this.#buffer, from, stop);
    } else if (begin === Begin.Text) {
      if (kind !== 'string') this.#fail(start, 'vcd-syntax', `a string for a variable of kind ${kind}`);
      this.#visitor.string?.(slot, latin(this.#buffer, start + 1, stop));
    } else {
      if (kind !== 'real') this.#fail(start, 'vcd-syntax', `a real for a variable of kind ${kind}`);
      this.#visitor.real?.(slot, real);
    }
  }

  #time(start: number, stop: number): void {
    const buffer = this.#buffer;
    let ticks = 0;
    for (let i = start + 1; i < stop; i++) {
      const digit = buffer[i]! - 48;
      if (digit < 0 || digit > 9) this.#fail(i, 'vcd-syntax', `expected a decimal time, found ${this.#quote(start, stop)}`);
      ticks = ticks * 10 + digit;
    }
    if (stop === start + 1) this.#fail(start, 'vcd-syntax', 'expected a decimal time after #');
    if (!Number.isSafeInteger(ticks)) this.#fail(start, 'vcd-time', `time ${this.#quote(start, stop)} is beyond 2^53 ticks`);
    if (ticks < this.#ticks) {
      // A file cut inside its last time stamp shows a smaller number.
      if (this.#last && stop === this.#end) return this.#cut('within a time stamp');
      this.#fail(start, 'vcd-time', `time goes back from ${this.#ticks} to ${ticks}`);
    }
    this.#ticks = ticks;
    if (this.#visitor.time?.(ticks) === false) this.#stopped = true;
  }

  #keyword(start: number, stop: number, line: number, lineStart: number): void {
    const word = latin(this.#buffer, start + 1, stop);
    if (DUMP_SECTIONS.includes(word)) {
      this.#at = stop;
      if (this.#section !== undefined) this.#fail(start, 'vcd-syntax', `$${word} inside $${this.#section}`);
      this.#section = word as DumpSection;
      this.#visitor.dump?.(this.#section, true);
    } else if (word === 'end') {
      this.#at = stop;
      if (this.#section === undefined) this.#fail(start, 'vcd-syntax', '$end without a section to end');
      this.#visitor.dump?.(this.#section, false);
      this.#section = undefined;
    } else if (word === 'comment' || word === 'vcdclose') {
      this.#at = stop;
      try {
        this.#words();
      } catch (error) {
        this.#at = start;
        this.#line = line;
        this.#lineStart = lineStart;
        throw error;
      }
    } else this.#fail(start, 'vcd-syntax', `unknown keyword $${word} among the value changes`, keywordHint(`$${word}`, [...DUMP_SECTIONS, 'end', 'comment']));
  }

  #headerCommand(): void {
    const start = this.#at;
    const { text } = this.#word();
    if (!text.startsWith('$')) {
      this.#fail(start, 'vcd-syntax', `expected a declaration such as $var or $enddefinitions, found ${JSON.stringify(text.slice(0, 40))}`, this.#line === 1 ? 'this does not look like a VCD file' : undefined);
    }
    const keyword = text.slice(1);
    if (keyword === 'end') this.#fail(start, 'vcd-syntax', '$end without a section to end');
    // Before anything is committed: a cut section throws MORE here and is parsed again as a whole.
    const words = this.#words();
    if (keyword !== 'enddefinitions') return this.#declarations.section(keyword, words, start, (at, code, message, hint) => this.#fail(at, code, message, hint));
    const header = this.#declarations.finish();
    this.#slots = header.slots;
    this.#index();
    this.#inHeader = false;
    this.#visitor.header?.(header);
  }

  /** The words up to `$end`. */
  #words(): Word[] {
    const words: Word[] = [];
    for (;;) {
      this.#skipBlanks();
      const word = this.#word();
      if (word.text === '$end') return words;
      words.push(word);
    }
  }

  #word(): Word {
    const at = this.#at;
    let stop = at;
    while (stop < this.#end && this.#buffer[stop]! > SPACE) stop++;
    if (stop === at || (stop === this.#end && !this.#last)) throw MORE;
    this.#at = stop;
    return { text: latin(this.#buffer, at, stop), at };
  }

  #skipBlanks(): void {
    const buffer = this.#buffer;
    const end = this.#end;
    let at = this.#at;
    for (; at < end; at++) {
      const c = buffer[at]!;
      if (c > SPACE) break;
      if (c === NEWLINE) {
        this.#line++;
        this.#lineStart = at + 1;
      }
    }
    this.#at = at;
  }

  /** Codes of up to three characters are found in an array, longer ones by their text. */
  #index(): void {
    let largest = -1;
    for (const code of this.#declarations.codes.keys()) largest = Math.max(largest, shortKey(code));
    this.#byKey = new Int32Array(largest + 1).fill(-1);
    for (const [code, slot] of this.#declarations.codes) {
      const key = shortKey(code);
      if (key >= 0) this.#byKey[key] = slot;
    }
  }

  #slot(from: number, to: number, blame: number): number {
    const buffer = this.#buffer;
    let slot: number | undefined;
    if (to - from <= 3) {
      let key = 0;
      for (let i = to - 1; i >= from; i--) key = key * 94 + (buffer[i]! - 32);
      slot = this.#byKey[key];
      if (slot === -1) slot = undefined;
    } else slot = this.#declarations.codes.get(latin(buffer, from, to));
    if (slot !== undefined) return slot;
    // A code may be missing because the file ends.
    if (this.#last && from === to && to === this.#end) throw MORE;
    if (from === to) this.#fail(blame, 'vcd-syntax', `expected an identifier code right after ${this.#quote(blame, to)}`);
    return this.#fail(from, 'vcd-code', `no variable has the identifier code ${this.#quote(from, to)}`, 'codes are declared with $var before $enddefinitions');
  }

  #cut(where: string): void {
    const message = `the file ends ${where}`;
    if (!this.#allowTruncated) this.#fail(this.#end, 'vcd-truncated', message, 'the run that wrote it was interrupted; read it with allowTruncated to use what is there');
    this.#truncated ??= message;
  }

  #quote(from: number, to: number): string {
    const text = latin(this.#buffer, from, Math.min(to, from + 40));
    return JSON.stringify(to - from > 40 ? `${text}...` : text);
  }

  #fail(at: number, code: string, message: string, hint?: string): never {
    // The last word of a file without a last line end may be half a word, and then it is not to blame.
    if (this.#allowTruncated && this.#last && !this.#inHeader && this.#wordEnd === this.#end && code !== 'vcd-truncated') throw MORE;
    // Lines are counted as blanks are skipped; a place further back lies on the line counted so far or before it.
    let line = this.#line;
    let lineStart = this.#lineStart;
    while (lineStart > at) {
      line--;
      let i = lineStart - 1;
      while (i > 0 && this.#buffer[i - 1] !== NEWLINE) i--;
      lineStart = i;
    }
    const location: Location = { file: this.#file, line, column: at - lineStart + 1 };
    return fail(code, message, { where: [location], ...(hint === undefined ? {} : { hint }) });
  }
}
