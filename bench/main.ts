import { Command } from 'commander';
import { processIo } from '../src/cli/io.ts';
import { main } from '../src/cli/program.ts';
import { coreDesigns, engineDesigns, type CoreDesign } from './core-designs.ts';
import { coreBench } from './core.ts';
import { dramBench } from './dram.ts';
import { enginesBench } from './engines.ts';
import { floatBench, floatOperations } from './float.ts';
import { pimBench } from './pim.ts';

/** `npm run -s bench -- <name>`: speed, as ratios to other engines and peers wherever there are any. */
const program = new Command('bench').description('speed of the kit, as ratios against other engines and peers');

/** Positive number of an option. */
const positive = (option: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) program.error(`${option} needs a positive number, not "${text}"`);
  return value;
};

/** Names of an option, all of them known. */
const among = (designs: readonly CoreDesign[], text: string | undefined): readonly string[] | undefined => {
  const only = text?.split(',');
  const known = designs.map((d) => d.name);
  const stranger = only?.find((name) => !known.includes(name));
  if (stranger !== undefined) program.error(`there is no design "${stranger}"; there are: ${known.join(', ')}`);
  return only;
};

program
  .command('core')
  .description('simulated cycles per second: interp, js and wasm beside Icarus and Verilator')
  .option('--json', 'machine-readable')
  .option('--designs <names>', 'only these, separated by commas')
  .option('--seconds <n>', 'CPU seconds measured per design and process', '0.8')
  .action(async ({ json, designs, seconds }: { json?: true; designs?: string; seconds: string }) => {
    await coreBench({ json: json === true, only: among(coreDesigns, designs), seconds: positive('--seconds', seconds) });
  });

program
  .command('engines')
  .description('the same on more designs, and Verilator with g++ and with clang; minutes')
  .option('--json', 'machine-readable')
  .option('--designs <names>', 'only these, separated by commas')
  .option('--seconds <n>', 'CPU seconds measured per design and process', '0.8')
  .option('--limit <n>', 'seconds after which a design that Verilator and a compiler have not built is left out', '120')
  .action(async ({ json, designs, seconds, limit }: { json?: true; designs?: string; seconds: string; limit: string }) => {
    await enginesBench({ json: json === true, only: among(engineDesigns, designs), seconds: positive('--seconds', seconds), limit: positive('--limit', limit) });
  });

program
  .command('wave')
  .description('VCD writer and reader: megabytes a second; traced designs beside Verilator --trace (options: --json, --megabytes <n>, --gigabyte, --designs <names>, --seconds <n>)')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_: unknown, command: Command) => {
    process.argv.splice(2, process.argv.length, ...command.args);
    await import('./wave.ts');
  });

program
  .command('dram')
  .description('memory controller of one channel, queues of 32 + 32, under several loads')
  .option('--json', 'machine-readable')
  .option('--preset <name>', 'timing set', 'ramulator2-hbm2-2000')
  .option('--seconds <n>', 'CPU seconds measured per load', '1')
  .action(({ json, preset, seconds }: { json?: true; preset: string; seconds: string }) => {
    try {
      dramBench({ json: json === true, preset, seconds: positive('--seconds', seconds) });
    } catch (error) {
      program.error((error as Error).message);
    }
  });

program
  .command('pim')
  .description('kernels on a channel with PIM units: what each cycle goes to; speed of the simulation')
  .option('--json', 'machine-readable')
  .option('--preset <name>', 'timing set', 'samsung-hbm2')
  .option('--banks-per-unit <n>', '4 or 2', '4')
  .option('--seconds <n>', 'CPU seconds measured per load', '1')
  .action(async ({ json, preset, banksPerUnit, seconds }: { json?: true; preset: string; banksPerUnit: string; seconds: string }) => {
    try {
      await pimBench({ json: json === true, preset, banksPerUnit: positive('--banks-per-unit', banksPerUnit), seconds: positive('--seconds', seconds) });
    } catch (error) {
      program.error((error as Error).message);
    }
  });

program
  .command('float')
  .description('binary16 addition and multiplication in hardware over all pairs of operands, beside doubles; minutes')
  .option('--json', 'machine-readable')
  .option('--operations <names>', 'only these, separated by commas', floatOperations.join(','))
  .option('--every <n>', 'only every n-th first operand', '1')
  .action(({ json, operations, every }: { json?: true; operations: string; every: string }) => {
    const names = operations.split(',');
    const stranger = names.find((name) => !floatOperations.includes(name));
    if (stranger !== undefined) program.error(`there is no operation "${stranger}"; there are: ${floatOperations.join(', ')}`);
    const step = positive('--every', every);
    if (!Number.isInteger(step)) program.error(`--every needs a whole number, not "${every}"`);
    const reports = names.map((name) => floatBench(name, step, (share) => process.stderr.write(`\r${name} ${(100 * share).toFixed(0)} % `)));
    process.stderr.write('\n');
    if (json === true) console.log(JSON.stringify(reports));
    else for (const r of reports) console.log(`${r.operation}: ${r.pairs} pairs, ${r.wrong} wrong, ${r.cpuSeconds.toFixed(0)} s of processor time, ${((1e9 * r.cpuSeconds) / r.pairs).toFixed(0)} ns a pair`);
    if (reports.some((r) => r.wrong > 0)) process.exitCode = 1;
  });

program
  .command('mutation')
  .description('all mutants of the arbiter of a PIM channel against its tests, with proofs for those that are left; minutes (options: those of wordline mutate)')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_: unknown, command: Command) => {
    const { io, end } = processIo();
    const file = 'test/rtl/controller/arbiter-mutants.ts';
    end(await main(['mutate', file, '--module', 'Subject', '--with', file, '--min', '95', ...command.args], io));
  });

program.on('command:*', ([name]: string[]) => program.error(`there is no benchmark "${name ?? ''}"; there are: ${program.commands.map((c) => c.name()).join(', ')}`));
if (process.argv.length === 2) program.help();
await program.parseAsync();
