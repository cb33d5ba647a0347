import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { dramPreset, fail, pimConfig, POLICIES, readPolicy, suggest, testbench, type Policy } from '../src/index.ts';
import { controllerShape } from '../rtl/controller/index.ts';
import { Channel, type Run } from './arbiter/channel.ts';
import { copies, hostTraffic, onHostBanks, type HostRequest } from './arbiter/host.ts';
import { LEGEND, loadTable, switchTable, tripTable } from './arbiter/report.ts';
import { roundTrip, summarise, type RoundTrip, type Summary } from './arbiter/summary.ts';
import { pimWork } from './arbiter/work.ts';

const ours = (path: string): string => relative(process.cwd(), join(import.meta.dirname, '..', path));
const whole = (least: number, value: number) => z.coerce.number().int().min(least).default(value);

/** What the waveform shows: who has the memory, why it changes hands, and the commands that do it. */
const SHOWN = ['*.{clk,owner,phase}', '*.mode{[0],[1]}', '*.controller.arbiter.{hostReads,hostWrites,pimCount,hostGo,closeRows,pimGo,leave,rowsClosed,hostQuiet,pimQuiet}', '*.controller.command_{row,column}_{kind,pc,ba}', '*.controller.command_row_row', '*.controller.command_column_column'].join();
/** Cycles of the waveform before and after. */
const AROUND = 40;
/** Between host requests that come one by one. */
const APART = 400;

function policiesOf(text: string): Policy[] {
  if (text === 'all') return [...POLICIES.values(), fromFile(ours('tb/arbiter/layers.json'))];
  return text.split(',').map((name) => POLICIES.get(name) ?? fromFile(name));
}

function fromFile(name: string): Policy {
  if (!existsSync(name)) fail('bad-option', `there is no policy "${name}", and no file of that name`, { hint: suggest(name, POLICIES.keys()) });
  return readPolicy(readFileSync(name, 'utf8'), name);
}

/**
 * A host stream beside two layers on the PIM units, under each policy and several loads: what both get, what handing the memory over costs, and who waits. Data
 * are checked: host reads return what was last written, and PIM leaves in the cells what the reference machine does.
 */
