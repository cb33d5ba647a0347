import { describe, expect, it } from 'vitest';
import type { MutationReport } from '../../src/index.ts';
import { parsed, wordline } from './io.ts';

const FILE = 'test/mutate/designs.ts';
const command = (...more: string[]): string[] => ['mutate', FILE, '--with', FILE, '--module', 'Third', '--no-equivalence', ...more];

describe('wordline mutate', () => {
  it('lists survivors with their lines, and fails below the score that is asked for', async () => {
    const said = await wordline(command('--test', 'testWeak', '--workers', '1'));
    expect(said).toMatchObject({ code: 1, err: '' });
    expect(said.out).toContain(`survived  ${FILE}:6:18: n == 2 became n == 3 (constant, number 2 in Third)\n`);
    expect(said.out).toContain('Third: 16 mutants: 10 killed, 6 survived; score 62.5 %');
  });

  it('--json: everything as one object; --min: enough is enough', async () => {
    const said = await wordline(command('--test', 'testWeak', '--limit', '6', '--seed', '2', '--min', '0', '--json'));
    expect(said.code).toBe(0);
    const report = parsed(said) as unknown as MutationReport;
    expect(report).toMatchObject({ module: 'Third', mutants: 16, tried: 6, seed: 2 });
    expect(report.results).toHaveLength(6);
    expect(report.results[0]!.where!.file).toBe(FILE);
  });

  it('a test that never ends is ended with its thread', async () => {
    const said = await wordline(command('--test', 'testForever', '--limit', '1', '--timeout', '0.5', '--json'));
    expect(parsed(said)).toMatchObject({ timedOut: 1, score: 0 });
    expect(said.code).toBe(1);
  });

  it.each([
    [['--test', 'testWeek'], /exports no function "testWeek"/, /testWeak/],
    [['--limit', 'many'], /--limit many/, /whole number/],
    [['--min', 'x'], /--min x/, /number/],
  ] as const)('%j is refused', async (options, message, hint) => {
    const { code, err, out } = await wordline(command(...options));
    expect(code).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err).toMatch(hint);
  });
});
