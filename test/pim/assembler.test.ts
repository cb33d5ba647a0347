import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, checkPimWords, ControlWrites, decodePim, disassemble, encodePim, formatProblem, listPim, PIM_INSTRUCTIONS, PimMachine, pimConfig, trigger, WordlineError, type PimConfig, type PimInstruction, type Problem } from '../../src/index.ts';
import { assembleAll } from '../../src/pim/assembler.ts';
import { totalsOf } from '../../src/pim/flow.ts';
import { nestedProgram, NONE, operation } from './arbitrary.ts';

const config = pimConfig();
const deep = pimConfig({ registers: 32 });

function problemsOf(text: string, units: PimConfig = config): string {
  const { problems } = assembleAll(text, units, { file: 'k.pim' });
  return problems.map((p) => formatProblem(p).split('\n')[0]!).join('\n');
}
const codes = (problems: readonly Problem[]): string[] => problems.map((p) => p.code);

/** What a program does on the machine until EXIT or an error; the code of the error. */
function played(program: readonly PimInstruction[], units: PimConfig): { readonly triggers: number; readonly error?: string } {
  const machine = new PimMachine(units);
  const control = new ControlWrites(units);
  machine.run([...control.program(program.map(encodePim)), control.start()]);
  try {
    for (let i = 0; i < 100_000; i++) {
      // The machine takes either direction for what needs none: try both.
      try {
        machine.give(trigger(0, 0, 0));
      } catch (error) {
        if (!(error instanceof WordlineError) || error.code !== 'pim-direction') throw error;
        machine.give(trigger(0, 0, 0, true));
      }
    }
  } catch (error) {
    if (error instanceof WordlineError) return error.code === 'pim-exit' ? { triggers: machine.triggers } : { triggers: machine.triggers, error: error.code };
    throw error;
  }
  throw new Error('does not end');
}

describe('assembly and back', () => {
  it('any instruction', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(operation(deep), fc.record({ target: fc.nat({ max: 31 }), count: fc.nat({ max: 65535 }) }).map((jump): PimInstruction => ({ ...NONE, op: 'JUMP', ...jump })), fc.constant<PimInstruction>({ ...NONE, op: 'EXIT' })), { minLength: 1, maxLength: 32 }), (program) => {
        const words = program.map(encodePim);
        const text = disassemble(words);
        expect(assembleAll(text, deep).lines.map((l) => l.word)).toEqual(words);
      }),
      { numRuns: 1000 },
    );
  });

  it('words that are none', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 32 }), (words) => {
        // Units that have all indices that there can be.
        expect(assembleAll(disassemble(words), { ...deep, scalars: 32 }).lines.map((l) => l.word)).toEqual(words);
      }),
      { numRuns: 1000 },
    );
  });

  it('labels, constants, repetition, either case, comments', () => {
    const text = `
      ; a comment
      .equ N, 2 * (3 + 1)   # eight
      .equ LAST, N - 1
      loop: other:
        fill.aam a, bank
        MAC.AAM B[0], A[0], m[LAST % 3]
        JUMP loop, LAST
      .repeat 2, i
        .repeat 2, j
          MUL A[2 * i + j], B[-j + 7], S[0x3 / 2]
        .end
      .end
      JUMP other, 0b10
      EXIT`;
    const { words, labels } = assemble(text, config);
    expect(disassemble(words)).toBe(`L0:     FILL.AAM A, BANK
        MAC.AAM B, A, M[1]
        JUMP L0, 7
        MUL A[0], B[7], S[1]
        MUL A[1], B[6], S[1]
        MUL A[2], B[7], S[1]
        MUL A[3], B[6], S[1]
        JUMP L0, 2
        EXIT
`);
    expect([...labels]).toEqual([['loop', 0], ['other', 0]]);
  });
});

