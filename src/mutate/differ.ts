import { pointSeed } from '../many/seed.ts';
import { simulate } from '../sim/simulation.ts';
import type { AnyModule } from './mutant.ts';

const CYCLES = 64;

/** Do random inputs show that two modules with the same ports have different outputs? It saves most proofs, which take a second or two. */
export function differs(a: AnyModule, b: AnyModule): boolean {
  const sims = [simulate(a, { checks: false }), simulate(b, { checks: false })] as const;
  // An input that only some runs may have shows no difference that counts.
  if ([...sims[0].design.flat.checkPaths.keys()].some((c) => c.check === 'assume')) return false;
  let draws = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    for (const [name, id] of sims[0].design.flat.inputs) {
      const { width, lanes } = sims[0].design.flat.nodes[id]!;
      let value = 0n;
      for (let bits = 0; bits < width * lanes; bits += 32) value = (value << 32n) | BigInt(pointSeed(0, ++draws));
      for (const { engine, design } of sims) engine.poke(design.flat.inputs.get(name)!, BigInt.asUintN(width * lanes, value));
    }
    for (const [name] of sims[0].design.flat.outputs) {
      const [x, y] = sims.map(({ engine, design }) => engine.peek(design.flat.outputs.get(name)!));
      if (x !== y) return true;
    }
    for (const sim of sims) sim.step();
  }
  return false;
}
