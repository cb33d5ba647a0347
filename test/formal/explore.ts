import { elaborate, type ModuleDefinition } from '../../src/index.ts';
import { InterpEngine } from '../../src/sim/interp/engine.ts';
import type { EngineState } from '../../src/sim/engine.ts';
import { bitsOf } from '../../src/ir/shape.ts';

/** The first cycle in which each check (by its number) stops a simulation, or a cover is hit; what is missing never happens. */
export interface Explored {
  readonly first: ReadonlyMap<number, number>;
  readonly states: number;
}

/** Every state that a design of one clock can reach, by trying every input in every state, in our own simulator. */
export function explore(definition: ModuleDefinition): Explored {
  const design = elaborate(definition);
  const { flat } = design;
  const engine = new InterpEngine(design);
  const inputs = [...flat.inputs.values()];
  const widths = inputs.map((id) => bitsOf(flat.nodes[id]!));
  const total = widths.reduce((a, b) => a + b, 0);
  const registers = flat.nodes.filter((n) => n.kind === 'reg');
  const key = (): string => [...registers.map((r) => engine.peek(r.id)), ...flat.memories.flatMap((m) => Array.from({ length: m.depth }, (_, a) => engine.readMemory(m.id, a)))].join();
  const first = new Map<number, number>();
  const note = (check: number, cycle: number): void => void (first.has(check) || first.set(check, cycle));
  const seen = new Set([key()]);
  let front: EngineState[] = [engine.save()];
  for (let cycle = 0; front.length > 0; cycle++) {
    const next: EngineState[] = [];
    for (const state of front) {
      for (let n = 0; n < 2 ** total; n++) {
        engine.restore(state);
        let bits = BigInt(n);
        inputs.forEach((id, i) => {
          engine.poke(id, BigInt.asUintN(widths[i]!, bits));
          bits >>= BigInt(widths[i]!);
        });
        const before = engine.covers.slice();
        if (engine.tick([0], 1, true) === 0) {
          const check = [...flat.checkPaths.keys()][engine.failed!]!;
          if (check.check === 'assert') note(engine.failed!, cycle);
          continue;
        }
        engine.covers.forEach((hits, i) => hits > before[i]! && note(i, cycle));
        const at = key();
        if (!seen.has(at)) next.push(engine.save());
        seen.add(at);
      }
    }
    front = next;
  }
  return { first, states: seen.size };
}
