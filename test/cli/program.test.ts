import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wantsColor } from '../../src/cli/io.ts';
import { fixture, parsed, wordline } from './io.ts';

describe('wordline', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await wordline(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('explains itself with examples', async () => {
    const said = await wordline(['--help']);
    expect(said).toMatchObject({ code: 0, err: '' });
    for (const text of ['run', 'list', 'lint', 'wave', 'Examples:\n  wordline run tb/counter.ts --limit 20']) expect(said.out).toContain(text);
  });

  it('without a command is a mistake', async () => {
    const said = await wordline([]);
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toContain('Usage: wordline');
  });

  it('explains a command that only groups others', async () => {
    const said = await wordline(['coverage']);
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toMatch(/^Usage: wordline coverage [^]*merge [^]*report /);
  });

  it('knows what was meant by an unknown command or option', async () => {
    expect(await wordline(['rnu'])).toEqual({ code: 2, out: '', err: "unknown command 'rnu' [usage]\n  hint: Did you mean run?\nsee `wordline --help`\n" });
    expect((await wordline(['lint', 'a.ts', '--strct'])).err).toContain("unknown option '--strct' [usage]\n  hint: Did you mean --strict?");
    expect((await wordline(['wave'])).err).toContain("missing required argument 'file' [usage]");
    expect(parsed(await wordline(['wave', '--json']))).toMatchObject({ error: { code: 'usage', where: [] } });
  });

  it('lists the parameters of a testbench beside its own options', async () => {
    const said = await wordline(['run', fixture('kinds'), '--help']);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/--trace <file> +write waves to this VCD/);
    expect(said.out.slice(said.out.indexOf('Testbench'))).toMatchInlineSnapshot(`
      "Testbench kinds: parameters of every kind

      Its parameters:
        --count <integer 1..255>    how many (default: 10)
        --coerced <number>          (default: 1)
        --ratio <number >0 <1>
        --mode <fast|exact>         which way (default: fast)
        --[no-]check                compare with the model (default: true)
        --[no-]flag                 (default: false)
        --big <bigint>              (default: 5)
        --sizes <integer,...>       (default: [1,2])
        --bits <ideal|integer >=1>  (default: ideal)
        --fileName <string>         (default: empty)
      "
    `);
    expect((await wordline(['run', '--help'])).out).not.toContain('Testbench ');
  });

  it('needs the file of a run first', async () => {
    expect((await wordline(['run'])).err).toContain('run what? name the file of a testbench [usage]');
    expect((await wordline(['run', '--limit', '3', 'tb/counter.ts'])).err).toContain('the file must come before --limit [usage]');
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('%j on a terminal %s: %s', (env, terminal, expected) => {
    expect(wantsColor(env, terminal)).toBe(expected);
  });
});
