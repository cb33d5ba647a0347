import type { Word } from '../../ir/words.ts';
import type { WordGraph } from '../words/graph.ts';
import type { Plan } from '../words/plan.ts';
import type { Sink } from '../words/sinks.ts';
import { hasCheck, Walk, type FunctionWriter } from '../words/walk.ts';

/**
 * A plan as JavaScript. Values of up to 32 bits are signed int32 (bit 31 makes them negative) so that V8 keeps them in registers; the state
 * `S` is a captured constant Int32Array, whose address V8 then builds into the code. `r5` is slot 5 of the state as it was at the start of
 * the cycle, `v7` a word with a name, `T` the temporaries between functions.
 *
 * Multiplexers: with two cheap arms as masks, otherwise as `?:`, so that the arm not taken is not computed.
 */
export interface Emitted {
  readonly source: string;
  readonly temporaries: number;
}

const CHEAP = 3;
const literal = (k: number): string => (k < 0 ? `(${k})` : String(k));
const maskText = (width: number): string => String(2 ** width - 1);

export function emitKernel(plan: Plan, name: string): Emitted {
  const walk = new Walk(plan);
  const functions = plan.chunks.map((_, chunk) => {
    const writer = new JsFunction(walk);
    walk.function(chunk, writer);
    return writer.lines.join('\n');
  });
  const checked = plan.chunks.map(hasCheck);
  const source = [
    ...functions.map((body, i) => `function ${name}${i}(){\n${body}\n${checked[i] === true ? 'return 0;\n' : ''}}`),
    `function ${name}(n){\nfor(let i=0;i<n;i++){`,
    ...functions.map((_, i) => (checked[i] === true ? `{const f=${name}${i}();if(f!==0){F[0]=f;return i;}}` : `${name}${i}();`)),
    '}\nreturn n;\n}',
  ].join('\n');
  return { source, temporaries: walk.temporaries };
}

