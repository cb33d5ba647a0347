import { z } from 'zod';
import { suggest, WordlineError, type Problem } from '../diag/index.ts';
import type { DramPreset, Organisation, OrganisationName, Timing, TimingName } from './preset.ts';
import { dramPreset, dramPresets } from './presets.ts';

const powerOfTwo = (most: number) => z.int().min(1).max(most).refine((n) => Number.isInteger(Math.log2(n)), 'must be a power of two');
const cycles = (least: number) => z.int().min(least).max(1_000_000);

const ORGANISATION: Readonly<Record<OrganisationName, z.ZodType<number>>> = {
  pseudoChannels: powerOfTwo(2),
  bankGroups: powerOfTwo(16),
  banksPerGroup: powerOfTwo(16),
  rows: powerOfTwo(2 ** 20),
  burstsPerRow: powerOfTwo(2 ** 12),
  burstBytes: powerOfTwo(256),
  burstCycles: z.int().min(1).max(16),
  actCycles: z.int().min(1).max(2),
};

const TIMING: Readonly<Record<TimingName, z.ZodType<number>>> = {
  RL: cycles(1), WL: cycles(1), tRCDRD: cycles(1), tRCDWR: cycles(1), tRAS: cycles(1), tRP: cycles(1), tRC: cycles(1), tRRDS: cycles(1), tRRDL: cycles(1), tFAW: cycles(1),
  tCCDS: cycles(1), tCCDL: cycles(1), tWTRS: cycles(0), tWTRL: cycles(0), tRTRS: cycles(0), tRTPS: cycles(1), tRTPL: cycles(1), tWR: cycles(0), tRFC: cycles(1), tRFCSB: cycles(1),
  tRREFD: cycles(1), tREFI: cycles(0), tREFISB: cycles(0), refreshPostpone: z.int().min(0).max(64), tXP: cycles(1), tXS: cycles(1), tCKE: cycles(1), tMRD: cycles(1), tMOD: cycles(1),
};

const NAMES = [...Object.keys(ORGANISATION), ...Object.keys(TIMING)];
const SOURCES = z.strictObject(Object.fromEntries(NAMES.map((name) => [name, z.string()]))).partial();
const HEAD = { name: z.string().min(1), source: z.string().optional(), extends: z.string().optional(), sources: SOURCES.optional() };

/** Everything is needed, unless the set extends another. */
const WHOLE = z.strictObject({ ...HEAD, tCK: z.int().min(1).max(1_000_000), organisation: z.strictObject(ORGANISATION), timing: z.strictObject(TIMING) });
const PARTIAL = z.strictObject({
  ...HEAD,
  tCK: z.int().min(1).max(1_000_000).optional(),
  organisation: z.strictObject(ORGANISATION).partial().optional(),
  timing: z.strictObject(TIMING).partial().optional(),
});

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['name', 'source', 'extends', 'tCK', 'organisation', 'timing', 'sources'],
  organisation: Object.keys(ORGANISATION),
  timing: Object.keys(TIMING),
  sources: NAMES,
};

/**
 * A set of numbers of one's own, as JSON has it: the shape of {@link DramPreset}, or `extends: '<preset>'` and what is different. Numbers
 * without an entry in `sources` have the text of `source`.
 *
 * @throws WordlineError with every problem at once: `unknown-option`, `dram-preset`; `unknown-preset`.
 */
export function customDramPreset(json: unknown): DramPreset {
  const base = isObject(json) && typeof json['extends'] === 'string' ? dramPreset(json['extends']) : undefined;
  const parsed = (base === undefined ? WHOLE : PARTIAL).safeParse(json);
  if (!parsed.success) throw new WordlineError(parsed.error.issues.flatMap(problemsOf));
  const { name, source = `custom set ${parsed.data.name}`, tCK, organisation, timing, sources = {} } = parsed.data;
  const own = Object.fromEntries([...Object.keys(organisation ?? {}), ...Object.keys(timing ?? {})].map((key) => [key, source]));
  const preset: DramPreset = Object.freeze({
    name,
    source: base === undefined ? source : `${source}, after ${base.name}`,
    tCK: tCK ?? base!.tCK,
    organisation: Object.freeze({ ...base?.organisation, ...organisation } as Organisation),
    timing: Object.freeze({ ...base?.timing, ...timing } as Timing),
    sources: Object.freeze({ ...base?.sources, ...own, ...sources } as DramPreset['sources']),
  });
  const problems = presetProblems(preset);
  if (problems.length > 0) throw new WordlineError(problems);
  return preset;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A side of a comparison: parameters and numbers, added up. */
const CHECKS: readonly (readonly [larger: string, smaller: string, why: string])[] = [
  ['tRC', 'tRAS + tRP', 'a bank must be closed before it is opened again'],
  ['tRAS', 'tRCDRD', 'a row must stay open until it can be read'],
  ['tRAS', 'tRCDWR', 'a row must stay open until it can be written'],
  ['tRRDL', 'tRRDS', 'within a bank group nothing is faster than between groups'],
  ['tCCDL', 'tCCDS', 'within a bank group nothing is faster than between groups'],
  ['tWTRL', 'tWTRS', 'within a bank group nothing is faster than between groups'],
  ['tRTPL', 'tRTPS', 'bank groups do not make a precharge earlier'],
  ['tCCDS', 'burstCycles', 'bursts would overlap on the data bus'],
  ['RL + burstCycles + tRTRS', 'WL + burstCycles', 'write data would overlap the read data before'],
  ['tFAW', 'tRRDS', 'a window of four ACTs holds at least two'],
  ['tXS', 'tRFC', 'self-refresh may end within a refresh'],
  ['tMOD', 'tMRD', 'MRS is the first that may follow MRS'],
];

/** What no single number shows to be wrong. */
export function presetProblems({ name, organisation, timing }: DramPreset): Problem[] {
  const values: Readonly<Record<string, number>> = { ...organisation, ...timing };
  const sum = (text: string): number => text.split(' + ').reduce((total, term) => total + values[term]!, 0);
  const shown = (text: string): string => (text.includes(' ') ? `${text} = ${sum(text)}` : `${text} ${sum(text)}`);
  const wrong = (message: string, hint: string): Problem => ({ code: 'dram-preset', message: `DRAM preset ${name}: ${message}`, hint });
  const problems = CHECKS.filter(([larger, smaller]) => sum(larger) < sum(smaller)).map(([larger, smaller, why]) => wrong(`${shown(larger)} is less than ${shown(smaller)}`, `${why}: make ${larger} at least ${sum(smaller)}`));
  if (timing.tREFI !== 0 && timing.tREFI <= timing.tRFC) {
    problems.push(wrong(`tREFI ${timing.tREFI} leaves no time beside tRFC ${timing.tRFC}`, 'make tREFI larger, or 0 for memory that is never refreshed'));
  }
  return problems;
}

/** One problem per unknown key, one per value that is wrong. */
function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ code: 'unknown-option', message: `a DRAM preset has no "${path === '' ? key : `${path}.${key}`}"`, hint: suggest(key, KEYS[path] ?? []) }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const text = missing ? 'is missing' : issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  const hint = missing ? `a set that changes a few numbers extends another: "extends": "${dramPresets[0]!.name}"` : undefined;
  return [{ code: 'dram-preset', message: `DRAM preset: ${path === '' ? 'the set' : path}: ${text}`, ...(hint !== undefined && { hint }) }];
}
