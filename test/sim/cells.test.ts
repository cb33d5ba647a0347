import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, elaborate, model, module, uint, vec, type Design, type ModuleDefinition } from '../../src/index.ts';
import { withCells } from '../../src/ir/cells.ts';
import { TUNING } from '../../src/sim/compiled.ts';
import { InterpEngine } from '../../src/sim/interp/engine.ts';
import { WasmEngine } from '../../src/sim/wasm/engine.ts';

const SMALL = { operators: 1, forOutputs: 1 };

/** Every module with several instances is a cell, and looked at in every second cycle. */
class CellEngine extends WasmEngine {
  constructor(design: Design) {
    super(design, { ...TUNING, cells: SMALL, look: 2 });
  }
}

const tally = model('Tally', { in: { go: bit, x: uint(8) }, out: { sum: uint(40) }, fire: 'go' }, () => ({
  clock(io) {
    io.out['sum']!.setBig(io.out['sum']!.getBig() + BigInt(io.in['x']!.get()));
  },
}));

/** A bit of everything that a cell can hold; it changes only while `on`, and for three cycles after that. */
const Worker = module('Worker', { in: { on: bit, x: uint(8), at: uint(3) }, out: { y: uint(8), now: uint(8), total: uint(40) } }, ({ on, x, at }, hw) => {
  const late = hw.reg('late', uint(3), { reset: 0 });
  late.next(late.slice(1, 0).cat(on));
  const active = hw.name('active', late.reduceOr());
  const queue = hw.reg('queue', vec(8, uint(8)), { reset: 0 });
  const store = hw.mem('store', 8, uint(8));
  const y = hw.reg('y', uint(8), { reset: 1 });
  hw.when(on, () => {
    queue.nextAt(at, x);
    store.write(at, x.add(y));
  });
  hw.when(active, () => y.next(y.add(store.read(at)).xor(queue.foldXor())));
  hw.assert(y.ne(77).or(active), 'y is 77 only at work');
  hw.cover(y.eq(3), 'three');
  const t = hw.instance('tally', tally, { go: active, x: y });
  return { y, now: y.xor(x), total: t.out.sum };
});

const COUNT = 5;
const Workers = module('Workers', { in: { on: uint(COUNT), x: uint(8), at: uint(3) }, out: { all: uint(8), total: uint(40) } }, ({ on, x, at }, hw) => {
  const outs = Array.from({ length: COUNT }, (_, i) => hw.instance(`w${i}`, Worker, { on: on.bit(i), x, at }).out);
  // One hands on to the next what it gives out at once.
  const chained = hw.instance('last', Worker, { on: on.bit(0), x: outs[1]!.now, at: outs[2]!.y.slice(2, 0) }).out;
  return { all: hw.vec([...outs.map((o) => o.y), chained.now]).foldXor(), total: hw.vec([...outs.map((o) => o.total), chained.total]).foldAdd() };
});

type Action =
  | { readonly kind: 'run'; readonly on: number; readonly x: number; readonly at: number; readonly cycles: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'write'; readonly memory: number; readonly at: number; readonly value: number }
  | { readonly kind: 'back' };

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('run' as const), on: fc.oneof(fc.constant(0), fc.nat(2 ** COUNT - 1)), x: fc.nat(255), at: fc.nat(7), cycles: fc.integer({ min: 1, max: 20 }) }) },
  fc.constant({ kind: 'reset' as const }),
  fc.record({ kind: fc.constant('write' as const), memory: fc.nat(COUNT), at: fc.nat(7), value: fc.nat(255) }),
  fc.constant({ kind: 'back' as const }),
);

describe('cells', () => {
  const design = elaborate(Workers as unknown as ModuleDefinition);
  const nodes = design.flat.nodes.map((n) => n.id);

  it('are found, and are all there', () => {
    const { types } = withCells(design.top, design.flat, SMALL);
    expect(types.map((t) => t.cells.map((c) => c.path))).toEqual([['w0', 'w1', 'w2', 'w3', 'w4', 'last']]);
    expect(withCells(design.top, design.flat, { operators: 1000, forOutputs: 1 }).types).toEqual([]);
    expect(withCells(design.top, design.flat, { operators: 1, forOutputs: 0 }).types).toEqual([]);
  });

  it('do what the interpreter does, whatever wakes them', () => {
    let mostIdle = 0;
    let stops = 0;
    fc.assert(
      fc.property(fc.array(actions, { minLength: 1, maxLength: 30 }), (list) => {
        const engines = [new InterpEngine(design), new CellEngine(design)] as const;
        const seen = engines.map((e) => e.observe(nodes));
        let saved = engines.map((e) => e.save());
        for (const a of list) {
          if (a.kind === 'run') {
            const done = engines.map((e) => {
              e.pokeNumber(design.flat.inputs.get('on')!, a.on);
              e.pokeNumber(design.flat.inputs.get('x')!, a.x);
              e.pokeNumber(design.flat.inputs.get('at')!, a.at);
              return [e.tick([0], a.cycles, true), e.failed];
            });
            expect(done[1]).toEqual(done[0]);
            if (done[0]![1] !== undefined) stops++;
            mostIdle = Math.max(mostIdle, engines[1].idle);
          } else if (a.kind === 'write') for (const e of engines) e.writeMemory(a.memory, a.at, BigInt(a.value));
          else if (a.kind === 'back') {
            const now = engines.map((e) => e.save());
            engines.forEach((e, i) => e.restore(saved[i]!));
            saved = now;
          } else {
            for (const on of [true, false]) {
              for (const e of engines) {
                e.setReset(0, on);
                e.tick([0], 1, true);
              }
            }
          }
          for (const o of seen) o.settle();
          expect([...seen[1]!.image]).toEqual([...seen[0]!.image]);
          expect([...engines[1].covers]).toEqual([...engines[0].covers]);
        }
      }),
      { numRuns: 200, seed: 20231109 },
    );
    expect(mostIdle).toBe(COUNT + 1);
    expect(stops).toBeGreaterThan(0);
  }, 60_000);
});
