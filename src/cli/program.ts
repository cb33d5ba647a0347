import { Command, CommanderError } from 'commander';
import { fail } from '../diag/index.ts';
import { toolNames } from '../export/index.ts';
import { engineNames } from '../sim/simulation.ts';
import { cosimCommand, type CosimCommandOptions } from './cosim.ts';
import { addCoverage } from './coverage.ts';
import { addDram } from './dram.ts';
import type { Io } from './io.ts';
import { lint, type LintOptions } from './lint.ts';
import { list } from './list.ts';
import { load, testbenches } from './load.ts';
import { addMutate } from './mutate.ts';
import { addPim } from './pim.ts';
import { addProve } from './prove.ts';
import { EXIT, reportError } from './report.ts';
import { chooseTestbench, run, testbenchHelp, type RunOptions } from './run.ts';
import { exportCommand, type ExportOptions } from './verilog.ts';
import { sweep, type SweepOptions } from './sweep.ts';
import { version } from './version.ts';
import { waveDiff, type WaveDiffOptions } from './wave-diff.ts';
import { RADIXES, wave, type WaveOptions } from './wave.ts';

/** Runs the command; the exit code. Everything it says goes through `io`. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.ok;
  const program = makeProgram(io, (c) => {
    code = c;
  });
  try {
    if (argv.length === 0) {
      io.err(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (error instanceof CommanderError && error.code === 'commander.help') return helpOfGroup(program, argv, io);
    return reportError(error, io, { json: argv.includes('--json'), stack: argv.includes('--stack') });
  }
}

/** A command that only groups others was given alone. */
function helpOfGroup(program: Command, [name]: readonly string[], io: Io): number {
  io.err((program.commands.find((c) => c.name() === name) ?? program).helpInformation());
  return EXIT.usage;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function makeProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('wordline')
    .description('Simulate, look at and check hardware that is described in TypeScript.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this')
    // What follows a command is its own: `wave diff` has options that `wave` has too.
    .enablePositionalOptions()
    .exitOverride()
    // Errors are printed in one place, as text or as JSON.
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: () => undefined, getOutHelpWidth: () => io.columns, getOutHasColors: () => io.colors.out.isColorSupported })
    .addHelpText('after', EXAMPLES);
  addRun(program, io, done);
  addSweep(program, io, done);
  addOthers(program, io, done);
  addProve(program, io, done);
  addMutate(program, io, done);
  addCoverage(program, io, done);
  addDram(program, io, done);
  addPim(program, io, done);
  return program;
}

const EXAMPLES = `
Examples:
  wordline run tb/counter.ts --limit 20       run a testbench with a parameter
  wordline run tb/counter.ts --help           what its parameters are
  wordline run tb/counter.ts --trace a.vcd --signals '**.value'
  wordline sweep tb/counter.ts --set gap=0,1,2 --seeds 10
  wordline list                               testbenches under tb/
  wordline lint rtl/lib/fifo.ts --strict      check the modules of a file
  wordline export tb/counter.ts --out counter.v
  wordline cosim tb/counter.ts --with icarus  the same testbench on the exported Verilog
  wordline prove rtl/lib/fifo.ts --module Fifo --param depth=4 --param width=8
  wordline mutate rtl/counter.ts --with test/counter-mutants.ts
  wordline wave a.vcd --signals '**.value' --from 5ns --to 40ns
  wordline dram check commands.csv --preset samsung-hbm2
  wordline pim list kernel.pim
`;

function addRun(program: Command, io: Io, done: (code: number) => void): void {
  const command = program
    .command('run')
    .summary('run a testbench')
    .description('Run the testbench that a file exports. Its parameters are options too: `wordline run <file> --help` lists them.')
    .usage('<file> [options] [--parameter value ...]')
    .argument('[file]', 'a .ts file that exports a testbench')
    .option('--trace <file>', 'write waves to this VCD')
    .option('--signals <glob>', "which signals go into it, e.g. 'top.core.**, !**.rst'")
    .option('--trace-window <from:to>', "which cycles go into it, '1000:1500', or which times, '2us:2.5us'; the rest runs at full speed")
    .option('--trace-on-failure [cycles]', 'write waves only if the run fails, of so many of its last cycles (default 1000)')
    .option('--seed <n>', 'for every random choice; drawn and printed if not given')
    .option('--param <name=value>', 'a parameter of the testbench; may be repeated', collect)
    .option('--engine <name>', `simulation engine: ${engineNames.join(' or ')}`)
    .option('--bench <name>', 'which testbench, if the file exports several')
    .option('--coverage <folder>', 'count what is reached; write JSON and LCOV there')
    .option('--json', 'print the result as one JSON object and nothing else')
    .option('--stack', 'print the stack of an error');
  takesParameters<RunOptions>(command, io, async (...given) => done(await run(...given, io)));
}

function addSweep(program: Command, io: Io, done: (code: number) => void): void {
  const command = program
    .command('sweep')
    .summary('run a testbench many times, on all processors')
    .description('Run the testbench that a file exports for every combination of parameters and seeds, on several threads, and print a row for each. No waves: `run` repeats a point with them.')
    .usage('<file> [options] [--parameter value ...]')
    .argument('[file]', 'a .ts file that exports a testbench')
    .option('--set <name=v,v,...>', 'values of a parameter of the testbench, apart by ; if they have commas; may be repeated', collect)
    .option('--seeds <n>', 'seeds for each combination', '1')
    .option('--seed <n>', 'the first of them, which the others are derived from; drawn and printed if not given')
    .option('--param <name=value>', 'a parameter of the testbench that is the same for all; may be repeated', collect)
    .option('--workers <n>', 'threads; default: one a processor')
    .option('--stop', 'after a point that fails, run no other')
    .option('--engine <name>', `simulation engine: ${engineNames.join(' or ')}`)
    .option('--bench <name>', 'which testbench, if the file exports several')
    .option('--json', 'print one JSON object and nothing else')
    .option('--csv', 'print the table as CSV and nothing else')
    .option('--stack', 'print the stack of an error');
  takesParameters<SweepOptions>(command, io, async (...given) => done(await sweep(...given, io)));
}

