import fc from 'fast-check';
import { clashOf, DESTINATION_SPACES, PIM_INSTRUCTIONS, PIM_OPS, SOURCE_SPACES, type PimConfig, type PimInstruction, type PimOp, type PimOperand, type PimSpace } from '../../src/index.ts';

export const NONE: PimInstruction = { op: 'NOP', aam: false, relu: false, destination: undefined, sources: [], target: 0, count: 0 };
export const OPERATIONS = PIM_OPS.filter((op) => op !== 'JUMP' && op !== 'EXIT');
const vector = (space: PimSpace): boolean => space === 'A' || space === 'B';

/** Any instruction that units have but JUMP and EXIT. */
export function operation(config: Pick<PimConfig, 'registers' | 'scalars'>, { aam = true, ops = OPERATIONS }: { readonly aam?: boolean; readonly ops?: readonly PimOp[] } = {}): fc.Arbitrary<PimInstruction> {
  const operand = <S extends PimSpace>(spaces: readonly S[], byColumn: boolean): fc.Arbitrary<PimOperand<S>> =>
    fc.constantFrom(...spaces).chain((space): fc.Arbitrary<PimOperand<S>> => {
      if (space === 'BANK' || space === 'SRF' || (byColumn && vector(space))) return fc.constant({ space, index: 0 });
      return fc.nat({ max: (vector(space) ? config.registers : config.scalars) - 1 }).map((index) => ({ space, index }));
    });
  return fc
    .record({ op: fc.constantFrom(...ops), byColumn: aam ? fc.boolean() : fc.constant(false), relu: fc.boolean() })
    .chain(({ op, byColumn, relu }): fc.Arbitrary<PimInstruction> => {
      const form = PIM_INSTRUCTIONS[op];
      if (form.destination.length === 0) return fc.constant({ ...NONE, op });
      return fc.record({ destination: operand(DESTINATION_SPACES.filter((s) => form.destination.some((d) => d === s)), byColumn), sources: fc.tuple(...form.sources.map((spaces) => operand(SOURCE_SPACES.filter((s) => spaces.some((x) => x === s)), byColumn))) }).map(({ destination, sources }) => ({
        ...NONE,
        op,
        relu: relu && form.relu,
        aam: byColumn && [destination, ...sources].some((o) => vector(o.space)),
        destination,
        sources,
      }));
    })
    .filter((i) => clashOf(i) === undefined);
}

/** Blocks of operations, some of them in loops inside each other, with EXIT at the end. */
export function nestedProgram(config: Pick<PimConfig, 'registers' | 'scalars'>, options: { readonly aam?: boolean; readonly ops?: readonly PimOp[] } = {}): fc.Arbitrary<PimInstruction[]> {
  type Block = (at: number) => PimInstruction[];
  const { block } = fc.letrec<{ block: Block }>((tie) => ({
    block: fc.oneof(
      { maxDepth: 3 },
      operation(config, options).map((i): Block => () => [i]),
      fc.tuple(fc.array(tie('block'), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 3 })).map(([blocks, count]): Block => (at) => {
        const inside = blocks.reduce<PimInstruction[]>((all, b) => [...all, ...b(at + all.length)], []);
        return [...inside, { ...NONE, op: 'JUMP', target: at, count }];
      }),
    ),
  }));
  return fc
    .array(block, { minLength: 1, maxLength: 6 })
    .map((blocks) => [...blocks.reduce<PimInstruction[]>((all, b) => [...all, ...b(all.length)], []), { ...NONE, op: 'EXIT' as const }])
    .filter((p) => p.length <= 32);
}
