import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fail, Origin } from '../../diag/index.ts';

/** Simulators that run the exported Verilog. */
export type ToolName = 'icarus' | 'verilator';
export const toolNames: readonly ToolName[] = ['icarus', 'verilator'];

const programs: Readonly<Record<ToolName, readonly (readonly string[])[]>> = {
  icarus: [['iverilog', '-V'], ['vvp', '-V']],
  verilator: [['verilator', '--version'], ['make', '--version'], ['g++', '--version']],
};

/** The first program that a tool needs and that does not answer. */
export function missingProgram(tool: ToolName): string | undefined {
  return programs[tool].find(([command, ...args]) => spawnSync(command!, args, { stdio: 'ignore' }).status !== 0)?.[0];
}

function run(tool: ToolName, command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string };
    const said = [stderr, stdout].filter((t) => t !== undefined && t !== '').join('\n') || message;
    return fail('tool-failed', `${tool}: ${command} failed:\n${said.split('\n').slice(0, 30).join('\n')}`, { where: [Origin.here()] });
  }
}

/** Compiles the sources in `folder` and runs them there; what they printed. */
export function runVerilog(tool: ToolName, folder: string, sources: readonly string[]): string {
  const missing = missingProgram(tool);
  if (missing !== undefined) fail('tool-missing', `${missing} is not installed`, { where: [Origin.here()], hint: `${tool} needs it` });
  if (tool === 'icarus') {
    run(tool, 'iverilog', ['-g2005', '-s', 'wordline_cosim', '-o', 'cosim.vvp', ...sources], folder);
    return run(tool, 'vvp', ['-n', 'cosim.vvp'], folder);
  }
  // Warnings are the business of a lint run, not of this one. Speed of compilation counts more than that of the simulation.
  const quiet = ['-Wno-fatal', '-Wno-lint', '-Wno-style'];
  run(tool, 'verilator', ['--binary', '--timing', '--trace', ...quiet, '--top-module', 'wordline_cosim', '--Mdir', 'build', '-O0', '-CFLAGS', '-O0', '-j', '2', ...sources], folder);
  return run(tool, join(folder, 'build', 'Vwordline_cosim'), [], folder);
}