/** Parameters of the testbench in the file are options as well, and `--help` lists them. */
function takesParameters<O extends { readonly bench?: string }>(command: Command, io: Io, execute: (file: string, rest: readonly string[], options: O, general: readonly string[]) => Promise<void>): void {
  command
    // Not commander's own help: that would not know the testbench.
    .helpOption(false)
    .option('-h, --help', 'print this and the parameters of the testbench')
    .allowUnknownOption()
    .allowExcessArguments();
  command.action(async (_file: string | undefined, options: O & { readonly help?: boolean }) => {
    const [file, ...rest] = command.args;
    const named = file !== undefined && !file.startsWith('-');
    if (options.help === true) {
      const bench = named ? chooseTestbench(testbenches(await load(file, io), file), file, options.bench) : undefined;
      io.out(command.helpInformation() + (bench === undefined ? '' : `\n${testbenchHelp(bench)}`));
      return;
    }
    const name = command.name();
    if (!named) fail('usage', file === undefined ? `${name} what? name the file of a testbench` : `the file must come before ${file}`, { hint: `wordline ${name} tb/counter.ts; \`wordline list\` shows what there is` });
    await execute(file, rest, options, command.options.map((o) => o.long!.slice(2)));
  });
}

function addOthers(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('list')
    .description('List the testbenches in the files of some folders, with their parameters.')
    .argument('[dir...]', 'folders or files; default: tb')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (folders: string[], options: { readonly json?: boolean }) => done(await list(folders, options, io)));
  program
    .command('lint')
    .description('Build and check every module that a file exports, and tell all errors and warnings.')
    .argument('<file>', 'a .ts file that exports modules')
    .option('--strict', 'warnings are errors')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (file: string, options: LintOptions) => done(await lint(file, options, io)));
  program
    .command('export')
    .description('Print a module and everything below it as Verilog-2005.')
    .argument('<file>', 'a .ts file that exports modules')
    .option('--module <name>', 'which one, if the file exports several')
    .option('--out <file>', 'write to this file')
    .option('--models <kind>', 'models become their Verilog twin or else an empty module (twin), always an empty module (stub), or must have a twin (required)', 'twin')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (file: string, options: ExportOptions) => done(await exportCommand(file, options, io)));
  const cosim = program
    .command('cosim')
    .summary('run a testbench, or a module with random inputs, also in Icarus or Verilator')
    .description(
      'Run a testbench, and then everything that it has simulated once more, as exported Verilog in another simulator, from the same inputs: every named signal in every cycle. ' +
        'Parameters of the testbench are options, as for run. With --module, or if the file has no testbench: a module with random inputs.',
    )
    .usage('<file> [options] [--parameter value ...]')
    .argument('<file>', 'a .ts file that exports a testbench or modules')
    .option('--with <tool>', `who runs the Verilog: ${toolNames.join(' or ')}`, 'icarus')
    .option('--outputs', 'compare only the outputs of each design')
    .option('--cycles <n>', 'clock cycles; of a testbench: at most as many of each design (default: all), of a module: 1000')
    .option('--vcd <folder>', 'where waves of both sides go; default of a testbench that differs: waves/cosim')
    .option('--seed <n>', 'for every random choice; drawn and printed if not given')
    .option('--param <name=value>', 'a parameter of the testbench; may be repeated', collect)
    .option('--engine <name>', `who runs the testbench: ${engineNames.join(', ')}`)
    .option('--bench <name>', 'which testbench, if the file exports several')
    .option('--module <name>', 'a module with random inputs')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .allowUnknownOption()
    .allowExcessArguments();
  cosim.action(async (file: string, options: CosimCommandOptions) => done(await cosimCommand(file, cosim.args.slice(1), options, cosim.options.map((o) => o.long!.slice(2)), io)));
  const waves = program
    .command('wave')
    .enablePositionalOptions()
    .description('Show what is in a VCD: a summary, or a window of it. Radixes and names are those of the .gtkw beside it.')
    .argument('<file>', 'a VCD file')
    .option('--signals <glob>', "e.g. 'top.core.**, !**.rst'; in the order in which they are to be shown")
    .option('--from <time>', 'start of the window: 120ns, 3.5us, or 1000 for picoseconds')
    .option('--to <time>', 'end of the window')
    .option('--text', 'waves as text, which a window or signals alone mean too')
    .option('--svg <file>', 'a picture; - for the standard output')
    .option('--radix <name>', `how to show vectors: ${RADIXES.join(', ')}`)
    .option('--width <n>', 'characters of the text or pixels of the picture')
    .option('--json', 'the summary, or the changes in the window, as one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((file: string, options: WaveOptions) => done(wave(file, options, io)));
  waves
    .command('diff')
    .description('Compare the signals that two VCD files share, at every moment or at every edge of a clock, and tell the first difference.')
    .argument('<first>', 'a VCD file')
    .argument('<second>', 'a VCD file, of another simulator maybe')
    .option('--clock <path>', 'look just before the rising edges of this signal, the first beside the first; may be repeated', collect)
    .option('--scopes <a=b>', 'scopes to compare; default: the two that have the most in common')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((first: string, second: string, options: WaveDiffOptions) => done(waveDiff(first, second, options, io)));
}
