import { statSync } from 'node:fs';
import { REFRESH_MODES } from '../../rtl/controller/config.ts';
import type { ControllerOptions, RowPolicy } from '../../rtl/controller/index.ts';
import { fail, suggest } from '../diag/index.ts';
import { generateRequests, REQUEST_PATTERNS, type GenerateOptions } from '../dram/generators.ts';
import type { AddressMapping } from '../dram/mapping.ts';
import type { DramPreset } from '../dram/preset.ts';
import { readRequests, type DramRequest } from '../dram/requests.ts';
import type { Io } from './io.ts';
import { existing } from './load.ts';
import { actualPath } from './staging.ts';

/** All as texts, as the command line has them. */
export interface DramRunOptions {
  readonly preset: string;
  readonly mapping: string;
  readonly generate?: string;
  readonly requests?: string;
  readonly seed?: string;
  readonly writes?: string;
  readonly start?: string;
  readonly stride?: string;
  readonly hot?: string;
  readonly gap?: string;
  readonly queue?: string;
  readonly drain?: string;
  readonly policy?: string;
  readonly refresh?: string;
  readonly postpone?: string;
  readonly ageCap?: string;
  readonly powerDown?: string;
  readonly energy?: string;
  readonly commands?: string;
  readonly trace?: string;
  readonly signals?: string;
  readonly traceWindow?: string;
  readonly json?: boolean;
}

/** Options of the generator as it calls them. */
const GENERATOR = { requests: 'count', seed: 'seed', writes: 'writes', start: 'start', stride: 'stride', hot: 'hot', gap: 'gap' } as const satisfies Partial<Record<keyof DramRunOptions, keyof GenerateOptions>>;
/** Numbers of the controller, and how they are typed. */
const CONTROLLER = { postpone: 'postpone', ageCap: 'age-cap', powerDown: 'power-down' } as const satisfies Partial<Record<keyof DramRunOptions & keyof ControllerOptions, string>>;

const keysOf = <T extends object>(table: T): (keyof T)[] => Object.keys(table) as (keyof T)[];

function numberOf(option: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? fail('bad-option', `--${option} ${text}`, { hint: 'a number' }) : value;
}

function listOf(option: string, text: string, most: number, hint: string): number[] {
  const parts = text.split(',');
  if (parts.length > most || parts.some((p) => !/^\s*\d+\s*$/.test(p))) fail('bad-option', `--${option} ${text}`, { hint });
  return parts.map(Number);
}

function rowPolicy(text: string): RowPolicy {
  if (text === 'open' || text === 'closed') return text;
  const [, cycles] = /^timeout:(\d+)$/.exec(text) ?? [];
  return cycles === undefined ? fail('bad-option', `--policy ${text}`, { hint: `open, closed or timeout:<cycles>; ${suggest(text, ['open', 'closed', 'timeout:100'])}` }) : { timeout: Number(cycles) };
}

/** Errors: `bad-option`; numbers that make no controller are refused by the controller itself. */
export function controllerOptions(options: DramRunOptions, preset: DramPreset): ControllerOptions {
  const { queue, drain, policy, refresh } = options;
  const [reads, writes = reads] = queue === undefined ? [] : listOf('queue', queue, 2, '64, or 64,32 for reads and writes');
  const [high, low, wait] = drain === undefined ? [] : listOf('drain', drain, 3, 'high,low or high,low,wait: begin at so many writes, end at so many, and begin when one is so many cycles old');
  const mode = refresh === undefined ? undefined : (REFRESH_MODES.find((m) => m === refresh) ?? fail('bad-option', `--refresh ${refresh}`, { hint: suggest(refresh, REFRESH_MODES) }));
  const numbers = keysOf(CONTROLLER).flatMap((name) => (options[name] === undefined ? [] : [[name, numberOf(CONTROLLER[name], options[name])] as const]));
  return {
    preset,
    statistics: 'requests',
    ...(reads !== undefined && writes !== undefined && { reads, writes }),
    ...(drain !== undefined && { drain: { ...(high !== undefined && { high }), ...(low !== undefined && { low }), ...(wait !== undefined && { wait }) } }),
    ...(policy !== undefined && { rowPolicy: rowPolicy(policy) }),
    ...(mode !== undefined && { refresh: mode }),
    ...Object.fromEntries(numbers),
  };
}

/** Requests that can be gone through more than once, and what they are called. */
export interface Source {
  readonly name: string;
  /** Full path, if it is a file. */
  readonly path?: string;
  readonly requests: () => Iterable<DramRequest>;
}

/** Errors: `usage`, `bad-option`, `no-file`, those of the generator. */
export function sourceOf(file: string | undefined, options: DramRunOptions, preset: DramPreset, mapping: AddressMapping, io: Io): Source {
  const { generate } = options;
  const given = keysOf(GENERATOR).filter((name) => options[name] !== undefined);
  if (file !== undefined && generate !== undefined) fail('usage', `both a trace, ${file}, and --generate ${generate}`, { hint: 'give one of them' });
  if (file !== undefined) {
    if (given.length > 0) fail('usage', `--${given[0]} is for --generate, and requests are read from ${file}`);
    const path = existing(file, io);
    if (!statSync(path).isFile()) fail('no-file', `${file} is no file`, { hint: 'requests are read twice, to find mistakes before anything runs' });
    return { name: file, path, requests: () => readRequests(path, mapping) };
  }
  if (generate === undefined) return fail('usage', 'which requests?', { hint: `a file, or --generate ${REQUEST_PATTERNS.join('|')}` });
  const pattern = REQUEST_PATTERNS.find((p) => p === generate) ?? fail('bad-option', `there is no pattern "${generate}"`, { hint: suggest(generate, REQUEST_PATTERNS) });
  const numbers = Object.fromEntries(given.map((name) => [GENERATOR[name], numberOf(name, options[name]!)]));
  const rules: GenerateOptions = { pattern, ...numbers };
  const told = Object.entries(numbers).map(([name, n]) => `, ${name} ${n}`).join('');
  const requests = (): Iterable<DramRequest> => generateRequests(rules, mapping, preset.organisation);
  requests();
  return { name: `${pattern}${told}`, requests };
}

/** Goes through all requests once, so that what is wrong is said before anything runs. Errors: `dram-trace`, `no-requests`. */
export function countRequests({ name, requests }: Source): { readonly count: number; readonly timed: boolean } {
  let count = 0;
  let last = 0;
  for (const { cycle } of requests()) {
    count++;
    last = cycle;
  }
  if (count === 0) fail('no-requests', `there are no requests in ${name}`);
  return { count, timed: last > 0 };
}

/** A result must not take the place of the trace it is made from. */
export function notOverwriting({ path }: Source, files: readonly string[], io: Io): void {
  if (path === undefined) return;
  for (const file of files) if (actualPath(file, io) === actualPath(path, io)) fail('bad-option', `${file} would be written over the requests in it`, { hint: 'give another name' });
}
