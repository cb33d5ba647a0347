import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { addressMapping, checkCommands, DRAM_MAPPINGS, dramPreset, dramPresets, generateRequests, readCommands, requestLine, rules, type DramCommandEvent, type DramPreset, type DramRequest, type GenerateOptions } from '../../src/dram/index.ts';
import type { DramRunReport } from '../../src/cli/dram-run-report.ts';
import { parsed, wordline } from './io.ts';

const root = mkdtempSync(join(tmpdir(), 'wordline-dram-run-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = root;
beforeEach(() => void (folder = mkdtempSync(join(root, 'run-'))));

const PRESETS = dramPresets.map((p) => p.name);
const run = (...argv: string[]) => wordline(['dram', 'run', ...argv], { cwd: folder });
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const sum = (list: Iterable<number>): number => [...list].reduce((a, b) => a + b, 0);

interface Ran {
  readonly report: DramRunReport;
  /** As the CSV has them. */
  readonly commands: readonly DramCommandEvent[];
}
async function ran(preset: string, ...argv: string[]): Promise<Ran> {
  const said = await run(...argv, '--preset', preset, '--commands', 'c.csv', '--json');
  expect([said.code, said.err]).toEqual([0, '']);
  const commands: DramCommandEvent[] = [];
  readCommands(join(folder, 'c.csv'), dramPreset(preset), {}, (e) => commands.push(e));
  return { report: parsed(said) as unknown as DramRunReport, commands };
}

const isColumn = ({ command }: DramCommandEvent): boolean => ['RD', 'RDA', 'WR', 'WRA'].includes(command);
const isWrite = ({ command }: DramCommandEvent): boolean => command.startsWith('WR');

/** Everything in the report that commands show, told by them. */
function held({ report, commands }: Ran, preset: DramPreset, requests: readonly DramRequest[], mapping: string): void {
  const { organisation: o, timing, tCK } = preset;
  expect(checkCommands(commands, preset).violations.map((v) => v.message)).toEqual([]);
  // Each request is one column command in its place, but for reads that a queued write answered.
  const map = addressMapping(mapping, o);
  const place = (write: boolean, at: { pseudoChannel: number; group: number; bank: number; row: number; column: number }): string => [write ? 'W' : 'R', at.pseudoChannel, at.group, at.bank, at.row, at.column].join();
  const asked = requests.map((r) => place(r.write, map.locate(r.address)));
  const given = commands.filter(isColumn).map((c) => place(isWrite(c), c));
  const left = new Map<string, number>();
  for (const a of asked) left.set(a, (left.get(a) ?? 0) + 1);
  for (const g of given) left.set(g, (left.get(g) ?? 0) - 1);
  expect([...left.values()].every((n) => n >= 0)).toBe(true);
  expect([...left].filter(([, n]) => n > 0).every(([p]) => p.startsWith('R'))).toBe(true);
  expect(sum(left.values())).toBe(report.requests.forwarded);
  expect([report.requests.reads, report.requests.writes]).toEqual([requests.filter((r) => !r.write).length, requests.filter((r) => r.write).length]);

  // Counts, time and bandwidth.
  const counts: Record<string, number> = {};
  for (const { command } of commands) counts[command] = (counts[command] ?? 0) + 1;
  expect(report.commands).toEqual(counts);
  const ends = commands.filter(isColumn).map((c) => c.cycle + (isWrite(c) ? timing.WL : timing.RL) + o.burstCycles);
  expect(report.cycles).toBeGreaterThanOrEqual(Math.max(...ends));
  expect(report.cycles).toBeLessThanOrEqual(Math.max(...ends, commands.at(-1)!.cycle) + 2);
  const ns = (report.cycles * tCK) / 1000;
  const { bandwidth } = report;
  expect(bandwidth.bytes).toBe(given.length * o.burstBytes);
  expect(bandwidth.GBps).toBeCloseTo(bandwidth.bytes / ns, 9);
  expect(bandwidth.peakGBps).toBeCloseTo((o.pseudoChannels * o.burstBytes) / ((o.burstCycles * tCK) / 1000), 9);
  const refreshing = sum(commands.filter((c) => c.command === 'REF').map((c) => Math.min(timing.tRFC, report.cycles - c.cycle)));
  expect(bandwidth.betweenRefreshes.share).toBeCloseTo((given.length * o.burstCycles) / (report.cycles * o.pseudoChannels - refreshing), 12);

  // What adds up.
  const { busCycles, latency, stalls, histogram, rows, energy } = report;
  expect(busCycles.data).toBe(given.length * o.burstCycles);
  expect(busCycles.data + busCycles.noRequest + busCycles.controller + sum(Object.values(busCycles.rules))).toBe(report.cycles * o.pseudoChannels);
  expect(Object.keys(busCycles.rules).filter((name) => rules(preset).every((r) => r.name !== name))).toEqual([]);
  const { causes } = report;
  for (const d of ['reads', 'writes'] as const) {
    // The split of each request, by how long it took: cycles are within the span, and all of them are those that the hardware has added up.
    for (const { from, to, requests: n, cycles } of causes[d]) {
      expect(sum(Object.values(cycles))).toBeGreaterThanOrEqual(n * from);
      expect(sum(Object.values(cycles))).toBeLessThanOrEqual(n * to);
    }
    expect(sum(causes[d].map((b) => b.requests))).toBe(latency[d].count);
    for (const [cause, cycles] of Object.entries(stalls[d])) expect(sum(causes[d].map((b) => b.cycles[cause as keyof typeof b.cycles])), cause).toBe(cycles);
    expect(sum(Object.values(stalls[d]))).toBe(latency[d].total);
    const forwarded = d === 'reads' ? report.requests.forwarded : 0;
    expect(sum(Object.values(histogram[d]).flat())).toBe(latency[d].count - forwarded);
    expect(sum(Object.values(rows[d]))).toBe(latency[d].count - forwarded);
  }
  expect(latency.all.total).toBe(latency.reads.total + latency.writes.total);
  expect(sum(energy.parts.map((p) => p.nJ))).toBeCloseTo(energy.nJ, 6);
}

describe('what it reports is what the commands show', () => {
  const patterns: readonly [name: string, options: GenerateOptions, argv: readonly string[]][] = [
    ['stream', { pattern: 'stream', count: 700 }, []],
    ['strided, closed rows', { pattern: 'strided', count: 250, stride: 4160, start: 96 }, ['--policy', 'closed']],
    ['random, a third writes, per-bank refresh', { pattern: 'random', count: 400, writes: 0.3, seed: 9 }, ['--refresh', 'per-bank', '--queue', '16,8']],
    ['hot-row, writes, power-down, time out', { pattern: 'hot-row', count: 300, writes: 0.5, hot: 0.8, gap: 60, seed: 3 }, ['--power-down', '25', '--policy', 'timeout:30', '--age-cap', '4', '--drain', '6,2,300']],
  ];
  const NAMES = { pattern: 'generate', count: 'requests' } as const;
  const cases = PRESETS.flatMap((preset) => patterns.map((p) => [preset, ...p] as const));
  it.each(cases)('%s, %s', async (name, _, options, argv) => {
    const preset = dramPreset(name);
    const typed = Object.entries(options).flatMap(([key, value]) => [`--${NAMES[key as keyof typeof NAMES] ?? key}`, String(value)]);
    const result = await ran(name, ...typed, ...argv);
    held(result, preset, [...generateRequests(options, addressMapping(DRAM_MAPPINGS.interleaved, preset.organisation), preset.organisation)], DRAM_MAPPINGS.interleaved);
  });

  it.each(PRESETS)('%s: a stream has 95 % of the peak between refreshes, and rules have most of the rest', async (name) => {
    const { report } = await ran(name, '--generate', 'stream', '--requests', '12000');
    expect(report.bandwidth.betweenRefreshes.share).toBeGreaterThanOrEqual(0.95);
    const { data, noRequest, rules: lost, controller } = report.busCycles;
    const { tRFC, ...others } = lost;
    expect(tRFC).toBeGreaterThan(0);
    const idle = noRequest + controller + sum(Object.values(others));
    expect(sum(Object.values(others)) / idle).toBeGreaterThan(0.9);
    // The same share, from the other side: but for the cycles of a refresh that nobody would have used.
    expect(data / (data + idle)).toBeGreaterThanOrEqual(0.95);
  });
});

describe('traces', () => {
  const preset = dramPreset('samsung-hbm2');
  const map = addressMapping(DRAM_MAPPINGS.interleaved, preset.organisation);
  const options: GenerateOptions = { pattern: 'random', count: 120, writes: 0.4, seed: 12 };
  const requests = [...generateRequests(options, map, preset.organisation)];
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const texts = {
    dramsim3: requests.map(requestLine).join(''),
    ramulator2: requests.map((r) => `${r.write ? 'ST' : 'LD'} ${hex(r.address)}\n`).join(''),
    vector: requests.map((r) => { const p = map.locate(r.address); return `${r.write ? 'W' : 'R'} ${[0, p.pseudoChannel, p.group, p.bank, p.row, p.column].join()}\n`; }).join(''), // prettier-ignore
  };
  it.each(Object.entries(texts))('%s: as the generator gives it', async (format, text) => {
    const { report, commands } = await ran('samsung-hbm2', write(`${format}.trc`, text));
    held({ report, commands }, preset, requests, DRAM_MAPPINGS.interleaved);
    const generated = await ran('samsung-hbm2', '--generate', 'random', '--requests', '120', '--writes', '0.4', '--seed', '12');
    expect(commands).toEqual(generated.commands);
    expect(report.latency).toEqual(generated.report.latency);
  });

  it.each([['dramsim3', 'dramsim3-hbm2-4gb'], ['ramulator2', 'ramulator2-hbm2-2000']] as const)('%s: its request traces, whose answer is known', async (simulator, name) => {
    const given = dramPreset(name);
    const trace = (which: string): string => write(`${which}.trc`, readFileSync(`test/fixtures/dram/${simulator}/${which}.trc`, 'utf8'));
    const single = await ran(name, trace('raw_single_read'), '--mapping', simulator);
    expect(single.commands.map((c) => c.command)).toEqual(['ACT', 'RD']);
    expect(single.commands[1]!.cycle - single.commands[0]!.cycle).toBe(given.timing.tRCDRD);
    const rows = await ran(name, trace('same_bank_rows'), '--mapping', simulator);
    const { hit, closed, conflict } = rows.report.rows.reads;
    expect(hit + closed + conflict).toBe(rows.report.requests.reads);
    expect(rows.report.commands.ACT).toBe(rows.report.requests.reads);
    // Every row but the first: the row cycle of one bank is what they wait for.
    const most = Object.entries(rows.report.busCycles.rules).sort(([, a], [, b]) => b - a)[0]![0];
    expect(['tRAS', 'tRC', 'tRP']).toContain(most);
  });

  it('requests come at their cycle: row hits are those of rows in the order of the trace', async () => {
    const { organisation } = preset;
    const sparse = [...generateRequests({ pattern: 'hot-row', count: 200, hot: 0.6, gap: 150, seed: 5 }, map, organisation)];
    const { report } = await ran('samsung-hbm2', write('sparse.trc', sparse.map(requestLine).join('')), '--refresh', 'none');
    const open = new Map<string, number>();
    const found = { hit: 0, closed: 0, conflict: 0 };
    for (const { address } of sparse) {
      const { pseudoChannel, group, bank, row } = map.locate(address);
      const key = [pseudoChannel, group, bank].join();
      found[open.get(key) === undefined ? 'closed' : open.get(key) === row ? 'hit' : 'conflict']++;
      open.set(key, row);
    }
    expect(report.rows.reads).toEqual(found);
    // Each alone: every hit takes as long as the others, and every conflict.
    const distinct = new Set(Object.values(report.latency.reads));
    expect(report.latency.reads.max - report.latency.reads.p50).toBeLessThanOrEqual(preset.timing.tRP + preset.timing.tRCDRD + 2);
    expect(distinct.size).toBeGreaterThan(1);
    expect(report.acceptance).toMatchObject({ count: 200, max: 0 });
    expect(report.busCycles.noRequest / (report.cycles * 2)).toBeGreaterThan(0.8);
  });

  it('power-down and self-made energy show in the energy', async () => {
    const sparse = ['--generate', 'random', '--requests', '50', '--gap', '500'];
    const [awake, asleep] = [await ran('samsung-hbm2', ...sparse), await ran('samsung-hbm2', ...sparse, '--power-down', '20')];
    expect(asleep.report.commands.PDE).toBeGreaterThan(20);
    expect(asleep.report.energy.nJ).toBeLessThan(awake.report.energy.nJ);
    expect(asleep.report.stalls.reads.power).toBeGreaterThan(0);
    const dear = await ran('samsung-hbm2', ...sparse, '--energy', 'activate=8280');
    const part = (r: DramRunReport) => r.energy.parts.find((p) => p.name === 'activate')!;
    expect(part(dear.report).nJ).toBeCloseTo(10 * part(awake.report).nJ, 6);
    expect(part(dear.report).source).toBe('given');
  });
});

describe('waves', () => {
  it.each(['samsung-hbm2', 'hbm2e-3200'])('%s: the commands on the pins are those of the CSV, and break no rule', async (name) => {
    const { commands } = await ran(name, '--generate', 'random', '--requests', '60', '--writes', '0.4', '--gap', '30', '--power-down', '20', '--refresh', 'per-bank', '--trace', 'w.vcd', '--signals', '**.clk, **.pins_*');
    const seen: DramCommandEvent[] = [];
    readCommands(join(folder, 'w.vcd'), dramPreset(name), {}, (e) => seen.push(e));
    const text = (list: readonly DramCommandEvent[]): string[] => list.slice(0, commands.length).map(({ cycle, command, pseudoChannel, group, bank, column }) => [cycle - list[0]!.cycle, command, pseudoChannel, group, bank, column].join());
    expect(text(seen).sort()).toEqual(text(commands).sort());
    const checked = await wordline(['dram', 'check', 'w.vcd', '--preset', name], { cwd: folder });
    expect(checked).toMatchObject({ code: 0, err: '' });
    const shown = await wordline(['wave', 'w.vcd', '--signals', '**.pins_R_w0', '--to', '100ns'], { cwd: folder });
    expect(shown.out).toMatch(/pins_R_w0 X/);
  });

  it('only of a window; one that is never reached is an error', async () => {
    const some = ['--generate', 'stream', '--requests', '300', '--signals', '**.clk, **.pins_*'];
    await ran('samsung-hbm2', ...some, '--trace', 'a.vcd', '--trace-window', '100:150');
    const { out } = await wordline(['wave', 'a.vcd'], { cwd: folder });
    expect(out).toMatch(/duration +100 ns .. 150 ns/);
    const late = await run(...some, '--preset', 'samsung-hbm2', '--commands', 'd.csv', '--trace', 'b.vcd', '--trace-window', '10000:');
    expect(late).toMatchObject({ code: 1, out: '' });
    expect(late.err).toContain('nothing was written [empty-window]');
    expect(readdirSync(folder).filter((f) => /^[bd]\./.test(f))).toEqual([]);
  });

  it('of an organisation that no pins can carry have none', async () => {
    await ran('dramsim3-hbm2-4gb', '--generate', 'stream', '--requests', '3', '--trace', 'w.vcd');
    expect((await wordline(['wave', 'w.vcd', '--json'], { cwd: folder })).out).not.toContain('encoder');
  });
});

it('prints a report for people', async () => {
  const { code, out } = await run('--generate', 'stream', '--requests', '200', '--writes', '0.2', '--preset', 'samsung-hbm2', '--commands', 'c.csv');
  expect(code).toBe(0);
  for (const line of [
    /^stream, count 200, writes 0\.2: reads \d+, writes \d+$/m,
    /^samsung-hbm2, mapping "row bank\^row column group pc offset"$/m,
    /^controller: reads 64, writes 64, rowPolicy open, ageCap 32, drain high:48 low:16 wait:1000, refresh all-bank, postpone 0, powerDown 0$/m,
    /^bandwidth {2}\d+\.\d\d GB\/s, \d+\.\d % of 32\.00 GB\/s; between refreshes /m,
    /^what the cycles of the data bus went to/m,
    /│ tRCDRD +│ +\d+ │/,
    /^how many took how long/m,
    /│ 64 to 127 +│/,
    /^what the cycles of requests went to; causes add up to the latency$/m,
    /^mean cycles of each cause, by how long requests took$/m,
    /│ reads +│ 64 to 127 +│/,
    /^rows that requests found when they came$/m,
    /^energy \d+\.\d nJ, \d+\.\d mW, \d+\.\d pJ a byte, without the interface\ncurrents of DRAMsim3 \w+, \S+\.ini/m,
    /^wrote c\.csv\nsimulated \d+ cycles in .*: \S+ cycles\/s\n$/m,
  ]) expect(out).toMatch(line); // prettier-ignore
});

describe('what goes wrong leaves nothing behind', () => {
  const stream = ['--generate', 'stream', '--requests', '100'];
  it.each([
    ['0x40 READ 0\n0x40 RAED 1\n', 't.trc:2:6: expected READ or WRITE, found "RAED" [dram-trace]\n  hint: did you mean "read"?'],
    ['0x40 READ 5\n0x40 READ 1\n', 't.trc:2:1: cycle 1 comes after cycle 5 [dram-trace]'],
    ['0x40 READ\n', 't.trc:1:10: expected the cycle, a number, found the end of the line [dram-trace]'],
    ['LD 0x40\nLD zz\n', 't.trc:2:4: expected an address, decimal or 0x, found "zz" [dram-trace]'],
    ['LD 0x40 7\n', 't.trc:1:9: expected the end of the line, found "7" [dram-trace]'],
    ['R 0,0,1,2,5,3\nR 0,0,9,2,5,3\n', 't.trc:2:7: expected a group from 0 to 3, found "9" [dram-trace]'],
    ['R 1,0,1,2,5,3\n', 't.trc:1:3: expected channel 0, the only one, found "1" [dram-trace]'],
    ['0xFFFFFFFFFF READ 0\n', 't.trc:1:1: address 0xffffffffff is beyond the channel, which has 29 address bits [dram-trace]'],
    ['hello\n', 't.trc:1:1: this is no request of a known format [dram-trace]'],
    ['', 'there are no requests in t.trc [no-requests]'],
    ['# a comment\n', 'there are no requests in t.trc [no-requests]'],
  ])('the trace %j', async (text, message) => {
    const said = await run(write('t.trc', text), '--preset', 'samsung-hbm2', '--commands', 'c.csv', '--trace', 'w.vcd');
    expect(said.err.replaceAll(`${folder}/`, '')).toContain(message);
    expect([said.code, said.out]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(['t.trc']);
    const json = await run('t.trc', '--preset', 'samsung-hbm2', '--json');
    expect(parsed(json)).toMatchObject({ error: { code: /\[([a-z-]+)\]/.exec(message)![1] } });
  });

  it.each([
    [[], 'which requests? [usage]'],
    [['none.trc'], 'there is no file none.trc [no-file]'],
    [['.'], '. is a folder [no-file]'],
    [['/dev/null'], '/dev/null is no file [no-file]'],
    [['--generate', 'strem'], 'there is no pattern "strem" [bad-option]\n  hint: did you mean "stream" or "strided"?'],
    [['--generate', 'stream', '--requests', 'many'], '--requests many [bad-option]'],
    [['--generate', 'random', '--writes', '1.5'], 'generateRequests: writes: too big'],
    [['--generate', 'random', '--stride', '64'], 'generateRequests: stride is for strided, and not for random [dram-requests]'],
    [[...stream, '--hot', '0.5'], 'generateRequests: hot is for hot-row, and not for stream [dram-requests]'],
    [[...stream, '--mapping', 'row bank'], 'address mapping "row bank" has 0 bits for group'],
    [[...stream, '--queue', '64,a'], '--queue 64,a [bad-option]'],
    [[...stream, '--queue', '1000'], 'memory controller: reads must be a whole number from 2 to 128, not 1000'],
    [[...stream, '--drain', '10,20'], 'memory controller: drain.low must be a whole number from 0 to 9, not 20'],
    [[...stream, '--policy', 'opne'], '--policy opne [bad-option]\n  hint: open, closed or timeout:<cycles>; did you mean "open"?'],
    [[...stream, '--refresh', 'all'], '--refresh all [bad-option]'],
    [[...stream, '--age-cap', 'x'], '--age-cap x [bad-option]'],
    [[...stream, '--energy', 'reed=2'], 'there is no energy parameter "reed" [bad-option]'],
    [[...stream, '--signals', '**'], '--signals without waves [usage]'],
    [[...stream, '--trace', 'w.vcd', '--trace-window', '9:3'], 'it ends before it begins [bad-window]'],
    [[...stream, '--commands', 'no/such.csv'], 'cannot write no/such.csv: ENOENT'],
    [[...stream, '--commands', '/dev/null'], 'cannot write /dev/null: it is no file [write-failed]'],
    [[...stream, '--commands', '.'], 'cannot write .: it is a folder [write-failed]'],
    [[...stream, '--commands', 'a', '--trace', './a'], 'two files are to be written to ./a [bad-option]'],
    [[...stream, '--comands', 'a'], "unknown option '--comands'"],
  ] as const)('%j', async (argv, message) => {
    const said = await run(...argv, '--preset', 'samsung-hbm2');
    expect(said.err).toContain(message);
    expect(said.code).not.toBe(0);
    expect(said.out).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a generator and a trace, or options of the one for the other', async () => {
    const trace = write('t.trc', 'LD 0x40\n');
    expect((await run(trace, '--preset', 'samsung-hbm2', ...stream)).err).toContain('both a trace, t.trc, and --generate stream [usage]');
    expect((await run(trace, '--preset', 'samsung-hbm2', '--seed', '3')).err).toContain('--seed is for --generate, and requests are read from t.trc [usage]');
  });

  it('requests are not written over, not even through a link; a link to a file stays one', async () => {
    const trace = write('t.trc', 'LD 0x40\n');
    symlinkSync('t.trc', join(folder, 'same'));
    for (const out of [trace, './t.trc', 'same']) expect((await run(trace, '--preset', 'samsung-hbm2', '--commands', out)).err).toContain(`${out} would be written over the requests in it [bad-option]`);
    write('old.csv', 'old');
    symlinkSync('old.csv', join(folder, 'link.csv'));
    expect((await run(trace, '--preset', 'samsung-hbm2', '--commands', 'link.csv')).code).toBe(0);
    expect(readFileSync(join(folder, 'old.csv'), 'utf8')).toMatch(/^cycle,command,/);
    expect(readdirSync(folder).sort()).toEqual(['link.csv', 'old.csv', 'same', 't.trc']);
  });

  it('a memory with no time beside refreshes is told to be stuck', async () => {
    const set = { name: 'hopeless', extends: 'samsung-hbm2', timing: { tREFI: 360, tRFC: 350, tRFCSB: 340, refreshPostpone: 8 } };
    const said = await run('--generate', 'stream', '--requests', '1000', '--preset', write('set.json', JSON.stringify(set)), '--commands', 'c.csv');
    expect(said.err).toMatch(/no request has been answered for 65535 cycles, up to cycle \d+ \[dram-stuck\]\n {2}hint: .*tREFI 360 and tRFC 350/);
    expect(readdirSync(folder)).toEqual(['set.json']);
  });

  it('Ctrl-C: exit 130, no files', async () => {
    let looks = 0;
    const interrupt = { ready: Promise.resolve(), requested: () => ++looks > 5, pressed: new Promise<never>(() => undefined), stop: () => undefined };
    const said = await wordline(['dram', 'run', ...stream, '--requests', '100000', '--preset', 'samsung-hbm2', '--commands', 'c.csv', '--trace', 'w.vcd'], { cwd: folder, interrupt: () => interrupt });
    expect(said).toMatchObject({ code: 130, out: '' });
    expect(looks).toBe(6);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('shows progress on a terminal', async () => {
  let text = '';
  const terminal = Object.assign(new Writable({ write: (chunk: Buffer, _, done) => ((text += chunk.toString()), done()) }), { isTTY: true, columns: 80 });
  const said = await wordline(['dram', 'run', '--generate', 'stream', '--requests', '20000', '--preset', 'qv100-hbm2'], { cwd: folder, terminal });
  expect(said.code).toBe(0);
  expect(text).toMatch(/requests .*\d+\/20000/);
});

it('the commands of its guide work', async () => {
  const guide = readFileSync('docs/dram-run.md', 'utf8');
  const lines = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block]) => block!.trim().split('\n'));
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) {
    // Fewer requests than the guide has: the same commands are what is tried.
    const [program, ...argv] = [...line.replace(/--(requests|count) \d+/, '--$1 500').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    expect(program).toBe('wordline');
    expect(await wordline(argv, { cwd: folder }), line).toMatchObject({ code: 0, err: '' });
  }
});
