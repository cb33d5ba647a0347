import { z } from 'zod';
import { fail, suggest, WordlineError } from '../diag/index.ts';
import type { AddressMapping } from './mapping.ts';
import { fieldWidths } from './mapping.ts';
import type { Organisation } from './preset.ts';
import type { DramRequest } from './requests.ts';

/**
 * | pattern | addresses                                                        |
 * |---------|------------------------------------------------------------------|
 * | stream  | one burst after the other                                        |
 * | strided | every `stride` bytes, round the channel                          |
 * | random  | any burst                                                        |
 * | hot-row | with probability `hot` any burst of one row, otherwise any burst |
 */
export const REQUEST_PATTERNS = ['stream', 'strided', 'random', 'hot-row'] as const;
export type RequestPattern = (typeof REQUEST_PATTERNS)[number];

/** Everything but the pattern may be left out. */
export interface GenerateOptions {
  readonly pattern: RequestPattern;
  /** Requests; default 1000. */
  readonly count?: number;
  /** Of 2^32; default 1. */
  readonly seed?: number;
  /** The share of writes, 0 to 1; default 0. */
  readonly writes?: number;
  /** Where `stream` and `strided` begin, in bytes; default 0. */
  readonly start?: number;
  /** In bytes; default a row. */
  readonly stride?: number;
  /** Default 0.9. */
  readonly hot?: number;
  /** Cycles from one request to the next; default 0: all at once. */
  readonly gap?: number;
}

const SCHEMA = z.strictObject({
  pattern: z.enum(REQUEST_PATTERNS),
  count: z.int().min(0).default(1000),
  seed: z.int().min(0).max(2 ** 32 - 1).default(1),
  writes: z.number().min(0).max(1).default(0),
  start: z.int().min(0).default(0),
  stride: z.int().min(1).optional(),
  hot: z.number().min(0).max(1).default(0.9),
  gap: z.int().min(0).default(0),
});

/** Options that are not for every pattern. */
const ONLY_FOR: Readonly<Partial<Record<keyof GenerateOptions, readonly RequestPattern[]>>> = { start: ['stream', 'strided'], stride: ['strided'], hot: ['hot-row'] };

/**
 * Requests by rule and seed: the same options give the same requests.
 *
 * @throws WordlineError `unknown-option`, `dram-requests`.
 */
export function generateRequests(options: GenerateOptions, mapping: AddressMapping, organisation: Organisation): Iterable<DramRequest> {
  const parsed = SCHEMA.safeParse(options);
  if (!parsed.success) throw new WordlineError(parsed.error.issues.flatMap((issue) => problemsOf(issue)));
  const { pattern } = options;
  for (const [name, patterns] of Object.entries(ONLY_FOR)) {
    if (name in options && !patterns.includes(pattern)) fail('dram-requests', `generateRequests: ${name} is for ${patterns.join(' and ')}, and not for ${pattern}`);
  }
  return generate(parsed.data, mapping, organisation);
}

function problemsOf(issue: z.core.$ZodIssue): { code: string; message: string; hint?: string }[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ code: 'unknown-option', message: `generateRequests has no option "${key}"`, hint: suggest(key, Object.keys(SCHEMA.shape)) }));
  return [{ code: 'dram-requests', message: `generateRequests: ${issue.path.join('.')}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}` }];
}

function* generate(options: z.output<typeof SCHEMA>, mapping: AddressMapping, organisation: Organisation): Generator<DramRequest> {
  const { pattern, count, seed, writes, start, hot, gap } = options;
  const { burstBytes, burstsPerRow } = organisation;
  const bytes = 2 ** mapping.addressBits;
  const random = mulberry32(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const widths = fieldWidths(organisation);
  const row = { pseudoChannel: below(2 ** widths.pseudoChannel), group: below(2 ** widths.group), bank: below(2 ** widths.bank), row: below(2 ** widths.row), offset: 0 };
  const anywhere = (): number => below(bytes / burstBytes) * burstBytes;
  const address: Readonly<Record<RequestPattern, (i: number) => number>> = {
    stream: (i) => start + i * burstBytes,
    strided: (i) => start + i * (options.stride ?? burstsPerRow * burstBytes),
    random: anywhere,
    'hot-row': () => (random() < hot ? mapping.addressOf({ ...row, column: below(burstsPerRow) }) : anywhere()),
  };
  for (let i = 0; i < count; i++) yield { address: address[pattern](i) % bytes, write: random() < writes, cycle: i * gap };
}

/** Mulberry32 (T. Ettinger, public domain): 2^32 states, good enough to spread addresses. From 0 to 1, with 32 bits. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
