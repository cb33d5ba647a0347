import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { POLICIES } from '../../src/index.ts';
import { parsed, wordline } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('wordline pim policy', () => {
  it('all, as a table and as JSON', async () => {
    const { code, out } = await wordline(['pim', 'policy']);
    expect(code).toBe(0);
    for (const name of POLICIES.keys()) expect(out).toContain(name);
    const { policies } = parsed(await wordline(['pim', 'policy', '--json']));
    expect((policies as { name: string; starves: string[] }[]).filter((p) => p.starves.length > 0).map((p) => p.name)).toEqual(['mem-first', 'pim-first', 'host-watermark', 'pim-watermark']);
  });

  it('one by its name, and one of a file', async () => {
    expect((await wordline(['pim', 'policy', 'fcfs'])).out).toContain('older (pimOlder == 1)');
    const own = file('own.json', '{ "name": "own", "extends": "paper", "layers": { "conv1": { "maxSlice": 300 } } }');
    expect((await wordline(['pim', 'policy', own])).out).toMatch(/layer conv1 .*maxSlice 300/);
    expect(parsed(await wordline(['pim', 'policy', own, '--json']))).toMatchObject({ name: 'own', starves: [], layers: { conv1: { maxSlice: 300 } } });
  });

  it('a bad file: every mistake with its place, and no stack', async () => {
    const bad = file('bad.json', '{ "name": "own",\n  "extend": "paper" }');
    const { code, out, err } = await wordline(['pim', 'policy', bad]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`${bad}:2:3: a policy has no "extend" [pim-policy]\n  hint: did you mean "extends"`);
    expect(err).not.toMatch(/^\s+at /m);
    expect((await wordline(['pim', 'policy', join(folder, 'none.json')])).err).toContain('[no-file]');
  });
});
