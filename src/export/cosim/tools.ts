import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
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

export function requireTool(tool: ToolName): void {
  const missing = missingProgram(tool);
  if (missing !== undefined) fail('missing-tool', `${missing} is not installed, or not on the path`, { hint: `${tool} needs it; on Debian: apt-get install iverilog verilator` });
}

function run(tool: ToolName, command: string, args: readonly string[], cwd: string): void {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string };
    const said = [stderr, stdout].filter((t) => t !== undefined && t !== '').join('\n') || message;
    fail('tool-failed', `${tool}: ${command} failed:\n${said.split('\n').slice(0, 30).join('\n')}`, { where: [Origin.here()] });
  }
}

/** Verilog that a tool has compiled: runs in a folder, as often as one likes. */
export type Compiled = (cwd: string) => void;

/** Compiles the sources in `folder`, whose top is `wordline_cosim`. */
export function compileVerilog(tool: ToolName, folder: string, sources: readonly string[], trace: boolean): Compiled {
  if (tool === 'icarus') {
    run(tool, 'iverilog', ['-g2005', '-s', 'wordline_cosim', '-o', 'cosim.vvp', ...sources], folder);
    return (cwd) => run(tool, 'vvp', ['-n', resolve(folder, 'cosim.vvp')], cwd);
  }
  // Warnings are the business of a lint run, not of this one. Speed of compilation counts more than that of the simulation.
  const quiet = ['-Wno-fatal', '-Wno-lint', '-Wno-style', '-Wno-MULTIDRIVEN'];
  const small = ['-O0', '-CFLAGS', '-O0', '-MAKEFLAGS', 'OPT_GLOBAL=-O0 OPT_SLOW=-O0 OPT_FAST=-O0', '-j', '2'];
  run(tool, 'verilator', ['--binary', '--timing', ...(trace ? ['--trace'] : []), ...quiet, '--top-module', 'wordline_cosim', '--Mdir', 'build', ...small, ...sources], folder);
  return (cwd) => run(tool, join(resolve(folder), 'build', 'Vwordline_cosim'), [], cwd);
}
