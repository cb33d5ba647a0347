import { bit, module, parametric, uint, vec, type DramPreset } from '../../src/index.ts';

/** Where JESD235 has what this device obeys. Everything else in the mode registers is kept and has no effect. */
export const MODE_REGISTERS = {
  /** MR0 OP[6]: parity on the row and column buses. */
  parity: { mr: 0, bit: 6 },
  /** MR2 OP[2:0] = WL - 1, OP[7:3] = RL - 2. */
  latencies: { mr: 2, leastWL: 1, leastRL: 2 },
} as const;

/** MR2 of two latencies. */
export const latencyCode = (RL: number, WL: number): number => ((RL - MODE_REGISTERS.latencies.leastRL) << 3) | (WL - MODE_REGISTERS.latencies.leastWL);

/** The mode registers of a channel. They start with the latencies of the preset; a real device must be told them. */
export const ModeRegisters = parametric(({ preset }: { readonly preset: DramPreset }) => {
  const { RL, WL } = preset.timing;
  const { parity, latencies } = MODE_REGISTERS;
  return module(
    'ModeRegisters',
    { in: { write: bit, mr: uint(4), op: uint(8) }, out: { RL: uint(6), WL: uint(4), parity: bit } },
    ({ write, mr, op }, hw) => {
      const MR = hw.reg('MR', vec(16, uint(8)), { reset: Array.from({ length: 16 }, (_, i) => (i === latencies.mr ? latencyCode(RL, WL) : 0)) });
      hw.when(write, () => MR.nextAt(mr, op));
      const code = MR.at(latencies.mr);
      return { RL: code.slice(7, 3).zext(6).add(latencies.leastRL), WL: code.slice(2, 0).zext(4).add(latencies.leastWL), parity: MR.at(parity.mr).bit(parity.bit) };
    },
  );
});