describe('mistakes in assembly', () => {
  it.each([
    ['MOC A[0], B[0]\nEXIT', 'k.pim:1:1: there is no instruction "MOC" [pim-opcode]'],
    ['  ADD A[8], B[0], B[1]\nEXIT', 'k.pim:1:7: there is no A[8] [pim-register]'],
    ['ADD A[0], B[40], B[1]\nEXIT', 'k.pim:1:11: there is no B[40] [pim-register]'],
    ['ADD A[0], B[-1], B[1]\nEXIT', 'k.pim:1:13: -1 is not an index of B [pim-operand]'],
    ['ADD A[0], M[8], B[1]\nEXIT', 'k.pim:1:11: there is no M[8] [pim-scalar]'],
    ['ADD A[0], BANK, BANK\nEXIT', 'k.pim:1:1: ADD reads the bank twice, and a command brings one burst [pim-operand]'],
    ['MOV BANK, BANK\nEXIT', 'k.pim:1:1: MOV reads and writes the bank, and a command does one of them [pim-operand]'],
    ['MOV SRF, M[0]\nEXIT', 'k.pim:1:1: MOV copies a scalar to all scalars [pim-operand]'],
    ['ADD BANK, A[0], B[0]\nEXIT', 'k.pim:1:5: "BANK" cannot stand here [pim-operand]'],
    ['FILL A[0], B[0]\nEXIT', 'k.pim:1:12: "B[0]" cannot stand here [pim-operand]'],
    ['MAD A[0], B[0], S[0]\nEXIT', 'k.pim:1:17: "S[0]" cannot stand here [pim-operand]'],
    ['FILL BANK[0], BANK\nEXIT', 'k.pim:1:6: "BANK[0]" cannot stand here [pim-operand]'],
    ['FILL A[0], BANK[1]\nEXIT', 'k.pim:1:12: BANK has no index [pim-operand]'],
    ['FILL A, BANK\nEXIT', 'k.pim:1:6: which A? [pim-operand]'],
    ['FILL.AAM A[1], BANK\nEXIT', 'k.pim:1:12: with AAM the column is the index of A, not 1 [pim-operand]'],
    ['FILL.AAM SRF, BANK\nEXIT', 'k.pim:1:1: FILL.AAM has no operand in A or B [pim-operand]'],
    ['MUL.RELU A[0], A[1], M[0]\nEXIT', 'k.pim:1:1: MUL has no RELU [pim-operand]'],
    ['MOV.REUL A[0], A[1]\nEXIT', 'k.pim:1:5: there is no "MOV.REUL" [pim-operand]'],
    ['MAX A[0], A[1]\nEXIT', 'k.pim:1:1: MAX takes 3 operands, not 2 [pim-operand]'],
    ['NOP 1\nEXIT', 'k.pim:1:5: NOP takes no operands, not 1 [pim-operand]'],
    ['x: NOP\nJUMP y, 1\nEXIT', 'k.pim:2:6: nothing is called "y" [pim-name]'],
    ['x: NOP\nx: NOP\nEXIT', 'k.pim:2:1: the label "x" is there twice [pim-label]'],
    ['.equ x, 1\n.equ x, 2\nEXIT', 'k.pim:2:6: "x" has a value already [pim-label]'],
    ['.equ x, 1\nx: EXIT', 'k.pim:2:1: "x" is a constant already [pim-label]'],
    ['.equ x\nEXIT', 'k.pim:1:1: .equ takes a name and a value [pim-syntax]'],
    ['.eqv x, 1\nEXIT', 'k.pim:1:1: there is no directive ".eqv" [pim-syntax]'],
    ['.repeat 3\nNOP\nEXIT', 'k.pim:1:1: .repeat has no .end [pim-syntax]'],
    ['.end\nEXIT', 'k.pim:1:1: .end closes no .repeat [pim-syntax]'],
    ['.repeat 33\nNOP\n.end\nEXIT', 'k.pim:1:9: .repeat 33 [pim-syntax]'],
    ['NOP\nJUMP 0, (1 + 2\nEXIT', 'k.pim:2:9: a bracket is not closed [pim-syntax]'],
    ['NOP\nJUMP 0, 1 +\nEXIT', 'k.pim:2:12: a number is missing [pim-syntax]'],
    ['NOP\nJUMP 0, 1 $ 2\nEXIT', 'k.pim:2:11: "$ 2" cannot be read as a number [pim-syntax]'],
    ['NOP\nJUMP 0, 1 / 0\nEXIT', 'k.pim:2:9: division by zero [pim-syntax]'],
    ['NOP\nJUMP 0, 65536\nEXIT', 'k.pim:2:9: 65536 is not a count [pim-operand]'],
    ['.word\nEXIT', 'k.pim:1:1: .word takes one number [pim-operand]'],
    ['.word 0xc0000000\nEXIT', 'k.pim:1:1: 0xc0000000 has the opcode 12, which is no instruction [pim-opcode]'],
    ['NOP\nJUMP 0, 0\nEXIT', 'k.pim:2:9: JUMP 0 times [pim-count]'],
    ['NOP\nJUMP end, 1\nEXIT\nend:', 'k.pim:2:6: JUMP goes to word 3, and the last is 2 [pim-target]'],
    ['', 'k.pim:1:1: the program has no instruction [pim-end]'],
    ['NOP', 'k.pim:1:1: the program runs off its end behind this [pim-end]'],
    ['x: JUMP x, 3\nEXIT', 'k.pim:1:4: JUMPs lead back to themselves without an instruction between them [pim-endless]'],
    ['NOP\na: JUMP b, 1\nb: JUMP a, 2\nEXIT', 'k.pim:3:4: JUMPs lead back to themselves without an instruction between them [pim-endless]'],
    ['NOP\nJUMP 0, 1\nJUMP 0, 1\nJUMP 0, 1\nJUMP 0, 1\nJUMP 0, 1\nEXIT', 'k.pim:2:1: 5 JUMPs may follow each other from here [pim-jumps]'],
    ['EXIT\nNOP', 'k.pim:2:1: warning: the program never comes here [pim-unreachable]'],
    ['MUL A[0], A[1], M[0]\nMOV B[0], A[0]\nEXIT', 'k.pim:2:11: MOV B[0], A[0] uses A[0] 1 instruction after MUL A[0], A[1], M[0] computes it; it is free 2 after [pim-hazard]'],
    ['l: MAC A[0], A[1], M[0]\nJUMP l, 3\nEXIT', 'k.pim:1:8: MAC A[0], A[1], M[0] uses A[0] 1 instruction after MAC A[0], A[1], M[0] in the round before computes it; it is free 2 after [pim-hazard]'],
    ['l: MAX B[0], A[1], M[0]\nNOP\nADD A[1], A[2], M[0]\nJUMP l, 3\nEXIT', 'k.pim:1:14: MAX B[0], A[1], M[0] uses A[1] 1 instruction after ADD A[1], A[2], M[0] computes it; it is free 2 after [pim-hazard]'],
    ['ADD.AAM A, A, BANK\nFILL A[3], BANK\nEXIT', 'k.pim:2:6: warning: FILL A[3], BANK may use a register of A 1 instruction after ADD.AAM A, A, BANK computes it; it is free 2 after [pim-hazard-column]'],
  ])('%j', (text, message) => {
    expect(problemsOf(text)).toBe(message);
  });

  it('are told all at once, with hints, in the order of the text', () => {
    let said: readonly Problem[] = [];
    try {
      assemble('l: MOV.RELU A[0], B[8]\nADDD A[0], B[0], q\nJUMP k, 2\n', config, { file: 'k.pim' });
    } catch (error) {
      said = (error as WordlineError).problems;
    }
    expect(said.map(formatProblem).join('\n')).toBe(`k.pim:1:19: there is no B[8] [pim-register]
  hint: these units have B[0] to B[7]
k.pim:2:1: there is no instruction "ADDD" [pim-opcode]
  hint: did you mean "ADD"?
k.pim:3:1: the program runs off its end behind this [pim-end]
  hint: end it with EXIT
k.pim:3:6: nothing is called "k" [pim-name]
  hint: did you mean "l"?`);
  });

  it('33 words', () => {
    expect(problemsOf(`${'NOP\n'.repeat(32)}EXIT`)).toBe('k.pim:33:1: the program has 33 words; the instruction memory has 32 [pim-long]');
    expect(problemsOf(`${'NOP\n'.repeat(31)}EXIT`)).toBe('');
    expect(() => disassemble(new Uint32Array(33))).toThrow('pim-long');
  });

  it('depend on the units', () => {
    const text = 'FILL A[31], BANK\nADD A[30], A[31], M[3]\nMOV BANK, A[30]\nEXIT';
    expect(codes(assembleAll(text, config).problems)).toEqual(['pim-register', 'pim-register', 'pim-register', 'pim-register']);
    expect(codes(assembleAll(text, deep).problems)).toEqual(['pim-hazard']);
    expect(codes(assembleAll(text, pimConfig({ registers: 32, multiplyCycles: 2, addCycles: 2 })).problems)).toEqual([]);
    expect(codes(assembleAll('ADD A[0], A[1], M[4]\nEXIT', pimConfig({ format: 'binary32' })).problems)).toEqual(['pim-scalar']);
  });
});

