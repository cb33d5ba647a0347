import { expect, it } from 'vitest';
import { fixture, parsed, wordline } from './io.ts';

it('finds every kind of mistake, each with its place', async () => {
  const said = await wordline(['lint', fixture('mistakes')]);
  expect(said).toMatchObject({ code: 1, err: '' });
  const codes = [...said.out.matchAll(/^\S*mistakes\.ts:(\d+):\d+: .*\[([a-z-]+)\]$/gm)].map(([, line, code]) => `${line} ${code}`);
  expect(codes.sort()).toEqual(['13 comb-loop', '3 undriven', '24 clock-crossing', '33 width-mismatch', '38 build-failed', '8 multiple-drivers'].sort());
  expect(said.out).toContain('6 errors, 0 warnings\n');
});

it('sums up what is right', async () => {
  const said = await wordline(['lint', 'tb/counter.ts']);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toMatch(/^module +modules +registers +register bits +memories +nodes *\nCounter +1 +1 +8 +0 +\d+ *\n0 errors, 0 warnings\n$/);
});

it('tells warnings once, and makes them errors with --strict', async () => {
  const said = await wordline(['lint', fixture('warnings')]);
  expect(said.code).toBe(0);
  expect(said.out).toMatch(/warnings\.ts:3:\d+: warning: input "spare" of module Unused is never used \[unused\]\n/);
  expect(said.out).toContain('0 errors, 1 warning\n');
  expect(said.out).toMatch(/^Outer +2 /m);
  const strict = await wordline(['lint', fixture('warnings'), '--strict']);
  expect(strict.code).toBe(1);
  expect(strict.out).toContain('1 error, 0 warnings\n');
});

it('prints one JSON object with --json', async () => {
  const said = await wordline(['lint', fixture('warnings'), '--json']);
  expect(said.err).toBe('');
  expect(parsed(said)).toMatchObject({
    errors: 0,
    warnings: 1,
    problems: [{ code: 'unused', severity: 'warning', where: [{ line: 3 }] }],
    modules: [{ name: 'Unused', modules: 1, registers: 0 }, { name: 'Outer', modules: 2 }],
  });
});

it('counts a file that cannot be loaded as an error, and one without modules as a mistake in the command', async () => {
  const broken = await wordline(['lint', fixture('throws')]);
  expect(broken.code).toBe(1);
  expect(broken.out).toMatch(/throws\.ts:2:\d+: cannot load .* \[load-failed\]\n1 error, 0 warnings\n$/);
  const family = await wordline(['lint', fixture('family')]);
  expect(family.code).toBe(2);
  expect(family.err).toContain('exports no module [nothing-to-lint]\n  hint: functions such as Inverter make modules from parameters');
  expect((await wordline(['lint', 'tb/conter.ts'])).err).toContain('did you mean tb/counter.ts?');
});
