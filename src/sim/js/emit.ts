import type { Word } from '../../ir/words.ts';
import { isLeaf, type Plan, type Step } from '../words/plan.ts';
import { rootsOf, type Sink } from '../words/sinks.ts';

/**
 * A plan as JavaScript. Values of up to 32 bits are signed int32 (bit 31 makes them negative) so that V8 keeps them in registers; the state
 * `S` is a captured constant Int32Array, whose address V8 then builds into the code. A register is written in place; who still needs its
 * old value after that gets a copy made before (`r5`, or `T[..]` across functions).
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
  const { g, chunks, named, crossing } = plan;
  let temporaries = 0;
  const temporaryOf = new Map<Word, number>();
  for (const x of crossing) temporaryOf.set(x, temporaries++);
  const tableOf = new Map<Word, number>();
  for (const t of plan.tables) {
    tableOf.set(t, temporaries);
    temporaries += g.node(t).args.length;
  }

  const hazards = findHazards(plan);
  const oldCopies = new Map<number, number>();
  for (const [slot, { laterChunks }] of hazards) if (laterChunks.size > 0) oldCopies.set(slot, temporaries++);

  const costs = new Map<Word, number>();
  const cost = (x: Word): number => {
    if (isLeaf(g, x) || named[x] === 1) return 0;
    let c = costs.get(x);
    if (c === undefined) costs.set(x, (c = g.node(x).args.reduce((sum, a) => sum + cost(a), 1)));
    return c;
  };
  const simple = (x: Word): boolean => isLeaf(g, x) || named[x] === 1;

  const functions = chunks.map((steps, chunk) => {
    const lines: string[] = [];
    /** Names known at the current place, innermost scope last. */
    const scopes: Set<string>[] = [new Set()];
    const known = (n: string): boolean => scopes.some((s) => s.has(n));
    const declare = (n: string, value: string): void => {
      lines.push(`const ${n}=${value};`);
      scopes[scopes.length - 1]!.add(n);
    };

    const slot = (k: number): string => {
      const n = `r${k}`;
      if (known(n)) return n;
      const hazard = hazards.get(k);
      if (hazard !== undefined && hazard.chunk < chunk) {
        declare(n, `T[${oldCopies.get(k)!}]`);
        return n;
      }
      declare(n, `S[${k}]`);
      return n;
    };

    /** Loads everything an expression reads, as statements before it. */
    const load = (x: Word, top = false): void => {
      const n = g.node(x);
      if (n.op === 'const' || n.op === 'table') return;
      if (!top && named[x] === 1) {
        if (!known(`v${x}`)) declare(`v${x}`, `T[${temporaryOf.get(x)!}]`);
        return;
      }
      if (n.op === 'slot') {
        slot(n.k);
        return;
      }
      for (const a of n.args) load(a);
    };

    const text = (x: Word): string => {
      const n = g.node(x);
      if (n.op === 'const') return literal(n.k);
      if (named[x] === 1 && n.op !== 'table') return `v${x}`;
      if (n.op === 'slot') return `r${n.k}`;
      return expression(x);
    };

    const condition = (x: Word, negate = false): string => {
      const n = g.node(x);
      if (!simple(x)) {
        const [a, b] = n.args as [Word, Word];
        if (n.op === 'xor' && n.width === 1 && g.constantOf(b) === 1) return condition(a, !negate);
        if (n.op === 'eq') return `${text(a)}${negate ? '!==' : '==='}${text(b)}`;
        if (n.op === 'lts') return `${text(a)}${negate ? '>=' : '<'}${text(b)}`;
        if (n.op === 'ltu') {
          const u = g.widthOf(a) >= 32 || g.widthOf(b) >= 32 ? '>>>0' : '';
          return `(${text(a)}${u})${negate ? '>=' : '<'}(${text(b)}${u})`;
        }
      }
      return negate ? `${text(x)}===0` : `${text(x)}!==0`;
    };

    const expression = (x: Word): string => {
      const n = g.node(x);
      const [a, b, c] = n.args as [Word, Word, Word];
      const w = n.width;
      const fit = (e: string): string => (w >= 32 ? `(${e}|0)` : `(${e}&${maskText(w)})`);
      switch (n.op) {
        case 'and':
          return `(${text(a)}&${text(b)})`;
        case 'or':
          return `(${text(a)}|${text(b)})`;
        case 'xor':
          return `(${text(a)}^${text(b)})`;
        case 'add':
          return n.k === 1 ? `(${text(a)}+${text(b)}|0)` : fit(`${text(a)}+${text(b)}`);
        case 'sub':
          return fit(`${text(a)}-${text(b)}`);
        case 'mul':
          return n.k === 1 || w >= 32 ? `Math.imul(${text(a)},${text(b)})` : `(Math.imul(${text(a)},${text(b)})&${maskText(w)})`;
        case 'mulh':
          return `mulh(${text(a)},${text(b)})`;
        case 'shl':
          return `(${text(a)}<<${n.k})`;
        case 'shr':
          return `(${text(a)}>>>${n.k})`;
        case 'shlv':
          return n.k === 1 || w >= 32 ? `(${text(a)}<<${text(b)})` : `(${text(a)}<<${text(b)}&${maskText(w)})`;
        case 'shrv':
          return w >= 32 ? `(${text(a)}>>>${text(b)}|0)` : `(${text(a)}>>>${text(b)})`;
        case 'sarv':
          return `(${text(a)}>>${text(b)})`;
        case 'sext':
          return `(${text(a)}<<${32 - n.k}>>${32 - n.k})`;
        case 'eq':
          if (g.widthOf(a) < 32 && g.widthOf(b) < 32) return g.constantOf(b) === 0 ? `(${text(a)}-1>>>31)` : `((${text(a)}^${text(b)})-1>>>31)`;
          return `(+(${text(a)}===${text(b)}))`;
        case 'ltu':
          if (g.widthOf(a) < 32 && g.widthOf(b) < 32) return `(${text(a)}-${text(b)}>>>31)`;
          return `(+((${text(a)}>>>0)<(${text(b)}>>>0)))`;
        case 'lts':
          return `(+(${text(a)}<${text(b)}))`;
        case 'mux':
          return mux(a, b, c);
        case 'parity':
          return parity(text(a), g.widthOf(a));
        case 'popcount':
          return `popcount(${text(a)})`;
        case 'ctz':
          return `(31-Math.clz32(${text(a)}&-${text(a)}))`;
        case 'load':
          return `S[${n.stride === 1 ? text(a) : `Math.imul(${text(a)},${n.stride})`}+${n.k}]`;
        case 'mem':
          return n.stride === 1 ? `M${n.resource}[${text(a)}]` : `M${n.resource}[Math.imul(${text(a)},${n.stride})+${n.k}]`;
        case 'lookup':
          return `T[${text(b)}+${tableOf.get(a)!}]`;
        case 'table':
        case 'const':
        case 'slot':
          throw new Error(`${n.op} is no expression`);
      }
    };

    const mux = (s: Word, t: Word, f: Word): string => {
      if (cost(t) <= CHEAP && cost(f) <= CHEAP) {
        if (g.constantOf(f) === 0) return `(-${text(s)}&${text(t)})`;
        if (g.constantOf(t) === 0) return `(${text(s)}-1&${text(f)})`;
        if (simple(f)) return `(${text(f)}^((${text(f)}^${text(t)})&-${text(s)}))`;
        if (simple(s)) return `((${text(t)}&-${text(s)})|(${text(f)}&${text(s)}-1))`;
      }
      return `(${condition(s)}?${text(t)}:${text(f)})`;
    };

    /** Stores the words of one value. All are worked out first: a word may be made of another one that is overwritten here. */
    const store = (values: readonly Word[], place: (k: number) => string): void => {
      if (values.length === 1) lines.push(`${place(0)}=${text(values[0]!)};`);
      else lines.push(`{${values.map((v, k) => `const w${k}=${text(v)};`).join('')}${values.map((_, k) => `${place(k)}=w${k};`).join('')}}`);
    };

    const sink = (s: Sink): void => {
      for (const r of rootsOf(s)) load(r);
      switch (s.kind) {
        case 'check':
          if (g.constantOf(s.violated) === 0) return;
          lines.push(`if(${condition(s.violated)})return ${s.index + 1};`);
          return;
        case 'cover':
          lines.push(`C[${s.index}]+=${text(s.hit)};`);
          return;
        case 'slot':
          lines.push(`S[${s.slot}]=${text(s.value)};`);
          return;
        case 'out':
          lines.push(`I[${s.slot}]=${text(s.value)};`);
          return;
        case 'lane':
          store(s.values, (k) => `S[${s.stride === 1 ? text(s.index) : `Math.imul(${text(s.index)},${s.stride})`}+${s.first + k}]`);
          return;
        case 'memory':
          store(s.values, (k) => `M${s.memory}[${s.values.length === 1 ? text(s.address) : `Math.imul(${text(s.address)},${s.values.length})+${k}`}]`);
          return;
        case 'model':
          lines.push(`H(${s.model});`);
          return;
      }
    };

    /** Copies old values of what a top-level statement overwrites and somebody still reads. */
    const rescue = (step: Step): void => {
      for (const k of slotsWritten(step)) {
        const hazard = hazards.get(k);
        if (hazard === undefined || hazard.chunk !== chunk) continue;
        const r = slot(k);
        if (oldCopies.has(k)) lines.push(`T[${oldCopies.get(k)!}]=${r};`);
      }
    };

    const scoped = (body: readonly Step[]): void => {
      scopes.push(new Set());
      body.forEach((b) => step(b, false));
      scopes.pop();
    };

    const step = (s: Step, top: boolean): void => {
      if (top) rescue(s);
      if (s.kind === 'let') {
        const n = g.node(s.word);
        if (n.op === 'table') {
          n.args.forEach((a) => load(a));
          n.args.forEach((a, i) => lines.push(`T[${tableOf.get(s.word)! + i}]=${text(a)};`));
          return;
        }
        load(s.word, true);
        lines.push(`const v${s.word}=${temporaryOf.has(s.word) ? `T[${temporaryOf.get(s.word)!}]=` : ''}${expression(s.word)};`);
        scopes[scopes.length - 1]!.add(`v${s.word}`);
      } else if (s.kind === 'sink') sink(s.sink);
      else {
        if (s.then.length === 0 && s.otherwise.length === 0) return;
        load(s.condition);
        lines.push(`if(${condition(s.condition, s.then.length === 0)}){`);
        scoped(s.then.length === 0 ? s.otherwise : s.then);
        if (s.then.length > 0 && s.otherwise.length > 0) {
          lines.push('}else{');
          scoped(s.otherwise);
        }
        lines.push('}');
      }
    };
    steps.forEach((s) => step(s, true));
    return lines.join('\n');
  });

  const hasCheck = chunks.map((steps) => steps.some((s) => s.kind === 'sink' && s.sink.kind === 'check'));
  const source = [
    ...functions.map((body, i) => `function ${name}${i}(){\n${body}\n${hasCheck[i] === true ? 'return 0;\n' : ''}}`),
    `function ${name}(n){\nfor(let i=0;i<n;i++){`,
    ...functions.map((_, i) => (hasCheck[i] === true ? `{const f=${name}${i}();if(f!==0){F[0]=f;return i;}}` : `${name}${i}();`)),
    '}\nreturn n;\n}',
  ].join('\n');
  return { source, temporaries };
}