describe('checks of microcode', () => {
  it('say the word', () => {
    const words = [0xf0000000, 0x00000001, encodePim({ ...NONE, op: 'MUL', destination: { space: 'A', index: 9 }, sources: [{ space: 'BANK', index: 0 }, { space: 'BANK', index: 0 }] }), 0x42000000, encodePim({ ...NONE, op: 'JUMP', target: 30, count: 0 })];
    expect(checkPimWords(words, config, { file: 'k.hex' }).map((p) => formatProblem(p).split('\n')[0])).toEqual([
      'k.hex:0:1: 0xf0000000 has the opcode 15, which is no instruction [pim-opcode]',
      'k.hex:1:1: 0x00000001 has bits that NOP does not use: 0x00000001 [pim-word]',
      'k.hex:2:1: MUL reads the bank twice, and a command brings one burst [pim-operand]',
      'k.hex:2:1: there is no A[9] [pim-register]',
      'k.hex:3:1: 0x42000000 has an operand that FILL does not take [pim-word]',
      'k.hex:4:1: JUMP goes to word 30, and the last is 4 [pim-target]',
      'k.hex:4:1: JUMP 0 times [pim-count]',
      'k.hex:4:1: the program runs off its end behind this [pim-end]',
    ]);
  });

  it('leave out the empty rest of an instruction memory', () => {
    const memory = new Uint32Array(32);
    memory.set(assemble('FILL A[0], BANK\nEXIT').words);
    expect(checkPimWords(memory, config)).toEqual([]);
    expect(codes(checkPimWords(new Uint32Array(32), config))).toEqual(['pim-end']);
  });
});

