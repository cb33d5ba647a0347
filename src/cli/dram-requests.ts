import { fail, suggest } from '../diag/index.ts';
import { generateRequests, REQUEST_PATTERNS, type RequestPattern } from '../dram/generators.ts';
import { addressMapping, DRAM_MAPPINGS } from '../dram/mapping.ts';
import { requestLine, type DramRequest } from '../dram/requests.ts';
import { choosePreset } from './dram-preset.ts';
import type { Io } from './io.ts';
import { EXIT } from './report.ts';
import { Staging, TextFile } from './staging.ts';

/** All as texts, as the command line has them. */
export interface RequestsOptions {
  readonly preset: string;
  readonly mapping: string;
  readonly count?: string;
  readonly seed?: string;
  readonly writes?: string;
  readonly start?: string;
  readonly stride?: string;
  readonly hot?: string;
  readonly gap?: string;
  readonly out?: string;
}

const NUMBERS = ['count', 'seed', 'writes', 'start', 'stride', 'hot', 'gap'] as const;

/** Writes a request trace. */
export function writeRequests(pattern: string, options: RequestsOptions, io: Io): number {
  const { organisation } = choosePreset(options.preset, io);
  const known = REQUEST_PATTERNS.find((p) => p === pattern) ?? fail('bad-option', `there is no pattern "${pattern}"`, { hint: suggest(pattern, REQUEST_PATTERNS) });
  const named: Readonly<Record<string, string>> = DRAM_MAPPINGS;
  const mapping = addressMapping(named[options.mapping] ?? options.mapping, organisation);
  const numbers = NUMBERS.flatMap((name) => (options[name] === undefined ? [] : [[name, numberOf(name, options[name])] as const]));
  const requests = generateRequests({ pattern: known satisfies RequestPattern, ...Object.fromEntries(numbers) }, mapping, organisation);
  if (options.out === undefined) for (const request of requests) io.out(requestLine(request));
  else save(options.out, requests, io);
  return EXIT.ok;
}

function numberOf(name: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? fail('bad-option', `--${name} ${text}`, { hint: 'a number' }) : value;
}

/** The file has its name only when it is complete. Errors: `write-failed`. */
function save(shown: string, requests: Iterable<DramRequest>, io: Io): void {
  const staging = new Staging(io);
  let file: TextFile | undefined;
  try {
    file = new TextFile(staging.file(shown), shown);
    for (const request of requests) file.write(requestLine(request));
    file.close();
    staging.keep();
  } finally {
    file?.abandon();
    staging.discard();
  }
}
