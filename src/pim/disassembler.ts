import { fail } from '../diag/index.ts';
import { clashOf, decodePim, isIndexed, isVector, PIM_WORDS, pimForm, type PimInstruction, type PimOperand } from './isa.ts';

/** `A[3]`, `BANK`; without its index where AAM takes it from the column. */
export const operandText = ({ space, index }: PimOperand, aam: boolean): string => (isIndexed(space) && !(aam && isVector(space)) ? `${space}[${index}]` : space);

/** An instruction as the assembler reads it; a JUMP goes to the name that `label` gives a word. */
export function instructionText(instruction: PimInstruction, label: (word: number) => string = String): string {
  const { op, aam, relu, destination, sources, target, count } = instruction;
  if (op === 'JUMP') return `JUMP ${label(target)}, ${count}`;
  const operands = [...(destination === undefined ? [] : [destination]), ...sources].map((o) => operandText(o, aam));
  return `${op}${aam ? '.AAM' : ''}${relu ? '.RELU' : ''}${pimForm(op).destination.length === 0 ? '' : ` ${operands.join(', ')}`}`;
}

/**
 * Text that assembles to the same words: a line for each, labels where JUMPs go.
 * Words that are no instructions, or that the assembler would not take, become `.word`. Indices are not held to what any units have.
 *
 * Errors: `pim-long` for more words than the instruction memory has.
 */
export function disassemble(words: ArrayLike<number>): string {
  if (words.length > PIM_WORDS) fail('pim-long', `there are ${words.length} words; the instruction memory has ${PIM_WORDS}`);
  const all = Array.from(words);
  const program = all.map(decodePim);
  const targets = [...new Set(program.flatMap((i) => (i?.op === 'JUMP' ? [i.target] : [])))].sort((a, b) => a - b);
  // A JUMP out of the program goes to a number.
  const names = new Map(targets.filter((t) => t < all.length).map((t, i) => [t, `L${i}`]));
  const lines = program.map((instruction, word) => {
    const text = instruction === undefined || clashOf(instruction) !== undefined ? `.word 0x${all[word]!.toString(16).padStart(8, '0')}` : instructionText(instruction, (t) => names.get(t) ?? String(t));
    return `${(names.has(word) ? `${names.get(word)}:` : '').padEnd(8)}${text}\n`;
  });
  return lines.join('');
}
