import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pointSeed } from '../../src/index.ts';
import { fixture, parsed, wordline } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

const kinds = fixture('kinds');
const quits = 'test/many/quits.ts';

describe('a sweep', () => {
  it('prints a row for each combination of parameters and seeds, in order', async () => {
    const said = await wordline(['sweep', 'tb/counter.ts', '--set', 'gap=0,1', '--set', 'limit=3,20', '--seeds', '2', '--seed', '1']);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out.replace(/in .*\n$/, 'in no time\n')).toMatchInlineSnapshot(`
      "counter  a counter that is enabled now and then
      8 points: gap=0,1  limit=3,20  seed=1 and 1 more
      ┌─────┬───────┬────────────┬────────┬───────┐
      │ gap │ limit │       seed │ cycles │ value │
      ├─────┼───────┼────────────┼────────┼───────┤
      │   0 │     3 │          1 │      3 │     3 │
      │   0 │     3 │ 1364076726 │      3 │     3 │
      │   0 │    20 │          1 │     20 │    20 │
      │   0 │    20 │ 1364076726 │     20 │    20 │
      │   1 │     3 │          1 │      6 │     3 │
      │   1 │     3 │ 1364076726 │      6 │     3 │
      │   1 │    20 │          1 │     40 │    20 │
      │   1 │    20 │ 1364076726 │     40 │    20 │
      └─────┴───────┴────────────┴────────┴───────┘
      8 of 8 points in no time
      "
    `);
  });

  it('gives what one run after the other gives', async () => {
    const { seed, points } = parsed(await wordline(['sweep', kinds, '--set', 'count=1,255', '--set', 'sizes=3,4;5', '--seeds', '2', '--mode', 'exact', '--json'])) as {
      seed: number;
      points: { seed: number; parameters: unknown; result: unknown }[];
    };
    const runs = [];
    for (const count of ['1', '255']) {
      for (const sizes of ['3,4', '5']) {
        for (const i of [0, 1]) runs.push(parsed(await wordline(['run', kinds, '--count', count, '--sizes', sizes, '--mode', 'exact', '--seed', String(pointSeed(seed, i)), '--json'])));
      }
    }
    expect(points).toEqual(runs.map(({ seed, parameters, result }) => ({ status: 'done', seed, parameters, result })));
  });

  it('prints CSV', async () => {
    const said = await wordline(['sweep', quits, '--set', 'note=,plain,"quoted", two;a\nb', '--seed', '7', '--csv', '--workers', '1']);
    expect(said).toEqual({ code: 0, err: '', out: 'note,seed,result\r\n",plain,""quoted"", two",7,",plain,""quoted"", two 7"\r\n"a\nb",7,"a\nb 7"\r\n' });
  });

  it('lists its parameters with --help', async () => {
    const said = await wordline(['sweep', kinds, '--help']);
    expect(said.code).toBe(0);
    expect(said.out).toContain('--set <name=v,v,...>');
    expect(said.out).toContain('--count <integer 1..255>');
  });
});

describe('points that fail', () => {
  it('are listed with their errors and the command that repeats them; the others have their rows', async () => {
    const said = await wordline(['sweep', fixture('results'), '--set', 'how=problem,step', '--seed', '3', '--engine', 'js', '--bench', 'results']);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/│ problem +│ +3 │ +│ one thing; another +│\n│ step +│ +3 │ +5 │ +│\n[^]*\n1 of 2 points in/);
    expect(said.err).toBe(
      '\nhow=problem  seed=3\n  a.ts:3:4: one thing [first-problem]\n    hint: do this\n  another [second-problem]\n' +
        '  again: wordline run test/cli/fixtures/results.ts --param how=problem --seed 3 --engine js --bench results\n',
    );
  });

  it('may have lost their thread; the command is quoted for a shell', async () => {
    const said = await wordline(['sweep', quits, '--set', 'quit=no,yes', '--note', "it's", '--seed', '3', '--json']);
    expect(said).toMatchObject({ code: 1, err: '' });
    expect(parsed(said)['points']).toEqual([
      { status: 'done', seed: 3, parameters: { quit: false, note: "it's" }, result: "it's 3" },
      {
        status: 'failed',
        seed: 3,
        parameters: { quit: true, note: "it's" },
        error: [{ code: 'worker-died', message: 'the worker thread died: the job ended it, exit code 0', where: [], hint: 'a job returns or throws; process.exit ends its thread' }],
        rerun: `wordline run ${quits} --note 'it'\\''s' --param quit=yes --seed 3`,
      },
    ]);
  });

  it('stop the sweep with --stop', async () => {
    const said = await wordline(['sweep', quits, '--set', 'quit=no,yes', '--set', 'note=a,b', '--seed', '1', '--stop', '--csv']);
    expect(said.code).toBe(1);
    expect(said.out.split('\r\n').slice(1, 5)).toEqual(['no,a,1,a 1,', 'no,b,1,b 1,', 'yes,a,1,,"the worker thread died: the job ended it, exit code 0"', 'yes,b,1,,not run']);
  });
});

