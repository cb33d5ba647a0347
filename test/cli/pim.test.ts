import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assemble } from '../../src/index.ts';
import { parsed, wordline } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-pim-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

function file(name: string, text: string): string {
  writeFileSync(path(name), text);
  return path(name);
}

const TEXT = '; y = max(0, m x + s)\nx: MAD.AAM A, BANK, M[0]\n   JUMP x, 7\ny: MOV.AAM.RELU BANK, A\n   JUMP y, 7\n   JUMP x, 3\n   EXIT\n';
const good = file('good.pim', TEXT);
const bad = file('bad.pim', 'ADD A[0], A[9], BANK\nMOV B[0], A[0]\n');

describe('wordline pim', () => {
  it('asm: words to the standard output, a file, or as JSON, and back', async () => {
    const words = [...assemble(TEXT).words];
    const hex = words.map((w) => `${w.toString(16).padStart(8, '0')}\n`).join('');
    expect(await wordline(['pim', 'asm', good])).toEqual({ code: 0, out: hex, err: expect.stringContaining('may use a register of A') as string });
    const out = path('good.hex');
    expect((await wordline(['pim', 'asm', good, '-o', out])).out).toBe(`${out}: 6 words\n`);
    expect(readFileSync(out, 'utf8')).toBe(hex);
    await wordline(['pim', 'asm', good, '--out', path('good.json')]);
    expect(JSON.parse(readFileSync(path('good.json'), 'utf8'))).toEqual({ words });
    expect(parsed(await wordline(['pim', 'asm', good, '--json']))).toMatchObject({ file: good, words, warnings: [{ code: 'pim-hazard-column' }] });
    for (const name of ['good.hex', 'good.json']) {
      const text = (await wordline(['pim', 'dis', path(name)])).out;
      expect([...assemble(text).words]).toEqual(words);
      expect(parsed(await wordline(['pim', 'dis', path(name), '--json']))['text']).toBe(text);
    }
  });

  it('list: what each word costs', async () => {
    const { code, out } = await wordline(['pim', 'list', good, '--preset', 'qv100-hbm2']);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "┌──────┬──────────┬──────┬───────────────────────┬───────┬───────┬────────┬───────┐
      │ word │ code     │ line │ instruction           │ needs │ slots │ cycles │ times │
      ├──────┼──────────┼──────┼───────────────────────┼───────┼───────┼────────┼───────┤
      │    0 │ 98020300 │    2 │ MAD.AAM A, BANK, M[0] │ RD    │     1 │      2 │    32 │
      │    1 │ 10000007 │    3 │ JUMP x, 7             │       │     0 │      0 │    32 │
      │    2 │ 3e000000 │    4 │ MOV.AAM.RELU BANK, A  │ WR    │     1 │      2 │    32 │
      │    3 │ 11000007 │    5 │ JUMP y, 7             │       │     0 │      0 │    32 │
      │    4 │ 10000003 │    6 │ JUMP x, 3             │       │     0 │      0 │     4 │
      │    5 │ 20000000 │    7 │ EXIT                  │       │     0 │      0 │     1 │
      └──────┴──────────┴──────┴───────────────────────┴───────┴───────┴────────┴───────┘
      64 column commands (32 RD, 32 WR, 0 either), at least 128 cycles
      "
    `);
    expect(parsed(await wordline(['pim', 'list', good, '--json']))).toMatchObject({ commands: 64, reads: 32, writes: 32, cycles: 256 });
  });

  it('check: everything that is wrong, with its place; exit 1', async () => {
    expect(await wordline(['pim', 'check', bad])).toEqual({
      code: 1,
      out: `${bad}: 2 words, 2 errors, no warnings\n`,
      err: `${bad}:1:11: there is no A[9] [pim-register]\n  hint: these units have A[0] to A[7]\n${bad}:2:1: the program runs off its end behind this [pim-end]\n  hint: end it with EXIT\n`,
    });
    const deep = await wordline(['pim', 'check', bad, '--registers', '16']);
    expect(deep.err).toContain(`${bad}:2:11: MOV B[0], A[0] uses A[0] 1 instruction after`);
    expect((await wordline(['pim', 'check', bad, '--registers', '16', '--multiply-cycles', '2', '--add-cycles', '2'])).err).not.toContain('pim-hazard');
    expect(parsed(await wordline(['pim', 'check', bad, '--json']))).toMatchObject({ words: 2, errors: [{ code: 'pim-register', where: [{ file: bad, line: 1, column: 11 }] }, { code: 'pim-end' }], warnings: [] });
    expect(await wordline(['pim', 'check', good])).toMatchObject({ code: 0, out: `${good}: 6 words, no errors, 1 warning\n` });
    const microcode = file('bad.hex', '# a comment\nf0000000\n0x20000000 // the end\n');
    expect((await wordline(['pim', 'check', microcode])).err).toBe(`${microcode}:2:1: 0xf0000000 has the opcode 15, which is no instruction [pim-opcode]\n  hint: opcodes are 0 (NOP) to 11 (GATE)\n`);
  });

  it('writes nothing if there are errors', async () => {
    const { code, out } = await wordline(['pim', 'asm', bad, '-o', path('none.hex')]);
    expect([code, out]).toEqual([1, '']);
    expect(existsSync(path('none.hex'))).toBe(false);
    expect(readdirSync(folder).filter((f) => f.startsWith('.'))).toEqual([]);
  });

  it.each([
    [['asm', 'none.pim'], 'there is no file none.pim [no-file]', 2],
    [['asm', good, '--as', 'hxe'], '--as hxe [bad-option]\n  hint: did you mean "hex"?', 2],
    [['asm', good, '-o', join(folder, 'no', 'k.hex')], 'cannot write', 1],
    [['dis', good], 'is not called .hex or .json [bad-option]', 2],
    [['dis', file('a.hex', '12\nxyz\n')], 'a.hex:2:1: "xyz" is not a word of 32 bits [pim-file]', 1],
    [['dis', file('a.json', '{')], 'a.json:1:1: no JSON: ', 1],
    [['dis', file('b.json', '{"wrods":[1]}')], 'b.json:1:1: there are no words [pim-file]', 1],
    [['dis', file('c.json', '[1, -1]')], 'c.json:1:5: word 1 is not a number of 32 bits [pim-file]', 1],
    [['dis', file('long.hex', '0\n'.repeat(33))], 'there are 33 words; the instruction memory has 32 [pim-long]', 1],
    [['list', bad], 'there is no A[9] [pim-register]', 1],
    [['check', good, '--registers', '12'], '--registers 12 [bad-option]\n  hint: it may be 8, 16, 32', 2],
    [['check', good, '--registers', 'many'], '--registers many [bad-option]', 2],
    [['check', good, '--format', 'binary23'], '--format binary23 [bad-option]\n  hint: did you mean "binary16" or "binary32"?', 2],
    [['check', good, '--preset', 'samsung'], 'there is no DRAM preset "samsung" [unknown-preset]', 2],
    [['check', good, '--regsters', '8'], "unknown option '--regsters'", 2],
    [['check', good, '--banks', '3'], '--banks 3 [bad-option]\n  hint: it may be 4, 2', 2],
    [['check', good, '--preset', 'qv100-hbm2', '--add-cycles', '3'], '--add-cycles 3 [bad-option]\n  hint: it may be 1, 2', 2],
    [['asm', good, '-o', good], 'good.pim is the program itself [bad-option]', 2],
    [['check', file('bits.pim', 'NOP\nNOP \u0007\nEXIT\n')], 'bits.pim:2:5: this is no text', 1],
    [['dis', file('bits.hex', '00000000\n\u0000')], 'bits.hex:2:1: this is no text', 1],
    [['list', file('huge.pim', 'NOP ; no\n'.repeat(150_000))], 'huge.pim has more than 1048576 bytes [pim-file]', 1],
    [['check', '/dev/zero'], '/dev/zero has more than 1048576 bytes [pim-file]', 1],
    [['policy', 'papr'], 'there is no policy papr [bad-option]\n  hint: did you mean "paper"?', 2],
    [['asmm', good], "unknown command 'asmm'", 2],
  ])('%j', async (argv, message, code) => {
    const said = await wordline(['pim', ...argv]);
    expect(said.err).toContain(message);
    expect(said.code).toBe(code);
    expect(said.out).toBe('');
  });
});
