import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePim, DESTINATION_SPACES, encodePim, PIM_INSTRUCTIONS, PIM_OPS, SOURCE_SPACES, type PimInstruction, type PimOperand, type PimSpace } from '../../src/index.ts';
import { NONE, operation } from './arbitrary.ts';

const document = readFileSync(new URL('../../docs/decisions/pim.md', import.meta.url), 'utf8');
const full = { registers: 32, scalars: 32 };

/** A word written down bit by bit, from the description. */
function bits({ op, aam, relu, destination, sources, target, count }: PimInstruction): string {
  const b = (n: number, width: number): string => n.toString(2).padStart(width, '0');
  const place = (o: PimOperand | undefined, names: readonly PimSpace[], width: number): string => b(o === undefined ? 0 : names.indexOf(o.space), width) + b(o?.index ?? 0, 5);
  const code = b(Object.keys(PIM_INSTRUCTIONS).indexOf(op), 4);
  if (op === 'JUMP') return `${code}${b(target, 5)}${'0'.repeat(7)}${b(count, 16)}`;
  return code + b(Number(aam), 1) + b(Number(relu), 1) + place(destination, ['A', 'B', 'BANK', 'SRF'], 2) + place(sources[0], ['A', 'B', 'BANK', 'M', 'S'], 3) + place(sources[1], ['A', 'B', 'BANK', 'M', 'S'], 3) + '000';
}

describe('instructions of PIM units', () => {
  it('have the codes of the description', () => {
    const rows = [...document.matchAll(/^\| ([\d ]+) \| (`[A-Z].*?) \|/gm)];
    const described = rows.flatMap(([, codes, names]) => {
      const all = [...names!.matchAll(/`([A-Z]+)/g)].map((m) => m[1]!);
      return codes!.split(' ').map((code, i) => [all[i]!, Number(code)] as const);
    });
    expect(described).toEqual(PIM_OPS.map((op) => [op, PIM_INSTRUCTIONS[op].code]));
    expect(PIM_OPS.map((op) => PIM_INSTRUCTIONS[op].code)).toEqual(PIM_OPS.map((_, i) => i));
    expect(PIM_OPS.map((op) => PIM_INSTRUCTIONS[op].name)).toEqual(PIM_OPS);
  });

  it('have the fields of the description', () => {
    fc.assert(
      fc.property(fc.oneof(operation(full), fc.record({ target: fc.nat({ max: 31 }), count: fc.nat({ max: 65535 }) }).map((jump): PimInstruction => ({ ...NONE, op: 'JUMP', ...jump }))), (instruction) => {
        expect(encodePim(instruction).toString(2).padStart(32, '0')).toBe(bits(instruction));
        expect(decodePim(encodePim(instruction))).toEqual(instruction);
      }),
      { numRuns: 3000 },
    );
  });

  it('go to words and back, for all spaces and all indices of each operand', () => {
    let words = 0;
    const there = (instruction: PimInstruction): void => {
      words++;
      const word = encodePim(instruction);
      if (word !== parseInt(bits(instruction), 2)) throw new Error(bits(instruction));
      const back = decodePim(word);
      if (back === undefined || bits(back) !== bits(instruction)) throw new Error(`${word}`);
    };
    const operands = <S extends PimSpace>(spaces: readonly S[]): PimOperand<S>[] => spaces.flatMap((space) => Array.from({ length: space === 'BANK' || space === 'SRF' ? 1 : 32 }, (_, index) => ({ space, index })));
    for (const op of PIM_OPS) {
      const form = PIM_INSTRUCTIONS[op];
      const destinations = operands(DESTINATION_SPACES.filter((s) => form.destination.some((d) => d === s)));
      const froms = form.sources.map((spaces) => operands(SOURCE_SPACES.filter((s) => spaces.some((x) => x === s))));
      for (const destination of destinations) {
        for (const first of froms[0]!) {
          if (froms.length === 1) for (const relu of form.relu ? [false, true] : [false]) there({ ...NONE, op, relu, destination, sources: [first] });
          // All pairs of sources, with some destinations.
          else if (destination.index % 11 === 0) for (const second of froms[1]!) there({ ...NONE, op, destination, sources: [first, second] });
        }
      }
    }
    expect(words).toBeGreaterThan(100_000);
  });

  it('are told from words that are none: any word is the word of its instruction, and bits beside it make it none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (word) => {
        const instruction = decodePim(word);
        if (instruction !== undefined) expect(encodePim(instruction)).toBe(word);
      }),
      { numRuns: 5000 },
    );
    for (const [word, why] of [[0xc0000000, 'no opcode'], [0x00000001, 'NOP with a bit'], [0x28000000, 'EXIT with AAM'], [0x3c000808, 'a field without use'], [0x32001001, 'low bits'], [0x42000000, 'FILL from A'], [0x30050000, 'source space 5 and on'], [0x10010000 + 0x400000, 'JUMP with middle bits'], [0x38000800, 'AAM with an index']] as const) {
      expect(decodePim(word), why).toBeUndefined();
    }
  });
});
