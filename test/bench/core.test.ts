import { describe, expect, it } from 'vitest';
import { coreDesigns } from '../../bench/core-designs.ts';

/** Icarus and Verilator on the Verilog twins, after 4 cycles of reset and 5,000 more. */
const CHECKSUMS: Readonly<Record<string, string>> = { mc: '838fd00b4457da24', mcidle: '2a8c06912967af42', simd: '22e634870f49f929' };

describe('benchmark designs', () => {
  for (const design of coreDesigns) {
    const expected = CHECKSUMS[design.name];
    it.runIf(expected !== undefined)(`${design.name}: js has the checksum of Icarus and Verilator after 5,000 cycles`, async () => {
      const bench = await design.start('js');
      expect(await bench.run(5000)).toBe(expected);
    });

    it(`${design.name}: interp and js agree at every one of 150 cycles`, async () => {
      const [slow, fast] = [await design.start('interp'), await design.start('js')];
      for (let cycle = 0; cycle < 150; cycle++) expect(await slow.run(1), `cycle ${cycle}`).toBe(await fast.run(1));
    });
  }
});
