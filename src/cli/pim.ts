import type { Command } from 'commander';
import { PIM_FORMATS } from '../pim/config.ts';
import type { Io } from './io.ts';
import { asm, check, dis, list, type AsmOptions } from './pim-commands.ts';
import type { PimUnitOptions } from './pim-files.ts';
import { policy } from './pim-policy.ts';

/** `wordline pim asm`, `dis`, `list`, `check` and `policy`. */
export function addPim(program: Command, io: Io, done: (code: number) => void): void {
  const pim = program.command('pim').description('Programs of PIM units: assemble, disassemble, list and check them.');
  const units = (command: Command): Command =>
    command
      .option('--preset <name>', 'timing set of the memory, or the .json file of one', 'samsung-hbm2')
      .option('--format <name>', `what units compute with: ${PIM_FORMATS.join(', ')}`, 'binary16')
      .option('--registers <n>', 'vectors in each of A and B: 8, 16 or 32', '8')
      .option('--banks <n>', 'banks that share a unit: 4 or 2', '4')
      .option('--multiply-cycles <n>', 'of the multiplier (default: tCCDL); with those of the adder they say how far apart dependent instructions must be')
      .option('--add-cycles <n>', 'of the adder (default: tCCDL)')
      .option('--json', 'print one JSON object')
      .option('--stack', 'print the stack of an error');
  const PROGRAM = 'a program: assembly, or microcode if it is called .hex or .json';
  units(pim.command('asm').description('Assemble a program; all mistakes are told at once.').argument('<file>', PROGRAM))
    .option('-o, --out <file>', 'write to this file; default: the standard output')
    .option('--as <kind>', 'hex, a word a line, or json (default: what the file is called, or hex)')
    .action((file: string, options: AsmOptions) => done(asm(file, options, io)));
  pim
    .command('dis')
    .description('Disassemble microcode; the result assembles to the same words.')
    .argument('<file>', 'microcode, .hex or .json')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((file: string, options: { readonly json?: boolean }) => done(dis(file, options, io)));
  units(pim.command('list').description('List a program: words, what each needs of the bus, its cycles and how often it is executed.').argument('<file>', PROGRAM)).action((file: string, options: PimUnitOptions & { readonly json?: boolean }) =>
    done(list(file, options, io)),
  );
  units(pim.command('check').description('Check a program or microcode: opcodes, operands, registers, hazards, loops, its end. The exit code is 1 if there are errors.').argument('<file>', PROGRAM)).action((file: string, options: PimUnitOptions & { readonly json?: boolean }) =>
    done(check(file, options, io)),
  );
  pim
    .command('policy')
    .description('Who owns the memory when: a policy with its reasons and bounds, or all policies that have a name.')
    .argument('[policy]', 'the .json file of a policy, or its name; default: all')
    .option('--json', 'print one JSON object')
    .option('--stack', 'print the stack of an error')
    .action((given: string | undefined, options: { readonly json?: boolean }) => done(policy(given, options, io)));
}