class JsFunction implements FunctionWriter {
  readonly lines: string[] = [];
  readonly #walk: Walk;
  readonly #g: WordGraph;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#g = walk.plan.g;
  }

  slot(k: number): void {
    this.lines.push(`const r${k}=S[${k}];`);
  }
  oldSlot(k: number, temporary: number): void {
    this.lines.push(`const r${k}=T[${temporary}];`);
  }
  temporary(x: Word, temporary: number): void {
    this.lines.push(`const v${x}=T[${temporary}];`);
  }
  keep(temporary: number, k: number): void {
    this.lines.push(`T[${temporary}]=r${k};`);
  }
  let(x: Word, temporary: number | undefined): void {
    this.lines.push(`const v${x}=${temporary === undefined ? '' : `T[${temporary}]=`}${this.#expression(x)};`);
  }
  table(x: Word, first: number): void {
    this.#g.node(x).args.forEach((a, i) => this.lines.push(`T[${first + i}]=${this.#text(a)};`));
  }
  branch(condition: Word, negate: boolean): void {
    this.lines.push(`if(${this.#condition(condition, negate)}){`);
  }
  otherwise(): void {
    this.lines.push('}else{');
  }
  end(): void {
    this.lines.push('}');
  }

  sink(s: Sink): void {
    switch (s.kind) {
      case 'check':
        if (this.#g.constantOf(s.violated) === 0) return;
        this.lines.push(`if(${this.#condition(s.violated)})return ${s.index + 1};`);
        return;
      case 'cover':
        this.lines.push(`C[${s.index}]+=${this.#text(s.hit)};`);
        return;
      case 'slot':
        this.lines.push(`S[${s.slot}]=${this.#text(s.value)};`);
        return;
      case 'out':
        this.lines.push(`I[${s.slot}]=${this.#text(s.value)};`);
        return;
      case 'lane':
        this.#store(s.values, (k) => `S[${s.stride === 1 ? this.#text(s.index) : `Math.imul(${this.#text(s.index)},${s.stride})`}+${s.first + k}]`);
        return;
      case 'memory':
        this.#store(s.values, (k) => `M${s.memory}[${s.values.length === 1 ? this.#text(s.address) : `Math.imul(${this.#text(s.address)},${s.values.length})+${k}`}]`);
        return;
      case 'model':
        this.lines.push(`H(${s.model});`);
        return;
      case 'vector':
        throw new Error('JavaScript has no vectors');
    }
  }

  #text(x: Word): string {
    const n = this.#g.node(x);
    if (n.op === 'const') return literal(n.k);
    if (this.#walk.plan.named[x] === 1 && n.op !== 'table') return `v${x}`;
    return n.op === 'slot' ? `r${n.k}` : this.#expression(x);
  }

  #condition(x: Word, negate = false): string {
    const n = this.#g.node(x);
    if (!this.#walk.simple(x)) {
      const [a, b] = n.args as [Word, Word];
      if (n.op === 'xor' && n.width === 1 && this.#g.constantOf(b) === 1) return this.#condition(a, !negate);
      if (n.op === 'eq') return `${this.#text(a)}${negate ? '!==' : '==='}${this.#text(b)}`;
      if (n.op === 'lts') return `${this.#text(a)}${negate ? '>=' : '<'}${this.#text(b)}`;
      if (n.op === 'ltu') {
        const u = this.#g.widthOf(a) >= 32 || this.#g.widthOf(b) >= 32 ? '>>>0' : '';
        return `(${this.#text(a)}${u})${negate ? '>=' : '<'}(${this.#text(b)}${u})`;
      }
    }
    return negate ? `${this.#text(x)}===0` : `${this.#text(x)}!==0`;
  }

  #expression(x: Word): string {
    const n = this.#g.node(x);
    const [a, b, c] = n.args as [Word, Word, Word];
    const w = n.width;
    const fit = (e: string): string => (w >= 32 ? `(${e}|0)` : `(${e}&${maskText(w)})`);
    switch (n.op) {
      case 'and':
        return `(${this.#text(a)}&${this.#text(b)})`;
      case 'or':
        return `(${this.#text(a)}|${this.#text(b)})`;
      case 'xor':
        return `(${this.#text(a)}^${this.#text(b)})`;
      case 'add':
        return n.k === 1 ? `(${this.#text(a)}+${this.#text(b)}|0)` : fit(`${this.#text(a)}+${this.#text(b)}`);
      case 'sub':
        return fit(`${this.#text(a)}-${this.#text(b)}`);
      case 'mul':
        return n.k === 1 || w >= 32 ? `Math.imul(${this.#text(a)},${this.#text(b)})` : `(Math.imul(${this.#text(a)},${this.#text(b)})&${maskText(w)})`;
      case 'mulh':
        return `mulh(${this.#text(a)},${this.#text(b)})`;
      case 'shl':
        return `(${this.#text(a)}<<${n.k})`;
      case 'shr':
        return `(${this.#text(a)}>>>${n.k})`;
      case 'shlv':
        return n.k === 1 || w >= 32 ? `(${this.#text(a)}<<${this.#text(b)})` : `(${this.#text(a)}<<${this.#text(b)}&${maskText(w)})`;
      case 'shrv':
        return w >= 32 ? `(${this.#text(a)}>>>${this.#text(b)}|0)` : `(${this.#text(a)}>>>${this.#text(b)})`;
      case 'sarv':
        return `(${this.#text(a)}>>${this.#text(b)})`;
      case 'sext':
        return `(${this.#text(a)}<<${32 - n.k}>>${32 - n.k})`;
      case 'eq':
        if (this.#g.widthOf(a) < 32 && this.#g.widthOf(b) < 32) return this.#g.constantOf(b) === 0 ? `(${this.#text(a)}-1>>>31)` : `((${this.#text(a)}^${this.#text(b)})-1>>>31)`;
        return `(+(${this.#text(a)}===${this.#text(b)}))`;
      case 'ltu':
        if (this.#g.widthOf(a) < 32 && this.#g.widthOf(b) < 32) return `(${this.#text(a)}-${this.#text(b)}>>>31)`;
        return `(+((${this.#text(a)}>>>0)<(${this.#text(b)}>>>0)))`;
      case 'lts':
        return `(+(${this.#text(a)}<${this.#text(b)}))`;
      case 'mux':
        return this.#mux(a, b, c);
      case 'parity':
        return parity(this.#text(a), this.#g.widthOf(a));
      case 'popcount':
        return `popcount(${this.#text(a)})`;
      case 'ctz':
        return `(31-Math.clz32(${this.#text(a)}&-${this.#text(a)}))`;
      case 'load':
        return `S[${n.stride === 1 ? this.#text(a) : `Math.imul(${this.#text(a)},${n.stride})`}+${n.k}]`;
      case 'mem':
        return n.stride === 1 ? `M${n.resource}[${this.#text(a)}]` : `M${n.resource}[Math.imul(${this.#text(a)},${n.stride})+${n.k}]`;
      case 'lookup':
        return `T[${this.#text(b)}+${this.#walk.tableOf(a)}]`;
      case 'table':
      case 'const':
      case 'slot':
        throw new Error(`${n.op} is no expression`);
      default:
        throw new Error(`${n.op} in JavaScript, which has no vectors`);
    }
  }

  #mux(s: Word, t: Word, f: Word): string {
    if (this.#walk.cost(t) <= CHEAP && this.#walk.cost(f) <= CHEAP) {
      if (this.#g.constantOf(f) === 0) return `(-${this.#text(s)}&${this.#text(t)})`;
      if (this.#g.constantOf(t) === 0) return `(${this.#text(s)}-1&${this.#text(f)})`;
      if (this.#walk.simple(f)) return `(${this.#text(f)}^((${this.#text(f)}^${this.#text(t)})&-${this.#text(s)}))`;
      if (this.#walk.simple(s)) return `((${this.#text(t)}&-${this.#text(s)})|(${this.#text(f)}&${this.#text(s)}-1))`;
    }
    return `(${this.#condition(s)}?${this.#text(t)}:${this.#text(f)})`;
  }

  /** Stores the words of one value. All are worked out first: a word may be made of another one that is overwritten here. */
  #store(values: readonly Word[], place: (k: number) => string): void {
    if (values.length === 1) this.lines.push(`${place(0)}=${this.#text(values[0]!)};`);
    else this.lines.push(`{${values.map((v, k) => `const w${k}=${this.#text(v)};`).join('')}${values.map((_, k) => `${place(k)}=w${k};`).join('')}}`);
  }
}

/** Parity by table for narrow words; wider ones are folded first. */
function parity(x: string, width: number): string {
  if (width <= 4) return `(27030>>>${x}&1)`;
  if (width <= 8) return `(27030>>>((${x}^${x}>>>4)&15)&1)`;
  return `parity(${x})`;
}
