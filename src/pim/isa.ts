/** Words of the instruction memory (CRF). */
export const PIM_WORDS = 32;
/** JUMPs that may follow each other without an instruction between them. */
export const PIM_JUMPS = 4;
/** Most times that a JUMP jumps. */
export const PIM_COUNT = 0xffff;

/** Where an operand is. Indices in these lists are the codes of the spaces. */
export const DESTINATION_SPACES = ['A', 'B', 'BANK', 'SRF'] as const;
export const SOURCE_SPACES = ['A', 'B', 'BANK', 'M', 'S'] as const;
export type DestinationSpace = (typeof DESTINATION_SPACES)[number];
export type SourceSpace = (typeof SOURCE_SPACES)[number];
export type PimSpace = DestinationSpace | SourceSpace;

/** Spaces whose operands have an index. */
export const isIndexed = (space: PimSpace): space is 'A' | 'B' | 'M' | 'S' => space !== 'BANK' && space !== 'SRF';
/** Spaces of vector registers: their indices are the ones that AAM replaces. */
export const isVector = (space: PimSpace): space is 'A' | 'B' => space === 'A' || space === 'B';

/** Highest and lowest bit of each field of a word. JUMP has a layout of its own behind the opcode. */
export const PIM_FIELDS = {
  opcode: [31, 28],
  aam: [27, 27],
  relu: [26, 26],
  destinationSpace: [25, 24],
  destinationIndex: [23, 19],
  source0Space: [18, 16],
  source0Index: [15, 11],
  source1Space: [10, 8],
  source1Index: [7, 3],
} as const;
export const JUMP_FIELDS = { opcode: [31, 28], target: [27, 23], count: [15, 0] } as const;

/**
 * | kind | |
 * |---|---|
 * | none | nothing happens, in a column command |
 * | control | takes no column command |
 * | move | written at once |
 * | arithmetic | written after the multiplier's and the adder's cycles |
 */
export type PimKind = 'none' | 'control' | 'move' | 'arithmetic';

export interface PimInstructionForm {
  readonly name: string;
  readonly code: number;
  readonly kind: PimKind;
  /** Where the destination may be; empty if there is none. */
  readonly destination: readonly DestinationSpace[];
  /** Of each source, where it may be. */
  readonly sources: readonly (readonly SourceSpace[])[];
  /** Whether RELU may be asked for. */
  readonly relu: boolean;
}

const VECTORS = ['A', 'B'] as const;
const form = (name: string, code: number, kind: PimKind, destination: readonly DestinationSpace[] = [], sources: readonly (readonly SourceSpace[])[] = [], relu = false) => ({ name, code, kind, destination, sources, relu });
const two = [SOURCE_SPACES, SOURCE_SPACES];

/** All instructions; the one place that says which there are, their codes, and which operands each takes. */
export const PIM_INSTRUCTIONS = {
  NOP: form('NOP', 0, 'none'),
  JUMP: form('JUMP', 1, 'control'),
  EXIT: form('EXIT', 2, 'control'),
  MOV: form('MOV', 3, 'move', DESTINATION_SPACES, [SOURCE_SPACES], true),
  FILL: form('FILL', 4, 'move', ['A', 'B', 'SRF'], [['BANK']], true),
  ADD: form('ADD', 5, 'arithmetic', VECTORS, two),
  SUB: form('SUB', 6, 'arithmetic', VECTORS, two),
  MUL: form('MUL', 7, 'arithmetic', VECTORS, two),
  MAC: form('MAC', 8, 'arithmetic', VECTORS, two),
  MAD: form('MAD', 9, 'arithmetic', VECTORS, [SOURCE_SPACES, ['M']]),
  MAX: form('MAX', 10, 'arithmetic', VECTORS, two),
  GATE: form('GATE', 11, 'arithmetic', VECTORS, two),
} as const satisfies Record<string, PimInstructionForm>;
export type PimOp = keyof typeof PIM_INSTRUCTIONS;

/** The instruction of each code. */
export const PIM_OPS: readonly PimOp[] = Object.keys(PIM_INSTRUCTIONS) as PimOp[];
export const pimForm = (op: PimOp): PimInstructionForm => PIM_INSTRUCTIONS[op];

/** `index` is 0 where the space has none, and of A and B with AAM. */
export interface PimOperand<S extends PimSpace = PimSpace> {
  readonly space: S;
  readonly index: number;
}

/** One word, taken apart. */
export interface PimInstruction {
  readonly op: PimOp;
  readonly aam: boolean;
  readonly relu: boolean;
  readonly destination: PimOperand<DestinationSpace> | undefined;
  readonly sources: readonly PimOperand<SourceSpace>[];
  /** Of JUMP: the word to go on at, and how often; 0 elsewhere. */
  readonly target: number;
  readonly count: number;
}