/** Parity by table for narrow words; wider ones are folded first. */
function parity(x: string, width: number): string {
  if (width <= 4) return `(27030>>>${x}&1)`;
  if (width <= 8) return `(27030>>>((${x}^${x}>>>4)&15)&1)`;
  return `parity(${x})`;
}

interface Hazard {
  /** Chunk that writes the slot. */
  readonly chunk: number;
  /** Chunks after it that still read the old value. */
  readonly laterChunks: Set<number>;
}

/** Slots that a statement may write; a lane chosen at run time may be any. */
function slotsWritten(step: Step): number[] {
  if (step.kind === 'sink') return slotsOf(step.sink);
  return step.kind === 'branch' ? [...step.then, ...step.otherwise].flatMap(slotsWritten) : [];
}

function slotsOf(s: Sink): number[] {
  if (s.kind === 'slot') return [s.slot];
  if (s.kind === 'model') return [...s.writes];
  return s.kind === 'lane' ? Array.from({ length: s.lanes * s.stride }, (_, i) => s.first + i) : [];
}

/** Slots that are read after they have been written, with who reads them. */
function findHazards({ g, chunks, named }: Plan): Map<number, Hazard> {
  const written = new Map<number, { position: number; chunk: number }>();
  const reads: { slot: number; position: number; chunk: number }[] = [];
  chunks.forEach((steps, chunk) => {
    const read = (x: Word, position: number, top = false): void => {
      const n = g.node(x);
      if (n.op === 'const' || (!top && named[x] === 1 && n.op !== 'table')) return;
      if (n.op === 'slot') reads.push({ slot: n.k, position, chunk });
      else for (const a of n.args) if (top || n.op !== 'table') read(a, position);
    };
    const visit = (s: Step): void => {
      if (s.kind === 'let') read(s.word, s.position, true);
      else if (s.kind === 'sink') {
        rootsOf(s.sink).forEach((r) => read(r, s.position));
        // A slot that is written in several places counts from the first.
        for (const k of slotsOf(s.sink)) if (!written.has(k)) written.set(k, { position: s.position, chunk });
      } else {
        read(s.condition, s.position);
        s.then.forEach(visit);
        s.otherwise.forEach(visit);
      }
    };
    steps.forEach(visit);
  });
  const hazards = new Map<number, Hazard>();
  for (const { slot, position, chunk } of reads) {
    const w = written.get(slot);
    if (w === undefined || position <= w.position) continue;
    let hazard = hazards.get(slot);
    if (hazard === undefined) hazards.set(slot, (hazard = { chunk: w.chunk, laterChunks: new Set() }));
    if (chunk > w.chunk) hazard.laterChunks.add(chunk);
  }
  return hazards;
}
