import { z } from 'zod';
import { fail } from '../diag/index.ts';
import { coverageKinds, type CoverageExclusion, type CoverageReport } from './report.ts';

const count = z.number().int().min(0);
const counts = z.array(count);
const bits = z.array(z.string().regex(/^[0-9a-f]+$/));
const location = z.strictObject({ file: z.string(), line: z.number().int(), column: z.number().int() }).nullable();
const exclusion = z.strictObject({ match: z.string(), reason: z.string() });

const moduleSchema = z.strictObject({
  name: z.string(),
  instances: z.array(z.string()).min(1),
  branches: z.array(z.strictObject({ at: location, reached: counts, arms: z.array(z.strictObject({ label: z.string(), at: location, taken: counts })) })),
  lines: z.array(z.strictObject({ file: z.string(), line: z.number().int(), hits: counts })),
  toggles: z.array(z.strictObject({ signal: z.string(), at: location, width: count, lanes: count, rose: bits, fell: bits, constant: z.array(z.boolean()) })),
  enums: z.array(z.strictObject({ register: z.string(), at: location, of: z.string(), states: z.array(z.string()), cycles: z.array(counts), transitions: z.array(z.array(counts)) })),
  checks: z.array(z.strictObject({ check: z.enum(['assert', 'assume', 'cover']), message: z.string(), at: location, evaluated: counts, hits: z.exactOptional(counts) })),
});

const reportSchema: z.ZodType<CoverageReport> = z.strictObject({
  kind: z.literal('wordline-coverage'),
  version: z.literal(1),
  top: z.string(),
  runs: count,
  clocks: z.array(z.strictObject({ name: z.string(), edges: count })),
  kinds: z.array(z.enum(coverageKinds)),
  modules: z.array(moduleSchema),
  exclusions: z.array(exclusion),
});

/** A report from JSON; `name` is the file's, for the message. Errors: `coverage-file`. */
export const parseCoverage = (text: string, name = 'the text'): CoverageReport => parsed(text, name, reportSchema, 'a coverage report');

/** A list of exclusions from JSON: `[{ "match": "Top.core.**", "reason": "vendor code" }]`. Errors: `coverage-file`. */
export const parseExclusions = (text: string, name = 'the text'): CoverageExclusion[] => parsed(text, name, z.array(exclusion), 'a list of coverage exclusions');

function parsed<T>(text: string, name: string, schema: z.ZodType<T>, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    fail('coverage-file', `${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue!.path.map(String).join('.');
  return fail('coverage-file', `${name} is not ${what}${path === '' ? '' : `: ${path}`}: ${issue!.message}`);
}
