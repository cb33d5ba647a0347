import { mkdtempSync, readFileSync, rmSync, truncateSync, statSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTime } from '../../src/wave/times.ts';
import { bit, enumeration, module, simulate, uint } from '../../src/index.ts';
import { parsed, wordline } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-wave-'));
const vcd = join(folder, 'lights.vcd');
const at = { cwd: folder };

const Light = enumeration('Light', ['red', 'green', 'amber']);
const Lights = module('Lights', { in: { go: bit }, out: { light: Light, count: uint(8) } }, ({ go }, hw) => {
  const light = hw.reg('state', Light, { reset: Light.red });
  const count = hw.reg('ticks', uint(8), { reset: 0 });
  count.next(count.add(1));
  hw.when(go, () => light.next(Light.green));
  return { light, count };
});

beforeAll(() => {
  const sim = simulate(Lights, { trace: vcd });
  sim.step(2);
  sim.in.go = 1;
  sim.step(3);
  sim.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('wordline wave', () => {
  it('sums up a file', async () => {
    const said = await wordline(['wave', 'lights.vcd'], at);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toContain('timescale  1 ps\nduration   0 .. 6 ns');
    expect(parsed(await wordline(['wave', 'lights.vcd', '--json'], at))).toMatchObject({ file: 'lights.vcd', timescalePs: 1, endTime: 6000, scopes: [{ name: 'Lights' }] });
  });

  it('draws a window as text, with the names of the save file beside it', async () => {
    const said = await wordline(['wave', 'lights.vcd', '--signals', '**.{clk,light,count}', '--from', '1ns', '--to', '4000', '--text'], at);
    expect(said.err).toBe('');
    expect(said.out.replace(/digest .*/, 'digest')).toMatchInlineSnapshot(`
      "1 ns .. 4 ns, 500 ps a column
      clk   ‾‾‾\\__/‾‾\\__/‾‾\\__
      light Xred        Xgreen
      count X01   X02   X03
      3 signals, 13 changes, digest
      "
    `);
    expect((await wordline(['wave', 'lights.vcd', '--signals', '**.count', '--radix', 'bin'], at)).out).toContain('00000011');
  });

  it('prints the changes in a window as JSON', async () => {
    const said = await wordline(['wave', 'lights.vcd', '--signals', '**.light', '--to', '4ns', '--json'], at);
    expect(parsed(said)).toEqual({ file: 'lights.vcd', startPs: 0, endPs: 4000, signals: [{ path: 'Lights.light', kind: 'bits', width: 2, changes: [[0, 0], [3000, 1]] }] });
  });

  it('draws a picture, to a file or the standard output', async () => {
    const said = await wordline(['wave', 'lights.vcd', '--svg', 'a.svg', '--width', '700'], at);
    expect(said).toMatchObject({ code: 0, out: '', err: 'wrote a.svg\n' });
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toMatch(/^<svg .*width="700"/);
    const piped = await wordline(['wave', 'lights.vcd', '--svg', '-', '--signals', '**.light'], at);
    expect(piped.out).toMatch(/^<svg [^]*green[^]*<\/svg>\s*$/);
    expect((await wordline(['wave', 'lights.vcd', '--svg', 'no/a.svg'], at)).err).toContain('cannot write no/a.svg: ');
  });

  it('shows what there is of a file that is cut off', async () => {
    const cut = join(folder, 'cut.vcd');
    copyFileSync(vcd, cut);
    truncateSync(cut, statSync(cut).size - 3);
    const said = await wordline(['wave', 'cut.vcd', '--text'], at);
    expect(said.code).toBe(0);
    expect(said.err).toMatch(/^warning: cut\.vcd is cut off: /);
    expect(said.out).toContain('digest');
  });

  it.each([
    [['--from', 'soon'], 2, '--from soon is not a time [bad-time]\n  hint: write 120ns, 3.5us or 1000 for picoseconds; units are fs, ps, '],
    [['--to', '5 parsec'], 2, '--to 5 parsec is not a time [bad-time]'],
    [['--radix', 'hexx'], 2, '--radix hexx is not a radix [bad-option]\n  hint: did you mean "hex"?'],
    [['--width', 'wide'], 2, '--width wide is not a positive whole number [bad-option]'],
    [['--signals', '**.lihgt'], 1, 'no signal matches "**.lihgt" [wave-glob-empty]'],
    [['--from', '5ns', '--to', '2ns'], 1, '[wave-window]'],
    [['--from', '1s'], 1, '[wave-window]'],
  ])('says what is wrong with %j', async (argv, code, message) => {
    const said = await wordline(['wave', 'lights.vcd', ...argv], at);
    expect(said).toMatchObject({ code, out: '' });
    expect(said.err).toContain(message);
  });

  it('names the nearest file', async () => {
    expect((await wordline(['wave', 'light.vcd'], at)).err).toContain('there is no file light.vcd [no-file]\n  hint: did you mean lights.vcd');
  });
});

it.each([
  ['120ns', 120_000],
  ['3.5us', 3_500_000],
  ['3.5µs', 3_500_000],
  ['1000', 1000],
  ['1_000 ps', 1000],
  ['0.3ns', 300],
  ['500fs', 0.5],
  ['2 ms', 2e9],
  ['1s', 1e12],
])('reads the time %s', (text, ps) => {
  expect(parseTime(text, '--from')).toBe(ps);
});
