import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dramPreset, dramPresets, rules, timingFigure } from '../../src/dram/index.ts';
import { parsed, wordline } from './io.ts';

const TRACE = 'test/fixtures/dram/dramsim3/same_bank_rows.cmd';
const folder = mkdtempSync(join(tmpdir(), 'wordline-dram-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const bad = file('bad.csv', 'cycle,command,bank\n100,ACT,6\n130,RD,6\n133,PRE,6\n1999,PRE,6\n2000,REF,\n');

describe('wordline dram check', () => {
  it('clean: exit 0, what was read and as what', async () => {
    const said = await wordline(['dram', 'check', TRACE, '--preset', 'dramsim3-hbm2-4gb']);
    expect(said).toEqual({ code: 0, err: '', out: `${TRACE} (dramsim3): 37 commands in cycles 2 to 3914: ACT 12, RD 12, PRE 12, REF 1\nno violation of dramsim3-hbm2-4gb\n` });
  });

  it('violations: exit 1, a table with the rule, the other command and the earliest cycle', async () => {
    const { code, out, err } = await wordline(['dram', 'check', bad, '--preset', 'samsung-hbm2']);
    expect(code).toBe(1);
    expect(err).toBe('');
    expect(out.replaceAll(folder, '')).toMatchInlineSnapshot(`
      "/bad.csv (csv): 5 commands in cycles 100 to 2000: ACT 1, RD 1, PRE 2, REF 1
      ┌───────┬──────┬─────────┬───────────────┬───────┬───────────────────────────────────┬───────────┐
      │ cycle │ line │ command │ of            │ rule  │ after                             │ legal     │
      ├───────┼──────┼─────────┼───────────────┼───────┼───────────────────────────────────┼───────────┤
      │   133 │    4 │ PRE     │ PC 0 bank 1.2 │ tRTPL │ RD PC 0 bank 1.2 at 130, line 3   │ from 135  │
      │  2000 │    6 │ REF     │ PC 0          │ tRP   │ PRE PC 0 bank 1.2 at 1999, line 5 │ from 2013 │
      └───────┴──────┴─────────┴───────────────┴───────┴───────────────────────────────────┴───────────┘
      2 violations of samsung-hbm2: tRTPL 1, tRP 1
      "
    `);
  });

  it('--max lists so many and counts all; --json has the same', async () => {
    const few = await wordline(['dram', 'check', bad, '--preset', 'samsung-hbm2', '--max', '1']);
    expect(few.out).toContain('the first 1 of 2 violations of samsung-hbm2: tRTPL 1, tRP 1\n');
    const said = await wordline(['dram', 'check', bad, '--preset', 'samsung-hbm2', '--max', '1', '--json']);
    expect(said.code).toBe(1);
    expect(parsed(said)).toMatchObject({ format: 'csv', preset: 'samsung-hbm2', commands: 5, total: 2, byRule: { tRTPL: 1, tRP: 1 }, violations: [{ rule: 'tRTPL', earliest: 135, command: { line: 4 }, earlier: { line: 3 } }] });
    expect((parsed(said)['violations'] as unknown[]).length).toBe(1);
  });

  it('a set of one\'s own', async () => {
    const mine = file('mine.json', JSON.stringify({ name: 'mine', extends: 'samsung-hbm2', timing: { tRTPL: 4, tRTPS: 3, tRP: 1, tRC: 34 } }));
    expect((await wordline(['dram', 'check', bad, '--preset', mine])).out).toContain('1 violation of mine: tRTPL 1');
    const typo = await wordline(['dram', 'check', bad, '--preset', file('typo.json', '{"name":"x","extends":"samsung-hbm2","timing":{"tRTP_L":4}}')]);
    expect(typo.code).toBe(1);
    expect(typo.err).toContain('typo.json: a DRAM preset has no "timing.tRTP_L" [unknown-option]\n  hint: did you mean "tRTPL"');
    expect((await wordline(['dram', 'check', bad, '--preset', file('broken.json', '{')])).err).toMatch(/broken\.json is not JSON: .*\[dram-preset\]/);
  });

  it('headers and stamps may be named', async () => {
    const csv = file('other.csv', 't,op,b\n100,ACT,6\n115,RD,6\n');
    const check = async (...more: string[]) => (await wordline(['dram', 'check', csv, '--preset', 'samsung-hbm2', '--columns', 't=b', ...more])).err;
    expect(await check()).toContain('commands have no field "t" [bad-option]');
    const stamped = async (...more: string[]) => (await wordline(['dram', 'check', csv, '--preset', 'samsung-hbm2', '--columns', 'cycle=t,command=op,bank=b', ...more])).code;
    expect(await stamped()).toBe(0);
    expect(await stamped('--act-stamp', 'first')).toBe(0);
    expect((await wordline(['dram', 'check', csv, '--preset', 'qv100-hbm2', '--format', 'csv', '--columns', 'cycle=t,command=op,bank=b'])).code).toBe(0);
    expect((await wordline(['dram', 'check', file('late.csv', 't,op,b\n100,ACT,6\n114,RD,6\n'), '--preset', 'samsung-hbm2', '--columns', 'cycle=t,command=op,bank=b', '--act-stamp', 'first'])).out).toContain('tRCDRD 1');
  });

  it.each([
    [['check', TRACE], "required option '--preset <name>' not specified", 2],
    [['check', TRACE, '--preset', 'dramsim3'], 'there is no DRAM preset "dramsim3" [unknown-preset]', 2],
    [['check', 'none.cmd', '--preset', 'samsung-hbm2'], 'there is no file none.cmd [no-file]', 2],
    [['check', TRACE, '--preset', 'samsung-hbm2', '--format', 'dramsim'], '--format dramsim [bad-option]\n  hint: did you mean "dramsim3"', 2],
    [['check', TRACE, '--preset', 'samsung-hbm2', '--act-stamp', 'frist'], '--act-stamp frist [bad-option]\n  hint: did you mean "first"', 2],
    [['check', TRACE, '--preset', 'samsung-hbm2', '--max', 'all'], '--max all [bad-option]', 2],
    [['check', TRACE, '--preset', 'samsung-hbm2', '--columns', 'cycle'], '"cycle" does not say which column a field is in [bad-option]', 2],
    [['check', TRACE, '--preset', 'samsung-hbm2', '--colums', 'cycle=t'], "unknown option '--colums'", 2],
    [['check', TRACE, '--preset', 'samsung-hbm2', '--format', 'ramulator2'], `${TRACE}:1:1: no column of the header is the cycle [dram-trace]`, 1],
  ] as const)('%j', async (argv, message, code) => {
    const said = await wordline(['dram', ...argv]);
    expect(said.err.replace(/\/\S*\/test\//, 'test/')).toContain(message);
    expect(said.code).toBe(code);
    expect(said.out).toBe('');
  });
});

describe('wordline dram presets', () => {
  it('lists them', async () => {
    const { code, out } = await wordline(['dram', 'presets']);
    expect(code).toBe(0);
    for (const { name, source } of dramPresets) expect(out).toMatch(new RegExp(`${name} .* ${source.replaceAll('.', '\\.')}`));
    expect(parsed(await wordline(['dram', 'presets', '--json']))).toEqual({ presets: dramPresets });
  });

  it('shows one: numbers with sources, rules, a picture', async () => {
    expect((await wordline(['dram', 'presets', 'samsung-hbm2'])).out).toMatch(/│ tMOD +│ +15 │ our choice +│/);
    const { out } = await wordline(['dram', 'presets', 'samsung-hbm2', '--rules']);
    expect(out).toMatch(/│ tWTRL +│ WR WRA +│ RD RDA +│ group +│ +19 │ WL \+ BL\/2 \+ tWTRL +│/);
    const preset = dramPreset('samsung-hbm2');
    expect(parsed(await wordline(['dram', 'presets', 'samsung-hbm2', '--json']))).toEqual({ ...preset, rules: rules(preset) });
    expect((await wordline(['dram', 'presets', 'samsung-hbm2', '--svg', '-'])).out).toBe(timingFigure(preset));
    expect(await wordline(['dram', 'presets', 'samsung-hbm2', '--svg', join(folder, 'a.svg')])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(timingFigure(preset));
  });

  it('says what is missing', async () => {
    expect((await wordline(['dram', 'presets', '--rules'])).err).toContain('of which preset? [usage]');
    expect((await wordline(['dram', 'presets', 'samsung-hbm2', '--svg', join(folder, 'no/a.svg')])).err).toMatch(/cannot write .*no\/a\.svg: ENOENT.*\[write-failed\]/);
  });
});

describe('wordline dram requests', () => {
  it('writes a trace', async () => {
    const said = await wordline(['dram', 'requests', 'stream', '--preset', 'samsung-hbm2', '--count', '3', '--gap', '4', '--start', '64']);
    expect(said).toEqual({ code: 0, err: '', out: '0x40 READ 0\n0x60 READ 4\n0x80 READ 8\n' });
    const path = join(folder, 'r.trc');
    await wordline(['dram', 'requests', 'random', '--preset', 'samsung-hbm2', '--count', '50', '--seed', '4', '--writes', '0.5', '--mapping', 'row bank^row group pc column offset', '--out', path]);
    expect(readFileSync(path, 'utf8')).toMatch(/^(0x[\dA-F]+ (READ|WRITE) 0\n){50}$/);
  });

  it.each([
    [['zigzag'], 'there is no pattern "zigzag" [bad-option]'],
    [['random', '--mapping', 'row bank'], 'address mapping "row bank" has 0 bits for group'],
    [['random', '--writes', 'half'], '--writes half [bad-option]'],
    [['random', '--writes', '2'], 'generateRequests: writes: too big'],
    [['random', '--out', 'no/such/r.trc'], 'cannot write no/such/r.trc: ENOENT'],
  ])('%j', async (argv, message) => {
    const said = await wordline(['dram', 'requests', ...argv, '--preset', 'samsung-hbm2'], { cwd: folder });
    expect(said.err).toContain(message);
    expect(said.code).not.toBe(0);
    expect(readdirSync(folder).filter((f) => f.endsWith('.part'))).toEqual([]);
  });
});
