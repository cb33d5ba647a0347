import type { Design } from '../../hdl/elaborate.ts';
import { CompiledEngine, compiledForm, planEdge, TUNING, type Backend, type Host, type Kernel, type Tuning } from '../compiled.ts';
import type { Layout } from '../layout.ts';
import { popcount } from '../words/graph.ts';
import type { Plan } from '../words/plan.ts';
import { emitKernel } from './emit.ts';

/** Branches need not be cut: there are no vectors that fill the registers. */
const JS_TUNING: Tuning = { ...TUNING, branch: TUNING.chunk };

/** Compiles the design to JavaScript. */
export class JsEngine extends CompiledEngine {
  readonly name = 'js';

  constructor(design: Design, tuning: Tuning = JS_TUNING) {
    super(design, (layout, checks) => new JsBackend(layout, checks), tuning, false);
  }
}

/** The kernel that runs when all clocks tick and none is in reset, to look at: its operations on words, and its source. */
export function runningKernel(design: Design): { readonly operations: number; readonly source: string } {
  const { graph, layout } = compiledForm(design);
  const plan = planEdge(graph, layout, { domains: new Set(graph.domains.keys()), resets: 'off', checks: true }, JS_TUNING);
  return { operations: plan.operations, source: emitKernel(plan, 'edge').source };
}

/** High 32 bits of an unsigned product, from 16-bit halves. */
function mulh(x: number, y: number): number {
  const [a, b, c, d] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = Math.imul(b, c) >>> 0;
  const low = ((Math.imul(b, d) >>> 16) + (middle & 0xffff)) >>> 0;
  const cross = (Math.imul(a, d) >>> 0) + low;
  return (Math.imul(a, c) + (middle >>> 16) + Math.floor(cross / 0x10000)) | 0;
}

const parity = (x: number): number => {
  const a = x ^ (x >>> 16);
  const b = a ^ (a >>> 8);
  return (27030 >>> ((b ^ (b >>> 4)) & 15)) & 1;
};

/** Kernels made in this process. */
let loaded = 0;

class JsBackend implements Backend {
  readonly storage: Backend['storage'];

  constructor(layout: Layout, checks: number) {
    this.storage = {
      words: new Int32Array(layout.size),
      memories: layout.memories.map((m) => new Int32Array(m.length)),
      covers: new Float64Array(checks),
      failed: new Int32Array(1),
      picture: (size) => new Int32Array(size),
    };
  }

  /**
   * Makes the functions. V8 builds the addresses of captured arrays into the code only while a function has a single closure, and gives
   * equal sources the same functions: the number in front keeps the simulations of a process apart.
   */
  compile(plan: Plan, picture: Int32Array | undefined, host: Host): Kernel {
    const { source, temporaries } = emitKernel(plan, 'kernel');
    const { words, memories, covers, failed } = this.storage;
    const captured: Record<string, unknown> = { S: words, T: new Int32Array(temporaries), C: covers, F: failed, H: host, I: picture, mulh, popcount, parity };
    memories.forEach((m, i) => (captured[`M${i}`] = m));
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- this is the compiler
    const make = new Function('captured', `"use strict";// ${++loaded}\nconst {${Object.keys(captured).join()}}=captured;\n${source}\nreturn kernel;`) as (captured: object) => Kernel;
    return make(captured);
  }
}