export const arbiter = testbench({
  name: 'arbiter',
  summary: 'host requests and PIM kernels share a memory channel, under each policy',
  parameters: z.strictObject({
    policy: z.string().default('all').describe('names and .json files of policies, with commas; all: every one that has a name, and one of tb/arbiter'),
    preset: z.string().default('samsung-hbm2').describe('timing set of the memory'),
    rates: z
      .string()
      .regex(/^(0?\.\d+|1)(,(0?\.\d+|1))*$/, 'numbers above 0 and at most 1, with commas')
      .default('0.05,0.15,0.3')
      .describe('host requests a cycle, with commas'),
    cycles: whole(1, 6000).describe('cycles in which host requests come'),
    images: whole(1, 4).describe('of the batch'),
    channels: whole(1, 4).describe('of the feature maps'),
    size: whole(1, 28).describe('height and width of the feature maps'),
    trips: whole(0, 1).describe('round trips of the memory in the waveform; 0: no waveform'),
  }),
  run({ params, print, progress, simulate, trace, seed }) {
    const policies = policiesOf(params.policy);
    const rates = params.rates.split(',').map(Number);
    const config = pimConfig({ preset: params.preset });
    if (params.trips === 0 && trace !== undefined) fail('bad-option', 'trips 0 is for no waveform, and --trace asks for one', { hint: 'leave out one of them' });
    const file = trace ?? 'waves/arbiter.vcd';
    const preset = dramPreset(params.preset);
    const { burstsPerRow, burstBytes } = preset.organisation;
    const work = pimWork(config, { images: params.images, channels: params.channels, size: params.size, seed: seed + 1 });
    const streams = rates.map((rate, i) => hostTraffic({ seed: seed + 2 + i, rate, cycles: params.cycles, row: work.freeRow, rows: 4 }, controllerShape(preset), burstsPerRow));
    // The first simulation is the one that may write waves.
    const traced = params.trips > 0 ? new Channel({ preset: params.preset, policy: policies[0]!, trace: { file, signals: SHOWN } }, simulate) : undefined;
    print(`${params.preset}: ${work.triggers} triggers of batch-norm + ReLU and residual-add + ReLU on ${work.shape}, each in both pseudo-channels; host requests for ${params.cycles} cycles, ${rates.map((r, i) => `${r} a cycle: ${streams[i]!.length}`).join(', ')}`);

    // With banks of their own, PIM's tensors lie in the first half of each unit's, as the channel has it by default.
    const pimBanks = config.banksPerUnit / 2;
    const apart = pimWork(config, { images: params.images, channels: params.channels, size: params.size, seed: seed + 1, banks: pimBanks });
    const channel = (policy: Policy): Channel => new Channel({ preset: params.preset, policy }, simulate);
    const tick = progress('policies', policies.length + 1);

    // ---- each class by itself, and what a round trip costs
    const alone = channel(POLICIES.get('round-robin-requests')!);
    const pimAlone = alone.run({ pim: work });
    const hostAlone = streams.map((host) => alone.run({ host }));
    const single = Array.from({ length: Math.floor(pimAlone.cycles / APART) }, (_, i): HostRequest => ({ at: APART * (i + 1), write: false, bank: 0, row: work.freeRow, column: 0, value: 0 }));
    const trips: RoundTrip[] = [roundTrip(`a read every ${APART} cycles`, alone.run({ host: single, pim: work })), roundTrip(`${rates.at(-1)!} requests a cycle`, alone.run({ host: streams.at(-1)!, pim: work }))];
    const { banksPerPseudoChannel } = controllerShape(preset);
    const copying = policies.some((p) => p.partition === true) ? alone.run({ host: copies([...apart.before, ...apart.after], pimBanks, config.banksPerUnit, banksPerPseudoChannel) }).cycles : undefined;
    alone.close();
    tick(1);

    // ---- both, under each policy
    const rows: Summary[] = [];
    let window: readonly [number, number] | undefined;
    for (const [n, policy] of policies.entries()) {
      const both = channel(policy);
      const parted = policy.partition === true;
      const mine = parted ? apart : work;
      for (const [i, stream] of streams.entries()) {
        const host = parted ? onHostBanks(stream, pimBanks, config.banksPerUnit) : stream;
        const run = both.run({ host, pim: mine });
        rows.push(summarise(policy, rates[i]!, run, host, mine, burstBytes, pimAlone.cycles + hostAlone[i]!.cycles));
        if (n === 0 && i === rates.length - 1) window = shown(run, params.trips);
      }
      both.close();
      tick(n + 2);
    }
    const alones = rates.map((rate, i) => ({ rate, hostCycles: hostAlone[i]!.cycles, bandwidth: (streams[i]!.length * burstBytes) / hostAlone[i]!.cycles }));
    print(`PIM alone: ${pimAlone.cycles} cycles, ${(work.triggers / pimAlone.cycles).toFixed(3)} triggers a cycle`);
    for (const { rate, hostCycles, bandwidth } of alones) {
      print(`\n${rate} host requests a cycle; the host alone: ${hostCycles} cycles, ${bandwidth.toFixed(2)} B/cycle; host, then PIM: ${hostCycles + pimAlone.cycles} cycles`);
      print(loadTable(rows.filter((r) => r.rate === rate)));
    }
    print(LEGEND);
    if (copying !== undefined) print(`bank-partition: copying what both need, the ${apart.before.length + apart.after.length} bursts that PIM reads first or leaves, between its banks and the host's takes ${copying} cycles more`);
    print(`\nhand-overs at ${rates.at(-1)!} requests a cycle: reasons, cycles of each phase in all, and of one hand-over`);
    print(switchTable(rows.filter((r) => r.rate === rates.at(-1))));
    print(`\none round trip, policy round-robin-requests: cycles, and commands in both pseudo-channels (Samsung's model of HBM-PIM: 219 to PIM and 223 back, with register loads and barriers of its software)`);
    print(tripTable(trips));
    print(`\nall ${rows.length} runs: every host read returned what was last written, all bursts of PIM's results are what the reference machine leaves`);

    if (traced !== undefined && window !== undefined) {
      traced.run({ host: streams.at(-1)!, pim: work, wave: window });
      print(`waves of cycles ${window[0]} to ${window[1]}, policy ${policies[0]!.name}: gtkwave ${relative(process.cwd(), file).replace(/\.vcd$/, '')}.gtkw`);
    }
    return { seed, preset: params.preset, triggers: work.triggers, pimAlone: pimAlone.cycles, hostAlone: alones, policies: rows, roundTrips: trips, ...(copying !== undefined && { copying }), waves: window === undefined ? null : file };
  },
});

/** Cycles around so many round trips in the middle of a run, or nothing if there are too few. */
function shown({ leaves, returns }: Run, trips: number): readonly [number, number] | undefined {
  if (trips === 0) return undefined;
  const first = Math.floor(Math.max(0, returns.length - trips) / 2);
  const [from, to] = [leaves[first], returns[first + trips - 1]];
  return from === undefined || to === undefined ? undefined : [Math.max(0, from - AROUND), to + AROUND];
}
