import { Command, CommanderError } from 'commander';
import { fail } from '../diag/index.ts';
import { toolNames } from '../export/index.ts';
import { engineNames } from '../sim/simulation.ts';
import type { Io } from './io.ts';
import { lint, type LintOptions } from './lint.ts';
import { list } from './list.ts';
import { load, testbenches } from './load.ts';
import { EXIT, reportError } from './report.ts';
import { chooseTestbench, run, testbenchHelp, type RunOptions } from './run.ts';
import { cosimCommand, exportCommand, type CosimCommandOptions, type ExportOptions } from './verilog.ts';
import { version } from './version.ts';
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
    return reportError(error, io, { json: argv.includes('--json'), stack: argv.includes('--stack') });
  }
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function makeProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('wordline')
    .description('Simulate, look at and check hardware that is described in TypeScript.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .exitOverride()
    // Errors are printed in one place, as text or as JSON.
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: () => undefined, getOutHelpWidth: () => io.columns, getOutHasColors: () => io.colors.out.isColorSupported })
    .addHelpText('after', EXAMPLES);
  addRun(program, io, done);
  addOthers(program, io, done);
  return program;
}

const EXAMPLES = `
Examples:
  wordline run tb/counter.ts --limit 20       run a testbench with a parameter
  wordline run tb/counter.ts --help           what its parameters are
  wordline run tb/counter.ts --trace a.vcd --signals '**.value'
  wordline list                               testbenches under tb/
  wordline lint rtl/lib/fifo.ts --strict      check the modules of a file
  wordline export tb/counter.ts --out counter.v
  wordline cosim tb/counter.ts --with icarus  the exported Verilog against the design
  wordline wave a.vcd --signals '**.value' --from 5ns --to 40ns
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
    .option('--seed <n>', 'for every random choice; drawn and printed if not given')
    .option('--param <name=value>', 'a parameter of the testbench; may be repeated', collect)
    .option('--engine <name>', `simulation engine: ${engineNames.join(' or ')}`)
    .option('--bench <name>', 'which testbench, if the file exports several')
    .option('--json', 'print the result as one JSON object and nothing else')
    .option('--stack', 'print the stack of an error')
    // Not commander's own help: that would not know the testbench.
    .helpOption(false)
    .option('-h, --help', 'print this and the parameters of the testbench')
    .allowUnknownOption()
    .allowExcessArguments();
  command.action(async (_file: string | undefined, options: RunOptions & { readonly help?: boolean }) => {
    const [file, ...rest] = command.args;
    const named = file !== undefined && !file.startsWith('-');
    if (options.help === true) {
      const bench = named ? chooseTestbench(testbenches(await load(file, io), file), file, options.bench) : undefined;
      io.out(command.helpInformation() + (bench === undefined ? '' : `\n${testbenchHelp(bench)}`));
      return;
    }
    if (!named) fail('usage', file === undefined ? 'run what? name the file of a testbench' : `the file must come before ${file}`, { hint: 'wordline run tb/counter.ts; `wordline list` shows what there is' });
    const general = command.options.map((o) => o.long!.slice(2));
    done(await run(file, rest, options, general, io));
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
  program
    .command('cosim')
    .description('Run a module and its exported Verilog with the same random inputs and compare every named signal in every cycle.')
    .argument('<file>', 'a .ts file that exports modules')
    .option('--module <name>', 'which one, if the file exports several')
    .option('--with <tool>', `who runs the Verilog: ${toolNames.join(' or ')}`, 'icarus')
    .option('--cycles <n>', 'clock cycles', '1000')
    .option('--seed <n>', 'for the inputs; drawn and printed if not given')
    .option('--vcd <folder>', 'write the waves of both sides there')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action(async (file: string, options: CosimCommandOptions) => done(await cosimCommand(file, options, io)));
  program
    .command('wave')
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
}
