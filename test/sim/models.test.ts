import { expect, it } from 'vitest';
import { bit, elaborate, model, module, uint, vec, type Design, type ModuleDefinition } from '../../src/index.ts';
import { TUNING } from '../../src/sim/compiled.ts';
import { InterpEngine } from '../../src/sim/interp/engine.ts';
import { JsEngine } from '../../src/sim/js/engine.ts';
import { WasmEngine } from '../../src/sim/wasm/engine.ts';

/** Toggles a bit, and a Vec with it. */
const toggler = model('Toggler', { in: { on: bit }, out: { q: bit, many: vec(4, uint(8)) } }, () => ({
  clock(io) {
    const q = 1 - io.out['q']!.get();
    io.out['q']!.set(q);
    for (let i = 0; i < 4; i++) io.out['many']!.set(q, i);
  },
}));

const counter = model('Counter', { in: { go: bit }, out: { n: uint(8) }, fire: 'go' }, () => ({
  clock(io) {
    io.out['n']!.set(io.out['n']!.get() + 1);
  },
}));

/** A model fires on what another gives out: as it was before the edge, although that other one is called first. */
const chain = module('Chain', { in: { pick: uint(2) }, out: { a: uint(8), b: uint(8) } }, ({ pick }, hw) => {
  const first = hw.instance('first', toggler, { on: 1 });
  const second = hw.instance('second', counter, { go: first.out.q });
  const third = hw.instance('third', counter, { go: first.out.many.at(pick).bit(0) });
  return { a: second.out.n, b: third.out.n };
});

class ChoppedJs extends JsEngine {
  constructor(design: Design) {
    super(design, { ...TUNING, chunk: 1, depth: 2 });
  }
}

class ChoppedWasm extends WasmEngine {
  constructor(design: Design) {
    super(design, { ...TUNING, chunk: 1, depth: 2 });
  }
}

it.each([InterpEngine, JsEngine, ChoppedJs, WasmEngine, ChoppedWasm])('models see what was before the edge (%o)', (Engine) => {
  const design = elaborate(chain as unknown as ModuleDefinition);
  const engine = new Engine(design);
  const values: number[][] = [];
  for (let i = 0; i < 6; i++) {
    values.push(['a', 'b'].map((port) => engine.peekNumber(design.flat.outputs.get(port)!)));
    engine.tick([0], 1, true);
  }
  // q is 0 1 0 1 0 1, and each 1 counts at the edge that ends it.
  expect(values).toEqual([[0, 0], [0, 0], [1, 1], [1, 1], [2, 2], [2, 2]]);
});
