import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fail, formatProblem, nearest, Origin, suggest, WordlineError } from '../../src/diag/index.ts';
import { textAt } from '../hdl/helpers.ts';

describe('places', () => {
  it('are those of the first caller outside the kit, with line and column', () => {
    const here = Origin.here();
    expect(here.location!.file).toBe(import.meta.filename);
    expect(textAt(here.location!)).toMatch(/^here\(\);/);
    expect(here.toString()).toBe(`${import.meta.filename}:${here.location!.line}:${here.location!.column}`);
    expect(here.location).toBe(here.location);
  });

  it('are found in folders with brackets and blanks in their names', async () => {
    const folder = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', `wordline (a copy) ${process.pid}`);
    mkdirSync(folder, { recursive: true });
    try {
      const file = join(folder, 'design (1).mjs');
      writeFileSync(file, 'export function make(at) {\n  return at();\n}\nexport const bare = (at) => at();\n');
      const made = (await import(/* @vite-ignore */ file)) as { make: (at: () => Origin) => Origin; bare: (at: () => Origin) => Origin };
      const at = Origin.here.bind(Origin);
      expect(made.make(at).location).toMatchObject({ file, line: 2 });
      expect(made.bare(at).location).toMatchObject({ file, line: 4 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('may be unknown, or given', () => {
    expect([Origin.unknown.location, Origin.unknown.toString()]).toEqual([undefined, 'unknown place']);
    expect(Origin.at({ file: 'a.ts', line: 1, column: 2 }).toString()).toBe('a.ts:1:2');
  });
});

describe('problems', () => {
  const place = { file: 'a.ts', line: 1, column: 2 };

  it('are printed with place, further places and hint', () => {
    expect(formatProblem({ code: 'c', message: 'm' })).toBe('m [c]');
    expect(formatProblem({ code: 'c', message: 'm', where: [undefined, place, Origin.at({ ...place, line: 3 }), place], hint: 'h', severity: 'warning' })).toBe('a.ts:1:2: warning: m [c]\n  and a.ts:3:2\n  hint: h');
  });

  it('are thrown one or many at a time', () => {
    expect(() => fail('c', 'm', { hint: 'h' })).toThrow('m [c]\n  hint: h');
    const error = new WordlineError([
      { code: 'first', message: 'a' },
      { code: 'second', message: 'b' },
    ]);
    expect([error.name, error.code, error.message, error.problems.length]).toEqual(['WordlineError', 'first', 'a [first]\nb [second]', 2]);
    expect(new WordlineError([]).code).toBe('unknown');
  });
});

describe('suggestions', () => {
  it('are what is near, best first', () => {
    expect(nearest('enabel', ['table', 'enable', 'enabled', 'x'])).toEqual(['enable', 'enabled']);
    expect(nearest('CLK', ['clk'])).toEqual(['clk']);
    expect(suggest('enabel', ['enable', 'other'])).toBe('did you mean "enable"?');
    expect(suggest('zzzzzzzz', ['a', 'b'])).toBe('valid: a, b');
    expect(suggest('a', [])).toBe('there are none');
    expect(suggest('zzzzzzzz', Array.from({ length: 25 }, (_, i) => `n${i}`))).toMatch(/n19, \.\.\. \(25 in all\)$/);
  });
});
