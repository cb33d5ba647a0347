import { Command } from 'commander';
import { coreDesigns } from './core-designs.ts';
import { coreBench } from './core.ts';

/** `npm run -s bench -- <name>`: speed, as ratios to other engines and peers wherever there are any. */
const program = new Command('bench').description('speed of the kit, as ratios against other engines and peers');

program
  .command('core')
  .description('simulated cycles per second: interp, js and wasm beside Icarus and Verilator')
  .option('--json', 'machine-readable')
  .option('--designs <names>', 'only these, separated by commas')
  .option('--seconds <n>', 'CPU seconds measured per design and process', '0.8')
  .action(async ({ json, designs, seconds }: { json?: true; designs?: string; seconds: string }) => {
    const total = Number(seconds);
    if (!(total > 0)) program.error(`--seconds needs a positive number, not "${seconds}"`);
    const only = designs?.split(',');
    const known = coreDesigns.map((d) => d.name);
    const stranger = only?.find((name) => !known.includes(name));
    if (stranger !== undefined) program.error(`there is no design "${stranger}"; there are: ${known.join(', ')}`);
    await coreBench({ json: json === true, only, seconds: total });
  });

program
  .command('wave')
  .description('VCD writer and reader: megabytes a second (options: --json, --megabytes <n>, --gigabyte)')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_: unknown, command: Command) => {
    process.argv.splice(2, process.argv.length, ...command.args);
    await import('./wave.ts');
  });

program.on('command:*', ([name]: string[]) => program.error(`there is no benchmark "${name ?? ''}"; there are: ${program.commands.map((c) => c.name()).join(', ')}`));
if (process.argv.length === 2) program.help();
await program.parseAsync();