describe('programs of nested loops', () => {
  // Registers are few, so that they meet.
  const few = { registers: 3, scalars: 8 };

  it('have a hazard exactly if the machine comes to one', () => {
    let with_ = 0;
    let without = 0;
    fc.assert(
      fc.property(nestedProgram(few, { aam: false }), fc.constantFrom([4, 4], [1, 1], [4, 1]), (program, [multiplyCycles, addCycles]) => {
        const units = pimConfig({ multiplyCycles: multiplyCycles, addCycles: addCycles });
        const found = codes(checkPimWords(program.map(encodePim), units));
        if (found.includes('pim-jumps')) return;
        const { error } = played(program, units);
        expect(error).toBe(found.includes('pim-hazard') ? 'pim-hazard' : undefined);
        if (error === undefined) without++;
        else with_++;
      }),
      { numRuns: 600 },
    );
    expect(Math.min(with_, without)).toBeGreaterThan(50);
  });

  it('take as many commands as the listing says, of each direction', () => {
    fc.assert(
      fc.property(nestedProgram({ registers: 8, scalars: 8 }, { aam: false, ops: ['NOP', 'MOV', 'FILL'] }), (program) => {
        const words = program.map(encodePim);
        fc.pre(!codes(checkPimWords(words, config)).includes('pim-jumps'));
        const { commands, cycles, words: listed, reads, writes } = listPim(words, config);
        expect(commands).toBe(played(program, config).triggers);
        expect(cycles).toBe(4 * commands);
        const of = (command: string): number => listed.reduce((n, w) => (w.command === command ? n + w.times : n), 0);
        expect([of('RD'), of('WR'), of('RD') + of('WR') + of('any')]).toEqual([reads, writes, commands]);
      }),
      { numRuns: 300 },
    );
  });

  it('unusual loops are counted one by one', () => {
    // The first pass leaves out word 1.
    const { words } = assemble('NOP\nJUMP skip, 1\nFILL A[0], BANK\nskip: MOV BANK, A[0]\nJUMP 0, 2\nEXIT');
    const { commands, reads, writes } = listPim(words, config);
    expect(played(Array.from(words, (w) => decodePim(w)!), config).triggers).toBe(commands);
    expect({ commands, reads, writes }).toEqual({ commands: 7, reads: 1, writes: 3 });
    const long = assemble('NOP\nJUMP skip, 1\nNOP\nskip: NOP\nJUMP 0, 65535\nJUMP 0, 65535\nEXIT').words;
    expect(totalsOf(Array.from(long, decodePim)).commands).toBeNaN();
  });

  it('products of counts are not counted one by one', () => {
    const { words } = assemble('NOP\nJUMP 0, 65535\nJUMP 0, 65535\nEXIT');
    expect(listPim(words, config).commands).toBe(2 ** 32);
  });
});

