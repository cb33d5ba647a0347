import type { Flat, Scope } from '../ir/flatten.ts';
import type { NodeId } from '../ir/netlist.ts';
import { wordCount } from '../ir/words.ts';
import { driversOf, type Driver } from '../ir/visit.ts';
import type { Tracer, TraceScope, TraceVar } from '../wave/declare.ts';
import { pictureWords } from '../wave/scan.ts';
import { selectTrace } from '../wave/select.ts';
import type { LivePicture, VcdWriter } from '../wave/vcd-writer.ts';
import type { Engine, Observer } from './engine.ts';
import type { Clock, Timeline } from './timeline.ts';

/** Connects a design to something that takes samples: a VCD file or a recording. Clocks and resets are shown beside the signals. */
export class Trace {
  readonly scope: TraceScope;
  readonly #observer: Observer;
  readonly #clockWords: number;
  readonly #line: Timeline;

  constructor(engine: Engine, flat: Flat, line: Timeline, select: string | undefined) {
    this.#line = line;
    const { clocks } = line;
    const all = new Layouter(flat, clocks);
    const full = all.scopeOf(flat.scope, true);
    const chosen = select === undefined ? full : selectTrace(full, select);
    // Only what is shown is computed: a second layout over the nodes that are left.
    const wanted = new Set<number>();
    const collect = (s: TraceScope): void => {
      for (const v of s.vars) wanted.add(v.offset);
      s.scopes.forEach(collect);
    };
    collect(chosen);
    const nodes = all.nodes.filter((n) => n.end > n.first && [...range(n.first, n.end)].some((o) => wanted.has(o)));
    let size = 0;
    const moved = new Map<number, number>();
    for (const n of nodes) {
      for (const o of range(n.first, n.end)) moved.set(o, size + (o - n.first));
      size += n.end - n.first;
    }
    clocks.forEach((_, i) => {
      moved.set(all.clockWord(i), size + 2 * i);
      moved.set(all.clockWord(i) + 1, size + 2 * i + 1);
    });
    this.#clockWords = size;
    const move = (s: TraceScope): TraceScope => ({ ...s, vars: s.vars.map((v) => ({ ...v, offset: moved.get(v.offset)! })), scopes: s.scopes.map(move) });
    this.scope = move(chosen);
    this.#observer = engine.observe(nodes.map((n) => n.node), pictureWords(size + 2 * clocks.length) - size);
  }

  /** The picture, if a writer can compare it where it lies. */
  get picture(): LivePicture | undefined {
    const { memory, image } = this.#observer;
    return memory && { memory, words: image };
  }

  /**
   * Records what lies between now, the last edge of any clock, and the next edge: the settled values, and clocks that fall half a period
   * after their own last edge, which may be an earlier one.
   */
  cycle(to: Tracer, resume: boolean): void {
    const { image } = this.#observer;
    const { time: start, nextEdge: end } = this.#line;
    this.#observer.settle();
    const falls = new Map<number, number[]>();
    this.#line.clocks.forEach(({ domain, period }, i) => {
      const word = this.#clockWords + 2 * i;
      const edge = this.#line.last[domain];
      const fall = edge === undefined ? start : edge + Math.floor(period / 2);
      image[word] = fall > start ? 1 : 0;
      image[word + 1] = this.#line.resets[domain]! ? 1 : 0;
      if (fall > start && fall < end) falls.set(fall, [...(falls.get(fall) ?? []), word]);
    });
    if (resume) to.on(start, image);
    else to.sample(start, image);
    for (const [time, words] of [...falls].sort(([t], [u]) => t - u)) {
      for (const word of words) image[word] = 0;
      to.sample(time, image);
    }
  }

  /**
   * Records cycles of a design of one clock and moves on, without a step of JavaScript in between: up to `count` edges, fewer if a check
   * fails at one. `passed` is told how many are over, also before an error of a model is passed on.
   */
  stream(to: VcdWriter, count: number, checks: boolean, passed: (edges: number) => void): void {
    const [{ period, domain }] = this.#line.clocks as [Clock];
    const clock = this.#clockWords;
    this.#observer.image[clock + 1] = this.#line.resets[domain]! ? 1 : 0;
    to.stream(this.#observer.edge!([domain], checks), count, { startPs: this.#line.time, periodPs: period, fallPs: Math.floor(period / 2), clock }, passed);
  }
}

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

/** Gives every named node words of a picture, each once, however many names it has. A wire that is another node is one more name of it. */
class Layouter {
  readonly nodes: { node: NodeId; first: number; end: number }[] = [];
  readonly #at = new Map<NodeId, number>();
  readonly #drivers: ReadonlyMap<NodeId, readonly Driver[]>;
  #size = 0;

  constructor(
    private readonly flat: Flat,
    private readonly clocks: readonly Clock[],
  ) {
    this.#size = 2 * clocks.length;
    this.#drivers = driversOf(flat.body);
  }

  clockWord(i: number): number {
    return 2 * i;
  }

  #place(name: NodeId): number {
    let node = name;
    for (let next: NodeId | undefined = name; next !== undefined; next = this.#same(node)) node = next;
    let at = this.#at.get(node);
    if (at === undefined) {
      at = this.#size;
      const { width, lanes } = this.flat.nodes[node]!;
      this.#size += lanes * wordCount(width);
      this.#at.set(node, at);
      this.nodes.push({ node, first: at, end: this.#size });
    }
    return at;
  }

  /** What a wire is always equal to. */
  #same(node: NodeId): NodeId | undefined {
    const drivers = this.flat.nodes[node]!.kind === 'wire' ? this.#drivers.get(node) : undefined;
    const [driver] = drivers ?? [];
    return drivers?.length === 1 && driver!.lane === undefined && driver!.conditions.length === 0 ? driver!.value : undefined;
  }

  scopeOf(scope: Scope, top: boolean): TraceScope {
    const vars: TraceVar[] = [];
    if (top) {
      this.clocks.forEach(({ name }, i) => {
        vars.push({ name, type: 'wire', width: 1, offset: this.clockWord(i), radix: 'bin' });
        vars.push({ name: name === 'clk' ? 'rst' : `rst_${name}`, type: 'wire', width: 1, offset: this.clockWord(i) + 1, radix: 'bin' });
      });
    }
    for (const { name, node, kind, view } of scope.names) {
      const { width, lanes } = this.flat.nodes[node]!;
      const first = this.#place(node);
      const radix = view?.enum !== undefined ? 'enum' : view?.signed === true ? 'signed' : width === 1 ? 'bin' : 'hex';
      for (let i = 0; i < lanes; i++) {
        vars.push({
          name: lanes === 1 ? name : `${name}[${i}]`,
          type: kind === 'reg' ? 'reg' : 'wire',
          width,
          offset: first + i * wordCount(width),
          radix,
          ...(view?.enum && { enum: view.enum }),
        });
      }
    }
    return { name: scope.name, vars, scopes: scope.children.map((c) => this.scopeOf(c, false)), comment: scope.of };
  }
}
