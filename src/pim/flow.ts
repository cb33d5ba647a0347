import { PIM_JUMPS, type PimInstruction } from './isa.ts';

/** Where a program goes: the instruction of each word, or undefined where the word is none. */
export type PimProgram = readonly (PimInstruction | undefined)[];

/** The counters of a program: of instructions and, of each JUMP, how often it has jumped. */
export class PimFlow {
  word = 0;
  done = false;
  readonly #counts = new Uint16Array(32);

  start(): void {
    this.word = 0;
    this.done = false;
    this.#counts.fill(0);
  }

  /**
   * Goes through JUMPs to the instruction that the next trigger executes, and stays there; EXIT sets `done`.
   * @returns its word, or -1 if more than {@link PIM_JUMPS} JUMPs follow each other.
   */
  seek(program: PimProgram): number {
    for (let jumps = 0; ; jumps++) {
      const at = program[this.word];
      if (at?.op === 'EXIT') this.done = true;
      if (at?.op !== 'JUMP') return this.word;
      if (jumps === PIM_JUMPS) return -1;
      if (this.#counts[this.word]! < at.count) {
        this.#counts[this.word]!++;
        this.word = at.target;
      } else {
        this.#counts[this.word] = 0;
        this.word++;
      }
    }
  }

  /** Behind the instruction that was executed. */
  next(): void {
    this.word++;
  }
}

/** Words that may come next; an instruction behind the last word is the length of the program. */
export function successors(instruction: PimInstruction | undefined, word: number): readonly number[] {
  if (instruction?.op === 'EXIT') return [];
  if (instruction?.op === 'JUMP') return instruction.count === 0 ? [word + 1] : [instruction.target, word + 1];
  return [word + 1];
}

/** More triggers than anybody waits for are not counted one by one. */
const PATIENCE = 1 << 22;

export interface PimTotals {
  /** How often each word is executed; NaN where only counting one by one would tell, and that takes too long. */
  readonly times: readonly number[];
  /** Column commands from start to EXIT. */
  readonly commands: number;
}

/** How often each word is executed from start to EXIT, of a program without errors. */
export function totalsOf(program: PimProgram): PimTotals {
  const times = nestedTimes(program) ?? countedTimes(program);
  const commands = times.reduce((sum, n, i) => (isCommand(program[i]) ? sum + n : sum), 0);
  return { times, commands };
}

const isCommand = (instruction: PimInstruction | undefined): boolean => instruction !== undefined && instruction.op !== 'JUMP' && instruction.op !== 'EXIT';

/** The usual program: all JUMPs go back, loops are inside each other or apart, and EXIT is in none. Then it is products. */
function nestedTimes(program: PimProgram): number[] | undefined {
  const end = program.findIndex((i) => i?.op === 'EXIT');
  const loops = program.slice(0, end).flatMap((i, word) => (i?.op === 'JUMP' ? [{ from: i.target, to: word, count: i.count }] : []));
  const nested = loops.every(({ from, to }) => from <= to && loops.every((l) => l.to < from || l.from > to || (l.from <= from && l.to >= to) || (l.from >= from && l.to <= to)));
  if (!nested) return undefined;
  return program.map((_, word) => (word > end ? 0 : loops.reduce((n, { from, to, count }) => (from <= word && word <= to ? n * (count + 1) : n), 1)));
}

function countedTimes(program: PimProgram): number[] {
  const times = program.map(() => 0);
  const flow = new PimFlow();
  for (let i = 0; i < PATIENCE; i++) {
    const word = flow.seek(program);
    if (flow.done || word < 0 || word >= program.length) return times;
    times[word]!++;
    flow.next();
  }
  return times.map(() => NaN);
}
