import { describe, expect, it } from 'vitest';
import { engineDesigns } from '../../bench/core-designs.ts';

/** Icarus and Verilator on the Verilog twins, and on the crossbar as exported, after 4 cycles of reset and 5,000 more. */
const CHECKSUMS: Readonly<Record<string, string>> = { mc: '838fd00b4457da24', mcvec: '838fd00b4457da24', mcidle: '2a8c06912967af42', simd: '22e634870f49f929', sys: 'ab9233d37240d40d', crossbar: '6d615b7bb8e3e73f', farm: 'eb4241b8e1c37247' };

describe('benchmark designs', () => {
  for (const design of engineDesigns) {
    it.each(['js', 'wasm'] as const)(`${design.name}: %s has the checksum of Icarus and Verilator after 5,000 cycles`, (engine) => {
      expect(design.start(engine).run(5000)).toBe(CHECKSUMS[design.name]);
    });

    // `sys` is sixteen of the others.
    const cycles = design.name === 'sys' ? 30 : 150;
    // A crossbar is programmed first.
    const before = design.prologue;
    it(`${design.name}: interp, js and wasm agree at every one of ${cycles} cycles`, () => {
      const [slow, js, wasm] = [design.start('interp'), design.start('js'), design.start('wasm')];
      if (before > 0) for (const bench of [slow, js, wasm]) bench.run(before);
      for (let cycle = 0; cycle < cycles; cycle++) {
        const expected = slow.run(1);
        expect([js.run(1), wasm.run(1)], `cycle ${cycle}`).toEqual([expected, expected]);
      }
    });
  }
});
