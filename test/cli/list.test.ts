import { expect, it } from 'vitest';
import { fixture, parsed, wordline } from './io.ts';

it('lists testbenches with their parameters, and files that cannot be loaded with their error', async () => {
  const said = await wordline(['list', 'test/cli/fixtures']);
  expect(said.code).toBe(1);
  expect(said.out).toContain('needy  needs a file\n  wordline run test/cli/fixtures/required.ts\n    --file <string>  what to read (required)\n');
  expect(said.out).toContain('second  the other, without parameters\n  wordline run test/cli/fixtures/several.ts --bench second\n');
  expect(said.err).toMatch(/^test\/cli\/fixtures\/throws\.ts\n {2}\S*throws\.ts:2:\d+: cannot load .*thrown when it is loaded \[load-failed\]\n$/);
});

it('prints one JSON object with --json', async () => {
  const said = await wordline(['list', 'test/cli/fixtures', '--json']);
  expect(said).toMatchObject({ code: 1, err: '' });
  const { testbenches, errors } = parsed(said) as { testbenches: { name: string; parameters: unknown }[]; errors: unknown };
  expect(testbenches.map((t) => t.name)).toEqual(['kinds', 'lockstep', 'failing', 'idle', 'long', 'needy', 'results', 'first', 'second']);
  expect(testbenches.find((t) => t.name === 'needy')!.parameters).toEqual([{ name: 'file', takes: 'string', description: 'what to read', required: true }]);
  expect(errors).toMatchObject([{ file: fixture('throws'), problems: [{ code: 'load-failed' }] }]);
});

it('takes files, and says when there is nothing', async () => {
  expect(await wordline(['list', fixture('several')])).toMatchObject({ code: 0, err: '' });
  expect((await wordline(['list', fixture('family')])).out).toBe(`no testbenches in ${fixture('family')}\n`);
  const said = await wordline(['list', 'tbb']);
  expect(said.code).toBe(2);
  expect(said.err).toContain('there is no folder tbb [no-folder]\n  hint: did you mean tb?');
});
