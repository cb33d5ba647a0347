import { z } from 'zod';
import { suggest, WordlineError, type Problem } from '../diag/index.ts';

/** How signed weights sit in cells that only hold levels >= 0 (docs/crossbar.md, section 2). */
export type WeightCoding = 'differential' | 'offset';

/** How signed inputs become the non-negative digits of the passes (docs/crossbar.md, section 3). */
export type InputCoding = 'unsigned' | 'twos-complement' | 'offset' | 'differential' | 'sign-magnitude';

/** Where the correction of offset weights comes from: counted digitally, or a reference column read through the ADC. */
export type OffsetCorrection = 'digital' | 'unit-column';

/** Latencies in clock cycles. The defaults are those of pimsim-nn. */
export interface CrossbarTiming {
  /** Reading the input buffer, before the DAC. */
  readonly inputBuffer: number;
  readonly dac: number;
  /** The array settles. */
  readonly read: number;
  readonly sampleHold: number;
  /** One conversion. */
  readonly adc: number;
  readonly shiftAdd: number;
  /** Adding into the output register. */
  readonly output: number;
}

/** One crossbar with its periphery. Made by {@link crossbarConfig}; every field means what docs/crossbar.md says. */
export interface CrossbarConfig {
  /** N: wordlines, inputs. */
  readonly rows: number;
  /** M: outputs. Each slice (and each sign) has its own array of N x M cells. */
  readonly columns: number;
  readonly inputBits: number;
  readonly inputCoding: InputCoding;
  /** d: bits applied in one pass, digit values 0..2^d-1. */
  readonly dacBits: number;
  /** DACs of the array; with fewer than `rows`, a pass drives one group of this many rows. */
  readonly dacs: number;
  readonly weightBits: number;
  readonly weightCoding: WeightCoding;
  /** Bits per cell, most significant slice first. */
  readonly slices: readonly number[];
  readonly offsetCorrection: OffsetCorrection;
  /** Current of a cell at level 0, in level steps (finite on/off ratio). Cancels in differential arrays. */
  readonly hrsLevels: number;
  /** b, or 'ideal': wide enough that nothing is ever clipped. */
  readonly adcBits: number | 'ideal';
  /** ADCs of one slice's array; each serves ceil(columns / adcs) columns in turn. */
  readonly adcs: number;
  readonly timing: CrossbarTiming;
  /** Whether a pass is read while the one before is converted. */
  readonly pipelined: boolean;
}

/** What {@link crossbarConfig} takes: anything left out gets its default. */
export type CrossbarOptions = Partial<Omit<CrossbarConfig, 'timing'>> & { readonly timing?: Partial<CrossbarTiming> };

const count = (low: number, high: number) => z.int().min(low).max(high);
const latency = (low: number) => count(low, 1_000_000);

const TIMING = z.strictObject({
  inputBuffer: latency(0).default(0),
  dac: latency(1).default(1),
  read: latency(1).default(30),
  sampleHold: latency(1).default(1),
  adc: latency(1).default(1),
  shiftAdd: latency(1).default(1),
  output: latency(1).default(1),
});

const SCHEMA = z.strictObject({
  rows: count(1, 1024).default(128),
  columns: count(1, 1024).default(128),
  inputBits: count(1, 16).default(8),
  inputCoding: z.enum(['unsigned', 'twos-complement', 'offset', 'differential', 'sign-magnitude']).default('unsigned'),
  dacBits: count(1, 8).default(1),
  dacs: count(1, 1024).optional(),
  weightBits: count(2, 16).default(8),
  weightCoding: z.enum(['differential', 'offset']).default('differential'),
  slices: z.array(count(1, 4)).min(1).max(16).optional(),
  offsetCorrection: z.enum(['digital', 'unit-column']).default('digital'),
  hrsLevels: count(0, 64).default(0),
  adcBits: z.union([count(1, 16), z.literal('ideal')]).default(8),
  adcs: count(1, 1025).optional(),
  timing: TIMING.prefault({}),
  pipelined: z.boolean().default(true),
});

/**
 * A checked configuration: 128 x 128, 8-bit unsigned inputs one bit a pass, 8-bit weights in four 2-bit slices of differential pairs,
 * 16 ADCs of 8 bits, unless told otherwise.
 *
 * @throws WordlineError with every problem at once: `unknown-option`, `crossbar-config`.
 */