const put = (value: number, [, low]: readonly [number, number]): number => value * 2 ** low;
const get = (word: number, [high, low]: readonly [number, number]): number => Math.floor(word / 2 ** low) % 2 ** (high - low + 1);

/** The word of an instruction, as an unsigned number. What the parts may be is for `checkPim...` to say: here they must only fit their fields. */
export function encodePim({ op, aam, relu, destination, sources, target, count }: PimInstruction): number {
  const { code } = PIM_INSTRUCTIONS[op];
  if (op === 'JUMP') return put(code, JUMP_FIELDS.opcode) + put(target, JUMP_FIELDS.target) + put(count, JUMP_FIELDS.count);
  const [first, second] = sources;
  const f = PIM_FIELDS;
  let word = put(code, f.opcode) + put(Number(aam), f.aam) + put(Number(relu), f.relu);
  if (destination !== undefined) word += put(DESTINATION_SPACES.indexOf(destination.space), f.destinationSpace) + put(destination.index, f.destinationIndex);
  if (first !== undefined) word += put(SOURCE_SPACES.indexOf(first.space), f.source0Space) + put(first.index, f.source0Index);
  if (second !== undefined) word += put(SOURCE_SPACES.indexOf(second.space), f.source1Space) + put(second.index, f.source1Index);
  return word;
}

/**
 * The instruction of a word; undefined if there is none: the opcode or a space has no meaning for it, or a bit is set that it does not use.
 * A word that has an instruction is the word of that instruction.
 */
export function decodePim(word: number): PimInstruction | undefined {
  const instruction = nearestPim(word);
  return instruction !== undefined && encodePim(instruction) === word ? instruction : undefined;
}

/** As {@link decodePim}, but bits that the instruction does not use are passed over. */
export function nearestPim(word: number): PimInstruction | undefined {
  const op = PIM_OPS[get(word, PIM_FIELDS.opcode)];
  if (op === undefined) return undefined;
  const none = { op, aam: false, relu: false, destination: undefined, sources: [], target: 0, count: 0 };
  return op === 'JUMP' ? { ...none, target: get(word, JUMP_FIELDS.target), count: get(word, JUMP_FIELDS.count) } : operandsOf(none, word);
}

function operandsOf(none: PimInstruction, word: number): PimInstruction | undefined {
  const { destination, sources, relu } = pimForm(none.op);
  const f = PIM_FIELDS;
  const spaces: PimSpace[] = [];
  const asked = get(word, f.aam) === 1;
  const operand = <S extends PimSpace>(space: S | undefined, valid: readonly S[], index: readonly [number, number]): PimOperand<S> | undefined => {
    if (space === undefined || !valid.includes(space)) return undefined;
    spaces.push(space);
    return { space, index: isIndexed(space) && !(asked && isVector(space)) ? get(word, index) : 0 };
  };
  const to = operand(DESTINATION_SPACES[get(word, f.destinationSpace)], destination, f.destinationIndex);
  const fields = [[f.source0Space, f.source0Index] as const, [f.source1Space, f.source1Index] as const];
  const from = sources.map((valid, i) => operand(SOURCE_SPACES[get(word, fields[i]![0])], valid, fields[i]![1]));
  if ((destination.length > 0 && to === undefined) || from.includes(undefined)) return undefined;
  return { ...none, aam: asked && spaces.some(isVector), relu: relu && get(word, f.relu) === 1, destination: to, sources: from as PimOperand<SourceSpace>[] };
}

/** What an instruction needs of the column command that triggers it: RD for a BANK source, WR for a store, else nothing. */
export function directionOf({ destination, sources }: PimInstruction): 'RD' | 'WR' | 'any' {
  if (destination?.space === 'BANK') return 'WR';
  return sources.some((s) => s.space === 'BANK') ? 'RD' : 'any';
}

/** Why the operands of an instruction do not go together, each by itself being right. */
export function clashOf({ op, destination, sources }: PimInstruction): { readonly message: string; readonly hint: string } | undefined {
  const banks = sources.filter((s) => s.space === 'BANK').length;
  if (banks > 1) return { message: `${op} reads the bank twice, and a command brings one burst`, hint: 'FILL a register with one of them first' };
  if (banks === 1 && destination?.space === 'BANK') return { message: `${op} reads and writes the bank, and a command does one of them`, hint: 'go by way of a register: FILL, then MOV' };
  if (destination?.space === 'SRF' && sources.some((s) => s.space === 'M' || s.space === 'S')) return { message: `${op} copies a scalar to all scalars`, hint: 'the source may be A, B or BANK' };
  return undefined;
}
