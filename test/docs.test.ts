import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { format } from 'node:util';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

/**
 * Every TypeScript block of the guide is compiled, run, and held to what it says it prints: a comment behind `console.log(...)` begins with
 * what is printed. Blocks stand for themselves; one that imports nothing from the package is a sketch of a few lines and is only parsed.
 */
const ROOT = resolve(import.meta.dirname, '..');
const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)];
const PACKAGES = new Map([
  ['wordline', 'src/index.ts'],
  ['wordline/lib', 'rtl/lib/index.ts'],
  ['wordline/rram', 'rtl/rram/index.ts'],
  ['wordline/dram', 'rtl/dram/index.ts'],
  ['wordline/controller', 'rtl/controller/index.ts'],
  ['wordline/pim', 'rtl/pim/index.ts'],
]);

/** A comment that states a value and does not speak of it. */
const VALUE = /^([-\d'"[{(]|true|false|undefined|assert ")/;

interface Block {
  readonly name: string;
  readonly file: string;
  /** Comments behind prints, by line. */
  readonly claims: ReadonlyMap<number, string>;
  readonly sketch: boolean;
}

// Beside the tests and not in a folder of the system: blocks import packages.
const folder = mkdtempSync(join(import.meta.dirname, '.docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const printed = new Map<string, string>();
(globalThis as { documented?: unknown }).documented = (block: string, line: number, ...values: unknown[]) => printed.set(`${block}:${line}`, format(...values));

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code], i) => {
    const line = text.slice(0, text.indexOf(code!)).split('\n').length;
    const file = join(folder, `${basename(document, '.md')}-${i}.ts`);
    const claims = new Map<number, string>();
    const lines = code!.split('\n').map((text_, k) => {
      const claim = /console\.log\(.*\);\s*\/\/ (.*)$/.exec(text_)?.[1];
      if (claim !== undefined && VALUE.test(claim)) claims.set(k, claim);
      return text_.replace('console.log(', `documented(${JSON.stringify(file)}, ${k}, `).replace(/from '(wordline[^']*)'/, (all, name: string) => (PACKAGES.has(name) ? `from '${relative(folder, join(ROOT, PACKAGES.get(name)!))}'` : all));
    });
    writeFileSync(file, `${lines.join('\n')}\ndeclare function documented(block: string, line: number, ...values: unknown[]): void;\nexport {};\n`);
    return { name: `${document}:${line}`, file, claims, sketch: !/from 'wordline/.test(code!) };
  });
}

const blocks = documents.flatMap(blocksOf);
const quoted = /^['"]/;

describe('the guide', () => {
  it('compiles', () => {
    const config = ts.parseJsonConfigFileContent(ts.readConfigFile(join(ROOT, 'tsconfig.json'), (f) => ts.sys.readFile(f)).config, ts.sys, ROOT).options;
    const program = ts.createProgram(
      blocks.map((b) => b.file),
      { ...config, noEmit: true },
    );
    const mistakes = blocks.flatMap(({ name, file, sketch }) => {
      const source = program.getSourceFile(file)!;
      return [...program.getSyntacticDiagnostics(source), ...(sketch ? [] : program.getSemanticDiagnostics(source))].map(
        (d) => `${name} (line ${source.getLineAndCharacterOfPosition(d.start ?? 0).line + 1} of the block): ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`,
      );
    });
    expect(mistakes).toEqual([]);
  });

  for (const { name, file, claims } of blocks.filter((b) => !b.sketch)) {
    it(`runs ${name}`, async () => {
      await import(/* @vite-ignore */ file);
      for (const [line, claim] of claims) {
        const shown = printed.get(`${file}:${line}`);
        expect(shown, `nothing is printed where ${name} says "${claim}"`).toBeDefined();
        expect(claim.replace(quoted, '').slice(0, shown!.length)).toBe(shown);
      }
    });
  }
});
