import type { PimConfig } from './config.ts';
import { instructionText } from './disassembler.ts';
import { totalsOf } from './flow.ts';
import { decodePim, directionOf, type PimInstruction } from './isa.ts';

export interface ListedWord {
  readonly address: number;
  readonly word: number;
  /** As the disassembler writes it. */
  readonly text: string;
  /** What the column command must be; none for JUMP and EXIT. */
  readonly command: 'RD' | 'WR' | 'any' | 'none';
  /** Column commands that it takes each time: 1, or 0 for JUMP and EXIT. */
  readonly slots: number;
  /** The least cycles of these. */
  readonly cycles: number;
  /** How often it is executed from start to EXIT; of JUMP, how often the program comes by. */
  readonly times: number;
}

export interface PimListing {
  readonly words: readonly ListedWord[];
  /** Column commands from start to EXIT, with loops. */
  readonly commands: number;
  /** Those of them that must be RD, or WR. */
  readonly reads: number;
  readonly writes: number;
  /** The least cycles of all: tCCDL for each command. Rows, turnarounds of the bus and refresh come on top. */
  readonly cycles: number;
}

/** What a program without errors costs on the bus. Counts are NaN for programs of unusual loops that run for millions of commands. */
export function listPim(words: ArrayLike<number>, { preset }: Pick<PimConfig, 'preset'>): PimListing {
  const program = Array.from(words, decodePim);
  const { times, commands } = totalsOf(program);
  const { tCCDL } = preset.timing;
  const listed = program.map((instruction, address): ListedWord => {
    const command = commandOf(instruction);
    const slots = command === 'none' ? 0 : 1;
    return { address, word: words[address]!, text: instruction === undefined ? '' : instructionText(instruction), command, slots, cycles: slots * tCCDL, times: times[address]! };
  });
  const total = (command: string): number => listed.reduce((sum, w) => (w.command === command ? sum + w.times : sum), 0);
  return { words: listed, commands, reads: total('RD'), writes: total('WR'), cycles: commands * tCCDL };
}

function commandOf(instruction: PimInstruction | undefined): ListedWord['command'] {
  if (instruction === undefined || instruction.op === 'JUMP' || instruction.op === 'EXIT') return 'none';
  return directionOf(instruction);
}