describe('mistakes', () => {
  it.each([
    [['--set', 'gap=0,x', '--set', 'limt=4,5'], /^parameter "gap" cannot be "x".*\n|testbench "counter" has no parameter "limt" \[unknown-parameter\]\n {2}hint: did you mean --limit/],
    [['--set', 'gap'], /^--set gap is not of the form name=value,value \[bad-parameter\]/],
    [['--set', 'gap=1,2,1'], /^--set gap=1,2,1 has the value "1" twice/],
    [['--set', 'gap=1', '--gap', '2'], /^parameter "gap" is given twice \[repeated-parameter\]/],
    [['--seeds', '0'], /^--seeds 0: a whole number from 1 \[bad-option\]/],
    [['--workers', 'two'], /^--workers two: a whole number from 1 \[bad-option\]/],
    [['--json', '--csv'], /./],
    [['--seed', 'x'], /bad-seed/],
    [['--engine', 'jss'], /did you mean "js"/],
  ])('%j', async (more, message) => {
    const said = await wordline(['sweep', 'tb/counter.ts', ...more]);
    expect(said.code).toBe(2);
    expect(more.includes('--json') ? said.out : said.err).toMatch(message);
  });

  it('all at once, each once, before anything runs', async () => {
    const said = await wordline(['sweep', quits, '--set', 'quit=yes,perhaps', '--set', 'nots=1,2', '--seeds', '3']);
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err.match(/\[unknown-parameter\]/g)).toHaveLength(1);
    expect(said.err.match(/\[bad-parameter\]/g)).toHaveLength(1);
    expect((await wordline(['sweep'])).err).toContain('sweep what? name the file of a testbench [usage]');
  });
});

describe('the real command', () => {
  function start(argv: readonly string[]) {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), resolve('src/cli/main.ts'), 'sweep', ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return { child, ended: new Promise<{ code: number | null; out: string; err: string }>((done) => child.on('close', (code) => done({ code, out, err }))) };
  }

  it('keeps the standard output clean, and writes no waves', async () => {
    const said = await start([resolve('test/cli/fixtures/results.ts'), '--set', 'how=nothing,step', '--json']).ended;
    expect(said.code).toBe(0);
    expect((JSON.parse(said.out) as { points: { result: unknown }[] }).points.map((p) => p.result)).toEqual([null, 5]);
    expect(said.err).toBe('said behind the back of the command\n'.repeat(2));
    await start([resolve('tb/counter.ts'), '--csv']).ended;
    expect(existsSync(join(folder, 'waves'))).toBe(false);
  });

  it('ends at Ctrl-C wherever the testbenches are, and shows what there is', async () => {
    const { child, ended } = start([resolve('test/cli/fixtures/long.ts'), '--set', 'how=loop,idle', '--workers', '2']);
    let under = 0;
    child.stderr.on('data', (chunk: Buffer) => {
      const before = under;
      under += chunk.toString().split('under way').length - 1;
      if (before < 2 && under === 2) child.kill('SIGINT');
    });
    const said = await ended;
    expect(said.code).toBe(130);
    expect(said.out).toMatch(/│ loop │ +\d+ │ not run │\n│ idle │ +\d+ │ not run │\n[^]*0 of 2 points/);
    expect(said.err).toMatch(/interrupted\n$/);
  });
});