it('the forms of instructions say what the checks say', () => {
  expect(Object.values(PIM_INSTRUCTIONS).filter((f) => f.kind === 'arithmetic').every((f) => f.destination.every((d) => d === 'A' || d === 'B'))).toBe(true);
});

describe('texts that no one would write', () => {
  it.each([
    ['.repeat 32\n'.repeat(4) + 'NOP\n' + '.end\n'.repeat(4) + 'EXIT\n', 'k.pim:5:1: the program has more than 256 words; the instruction memory has 32 [pim-long]'],
    ['.repeat 32\n'.repeat(8) + '\n' + '.end\n'.repeat(8) + 'EXIT\n', 'k.pim:8:1: more than 1024 rounds of .repeat in all [pim-syntax]'],
    ['.repeat 1\n'.repeat(2000) + 'NOP\n' + '.end\n'.repeat(2000) + 'EXIT\n', 'k.pim:17:1: more than 16 .repeat within each other [pim-syntax]'],
    ['JUMP last, 1\n' + 'NOP\n'.repeat(20000) + 'last: EXIT\n', 'k.pim:33:1: the program has more than 256 words; the instruction memory has 32 [pim-long]'],
    [`ADD A[${'('.repeat(100)}0${')'.repeat(100)}], A[0], A[1]\nEXIT\n`, 'k.pim:1:7: more than 64 brackets and signs within each other [pim-syntax]'],
    [`MUL A[${'-'.repeat(50000)}1], A[0], A[1]\nEXIT\n`, 'k.pim:1:7: more than 64 brackets and signs within each other [pim-syntax]'],
    ['NOP\n'.repeat(100_000), 'k.pim:1:1: the text has 400000 characters; at most 262144 are read [pim-long]'],
    [`${'x'.repeat(200)}\u001b[2J\nEXIT\n`, `k.pim:1:1: there is no instruction "${'x'.repeat(40)}..." [pim-opcode]`],
    ['MOV.AAM.aam A, BANK\nEXIT\n', 'k.pim:1:9: aam is there twice [pim-operand]'],
    ['MOV A[0],\nEXIT\n', 'k.pim:1:10: an operand is missing [pim-operand]'],
    ['größe: NOP\nEXIT\n', 'k.pim:1:1: there is no instruction "größe:" [pim-opcode]'],
  ])('%#', (text, message) => {
    expect(problemsOf(text)).toContain(message);
  });

  it('are told a hundred mistakes of, and that it was not all', () => {
    const all = problemsOf('.nothing\n'.repeat(5000)).split('\n');
    expect(all.length).toBe(101);
    expect(all.at(-1)).toBe('k.pim:101:1: 100 mistakes: what follows has not been looked at [pim-syntax]');
  });
});