export function crossbarConfig(options: CrossbarOptions = {}): CrossbarConfig {
  const parsed = SCHEMA.safeParse(options);
  if (!parsed.success) throw new WordlineError(parsed.error.issues.flatMap(describeIssue));
  const raw = parsed.data;
  const config: CrossbarConfig = {
    ...raw,
    dacs: raw.dacs ?? raw.rows,
    slices: raw.slices ?? twoBitSlices(raw.weightBits),
    adcs: raw.adcs ?? Math.min(16, raw.columns),
  };
  const problems = crossChecks(config);
  if (problems.length > 0) throw new WordlineError(problems);
  return Object.freeze({ ...config, slices: Object.freeze([...config.slices]), timing: Object.freeze({ ...config.timing }) });
}

/** Cells of two bits, the top one narrower when the bits are odd in number. */
function twoBitSlices(bits: number): number[] {
  const slices = Array.from({ length: bits >> 1 }, () => 2);
  return bits % 2 === 1 ? [1, ...slices] : slices;
}

/** What no single field shows to be wrong. */
function crossChecks(c: CrossbarConfig): Problem[] {
  const problems: Problem[] = [];
  const wrong = (message: string, hint: string): void => void problems.push({ code: 'crossbar-config', message, hint });
  const sum = c.slices.reduce((a, b) => a + b, 0);
  const list = `[${c.slices.join(', ')}]`;

  if (c.weightCoding === 'offset' && sum !== c.weightBits) {
    wrong(`slices ${list} hold ${sum} bits, but offset weights have ${c.weightBits}`, `make the slices add up to weightBits, or set weightBits: ${sum}`);
  }
  if (c.weightCoding === 'differential' && sum !== c.weightBits && sum !== c.weightBits - 1) {
    wrong(
      `slices ${list} hold ${sum} bits, but the magnitude of ${c.weightBits}-bit weights has ${c.weightBits} (or ${c.weightBits - 1} without the most negative value)`,
      `make the slices add up to ${c.weightBits} or ${c.weightBits - 1}`,
    );
  }
  if (c.offsetCorrection === 'unit-column' && c.weightCoding === 'differential') {
    wrong('differential weights have no offset for a unit column to correct', `drop offsetCorrection, or set weightCoding: 'offset'`);
  }
  if (c.inputCoding === 'sign-magnitude' && c.weightCoding === 'offset') {
    wrong('sign-magnitude inputs make negative column sums, which the unsigned ADC of offset weights cannot see', `use weightCoding: 'differential', or inputCoding: 'twos-complement', 'offset' or 'differential'`);
  }
  if (c.inputCoding !== 'unsigned' && c.inputBits < 2) {
    wrong(`${c.inputCoding} inputs need at least 2 bits, not ${c.inputBits}`, `set inputBits: 2 or more, or inputCoding: 'unsigned'`);
  }
  if (c.dacBits > c.inputBits) wrong(`dacBits ${c.dacBits} exceeds inputBits ${c.inputBits}`, 'a pass cannot apply more bits than an input has');
  if (c.weightCoding === 'differential' && c.adcBits === 1) {
    wrong('a signed ADC of 1 bit has the single code 0', 'differential weights need adcBits of 2 or more');
  }
  if (c.dacs > c.rows) wrong(`${c.dacs} DACs for ${c.rows} rows`, 'at most one DAC per row');
  const arrayColumns = c.columns + (c.offsetCorrection === 'unit-column' ? 1 : 0);
  if (c.adcs > arrayColumns) wrong(`${c.adcs} ADCs for ${arrayColumns} columns`, 'at most one ADC per column');
  return problems;
}

/** One problem per unknown key, one per value that is wrong. */
function describeIssue(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const valid = Object.keys(path === 'timing' ? TIMING.shape : SCHEMA.shape);
    return issue.keys.map((key) => ({
      code: 'unknown-option',
      message: `crossbarConfig has no option "${path === '' ? key : `${path}.${key}`}"`,
      hint: suggest(key, valid),
    }));
  }
  return [{ code: 'crossbar-config', message: `crossbarConfig: ${path === '' ? 'options' : path}: ${issueText(issue)}` }];
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return issue.errors.map((branch) => branch.map(issueText).join(', ')).join(' or ');
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}
