import type { Command } from 'commander';
import { COMMAND_FORMATS } from '../dram/read-commands.ts';
import { REQUEST_PATTERNS } from '../dram/generators.ts';
import { DRAM_MAPPINGS } from '../dram/mapping.ts';
import { dramPresets } from '../dram/presets.ts';
import { checkTrace, type CheckOptions } from './dram-check.ts';
import { showPresets, type PresetOptions } from './dram-preset.ts';
import { writeRequests, type RequestsOptions } from './dram-requests.ts';
import type { DramRunOptions } from './dram-run-options.ts';
import type { Io } from './io.ts';

const PRESETS = `one of ${dramPresets.map((p) => p.name).join(', ')}, or a .json file`;

const MAPPINGS = `${Object.keys(DRAM_MAPPINGS).join(', ')}, or fields from the most significant: "row bank^row group pc column offset"`;

/** `wordline dram check`, `presets`, `requests` and `run`. */
export function addDram(program: Command, io: Io, done: (code: number) => void): void {
  const dram = program.command('dram').description('Check command traces of DRAM against timing sets, show those sets, make request traces.');
  dram
    .command('check')
    .description('Check a command trace against every rule of a timing set: who comes too early after what, banks in the wrong state, late refreshes. The exit code is 1 if there is anything.')
    .argument('<file>', 'a command trace: DRAMsim3, Ramulator 2.1, CSV, or a VCD with the pins of a channel')
    .requiredOption('--preset <name>', PRESETS)
    .option('--format <name>', `${COMMAND_FORMATS.join(', ')}; default: what the file looks like`)
    .option('--columns <field=header,...>', 'of a CSV: headers of the columns, e.g. cycle=time,command=op,group=bg')
    .option('--act-stamp <cycle>', 'which of its two cycles an ACT is stamped with: first or last; default: what the format says')
    .option('--scope <path>', 'of a VCD: the scope with the pins')
    .option('--pim <banks>', 'the memory has PIM units of so many banks: follow its all-bank modes')
    .option('--max <n>', 'violations to list', '20')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((file: string, options: CheckOptions) => done(checkTrace(file, options, io)));
  dram
    .command('presets')
    .description('List the timing sets, or show one: each number with its source, its rules, or a picture.')
    .argument('[preset]', PRESETS)
    .option('--rules', 'the rules that it makes')
    .option('--svg <file>', 'a picture of it; - for the standard output')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((preset: string | undefined, options: PresetOptions) => done(showPresets(preset, options, io)));
  dram
    .command('requests')
    .description('Make a request trace: lines of address, READ or WRITE, and cycle.')
    .argument('<pattern>', REQUEST_PATTERNS.join(', '))
    .requiredOption('--preset <name>', PRESETS)
    .option('--mapping <text>', MAPPINGS, 'interleaved')
    .option('--count <n>', 'requests (default: 1000)')
    .option('--seed <n>', 'for every random choice (default: 1)')
    .option('--writes <share>', 'share of writes, 0 to 1 (default: 0)')
    .option('--start <bytes>', 'first address of stream and strided (default: 0)')
    .option('--stride <bytes>', 'of strided (default: a row)')
    .option('--hot <share>', 'share of requests to one row, for hot-row (default: 0.9)')
    .option('--gap <cycles>', 'from one request to the next (default: 0)')
    .option('--out <file>', 'write to this file; default: the standard output')
    .option('--json', 'print errors as one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((pattern: string, options: RequestsOptions) => done(writeRequests(pattern, options, io)));
  dram
    .command('run')
    .description('Run requests through the memory controller in hardware: bandwidth, latencies, where their cycles went, row hits, commands, energy. Requests with a cycle come then, others as fast as they are accepted.')
    .argument('[file]', 'a request trace: DRAMsim3 (0x40 READ 12), or Ramulator (LD 0x40; R 0,0,1,2,5,3)')
    .requiredOption('--preset <name>', PRESETS)
    .option('--mapping <text>', MAPPINGS, 'interleaved')
    .option('--generate <pattern>', `make the requests: ${REQUEST_PATTERNS.join(', ')}`)
    .option('--requests <n>', 'how many (default: 1000)')
    .option('--seed <n>', 'for every random choice (default: 1)')
    .option('--writes <share>', 'share of writes, 0 to 1 (default: 0)')
    .option('--start <bytes>', 'first address of stream and strided (default: 0)')
    .option('--stride <bytes>', 'of strided (default: a row)')
    .option('--hot <share>', 'share of requests to one row, for hot-row (default: 0.9)')
    .option('--gap <cycles>', 'from one request to the next (default: 0)')
    .option('--queue <n[,n]>', 'entries of the read and of the write queue (default: 64)')
    .option('--drain <high,low[,wait]>', 'writes begin at so many, or when one is so many cycles old, and end at so many (default: 3/4 and 1/4 of the queue, 1000)')
    .option('--policy <policy>', 'rows stay open, are closed, or timeout:<cycles> (default: open)')
    .option('--refresh <mode>', 'all-bank, per-bank or none (default: all-bank)')
    .option('--postpone <n>', 'refreshes that may wait for an idle moment (default: 0)')
    .option('--age-cap <n>', 'how many younger requests may overtake the oldest (default: 32)')
    .option('--power-down <cycles>', 'idle cycles before the clock enable goes down (default: 0, never)')
    .option('--energy <name=value,...>', 'other energy parameters, e.g. read=20,active=80')
    .option('--commands <file>', 'write all commands to this CSV, which `wordline dram check` reads')
    .option('--trace <file>', 'write waves to this VCD; it has the command pins, which `wordline dram check` reads')
    .option('--signals <glob>', "which signals go into it, e.g. '**.clk, **.pins_*, **.readCount'")
    .option('--trace-window <from:to>', "which cycles go into it, '1000:1500', or which times, '2us:2.5us'; the rest runs at full speed")
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (file: string | undefined, options: DramRunOptions) => {
      // The hardware is loaded only by those who run it.
      const { runRequests } = await import('./dram-run.ts');
      done(await runRequests(file, options, io));
    });
}
