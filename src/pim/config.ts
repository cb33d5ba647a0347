import { fail, knownKeys, suggest } from '../diag/index.ts';
import type { DramPreset } from '../dram/preset.ts';
import { dramPreset } from '../dram/presets.ts';
import { checkPim } from '../dram/check-pim.ts';

export const PIM_FORMATS = ['binary16', 'binary32'] as const;
export const PIM_REGISTERS = [8, 16, 32] as const;
export const PIM_BANKS_PER_UNIT = [4, 2] as const;
export type PimFormat = (typeof PIM_FORMATS)[number];

/** What PIM units of a channel may be made with; everything has a default. */
export interface PimOptions {
  /** A preset or the name of one; default `samsung-hbm2`. */
  readonly preset?: DramPreset | string;
  /** Default `binary16`. */
  readonly format?: PimFormat;
  /** Banks that share a unit: 4 (default) or 2. */
  readonly banksPerUnit?: number;
  /** Vectors in each of the register files A and B: 8 (default), 16 or 32. */
  readonly registers?: number;
  /** Cycles of the multiplier and of the adder, 1 to tCCDL each; default tCCDL. */
  readonly multiplyCycles?: number;
  readonly addCycles?: number;
  /** MAC and MAD round once; default: twice. */
  readonly fused?: boolean;
}

/** Options with everything filled in, and what follows from them. */
export interface PimConfig extends Required<PimOptions> {
  readonly preset: DramPreset;
  /** Bits of a lane. */
  readonly width: number;
  /** Of a burst, and so of each vector register. */
  readonly lanes: number;
  /** Scalars of each kind, M and S: half the lanes. */
  readonly scalars: number;
  /** Words of 32 bits in a burst. */
  readonly words: number;
  /** Units of a pseudo-channel. */
  readonly units: number;
  /** From which instruction after an arithmetic one on its result may be read and its register written, if commands are tCCDL apart. */
  readonly distance: number;
}

/** Errors: `unknown-option`, `unknown-preset`, `dram-pim` if the units do not fit the bank groups, `pim-config` for every other value. */
export function pimConfig(options: PimOptions = {}): PimConfig {
  knownKeys('a PIM unit', options, ['preset', 'format', 'banksPerUnit', 'registers', 'multiplyCycles', 'addCycles', 'fused']);
  const { preset: given = 'samsung-hbm2', format = 'binary16', banksPerUnit = 4, registers = 8, fused = false } = options;
  const preset = typeof given === 'string' ? dramPreset(given) : given;
  if (typeof preset !== 'object' || !('timing' in (preset ?? {}))) fail('pim-config', `the preset of a PIM unit is ${JSON.stringify(given)}`, { hint: 'the name of a preset, or what dramPreset gives' });
  const { organisation, timing } = preset;
  const { multiplyCycles = timing.tCCDL, addCycles = timing.tCCDL } = options;
  if (!PIM_FORMATS.includes(format)) fail('pim-config', `PIM units do not compute with "${String(format)}"`, { hint: suggest(String(format), PIM_FORMATS) });
  oneOf('banksPerUnit', banksPerUnit, PIM_BANKS_PER_UNIT);
  checkPim({ banksPerUnit }, organisation);
  oneOf('registers', registers, PIM_REGISTERS);
  oneOf('fused', fused, [false, true]);
  const cycles = stageCycles(preset);
  oneOf('multiplyCycles', multiplyCycles, cycles);
  oneOf('addCycles', addCycles, cycles);
  const width = format === 'binary16' ? 16 : 32;
  const lanes = (organisation.burstBytes * 8) / width;
  return Object.freeze({
    preset, format, banksPerUnit, registers, multiplyCycles, addCycles, fused, width, lanes,
    scalars: lanes / 2,
    words: organisation.burstBytes / 4,
    units: (organisation.bankGroups * organisation.banksPerGroup) / banksPerUnit,
    distance: Math.ceil((multiplyCycles + addCycles) / timing.tCCDL),
  }); // prettier-ignore
}

/** Options are not yet a configuration: what follows from them would be missing, and nothing would be held to it. Errors: `pim-config`. */
export function requireConfig(config: PimConfig): void {
  if ((config as Partial<PimConfig> | undefined)?.distance === undefined) fail('pim-config', 'these are no PIM units, but options of some', { hint: 'pimConfig(options) makes them' });
}

/** How long the multiplier or the adder may take: a stage holds one instruction, and the next may come tCCDL later. */
export const stageCycles = ({ timing }: DramPreset): number[] => Array.from({ length: timing.tCCDL }, (_, i) => i + 1);

function oneOf<T>(name: string, value: T, valid: readonly T[]): void {
  if (!valid.includes(value)) fail('pim-config', `${name} of a PIM unit is ${typeof value === 'string' ? `"${value}"` : String(value)}`, { hint: `it may be ${valid.join(', ')}` });
}
