import { BUS_WIDTHS, type PinStandard } from './interface.ts';

/** A pin at one of the edges of a command: 0 and 1 are the edges of its first clock cycle, 2 and 3 those of the second. */
export interface PinBit {
  readonly edge: number;
  readonly pin: number;
}

/** A command on its bus: pins with a fixed level, and the pins of each field, its highest bit first. */
export interface Encoding {
  readonly code: readonly (PinBit & { readonly level: 0 | 1 })[];
  readonly fields: Readonly<Record<string, readonly PinBit[]>>;
  readonly parity: readonly PinBit[];
}

type Row = readonly [code: string, fields: Readonly<Record<string, string>>, parity: string];

const BANK = { sid: 'w0[6] w1[1]', ba: 'w1[5] w0[5:3]', pc: 'w1[3]' };
const COLUMN = { sid: 'w0[8] w1[0]', ba: 'w0[7:4]', pc: 'w1[7]', column: 'w1[6:3] w1[1]' };

/**
 * The command truth table of JESD235: `w0` is what stands on the bus at the rising edge of CK, `w1` at the falling one, `w2` and `w3` a cycle
 * later. Pins that HBM2 does not have are left out of a field. CKE is not on the buses: it goes down with PDE and SRE. Pins that nothing is
 * said of are 1 in RNOP and CNOP and 0 otherwise.
 */
const ROW_TABLE: Readonly<Record<string, Row>> = {
  RNOP: ['w0[2:0]=111', {}, ''],
  ACT: ['w0[1:0]=10', { sid: 'w1[6] w0[2]', ba: 'w1[5] w0[5:3]', pc: 'w1[3]', row: 'w0[6] w1[4] w1[1:0] w2[5:0] w3[5:3] w3[1:0]' }, 'w1[2] w3[2]'],
  PRE: ['w0[2:0]=011 w1[4]=0', BANK, 'w1[2]'],
  PREA: ['w0[2:0]=011 w1[4]=1', { pc: 'w1[3]' }, 'w1[2]'],
  REFSB: ['w0[2:0]=100 w1[4]=0', BANK, 'w1[2]'],
  REF: ['w0[2:0]=100 w1[4]=1', { pc: 'w1[3]' }, 'w1[2]'],
  PDE: ['w0[2:0]=111', {}, 'w1[2]'],
  SRE: ['w0[2:0]=100', {}, 'w1[2]'],
};

const COLUMN_TABLE: Readonly<Record<string, Row>> = {
  CNOP: ['w0[2:0]=111', {}, ''],
  RD: ['w0[3:0]=0101', COLUMN, 'w1[2]'],
  RDA: ['w0[3:0]=1101', COLUMN, 'w1[2]'],
  WR: ['w0[3:0]=0001', COLUMN, 'w1[2]'],
  WRA: ['w0[3:0]=1001', COLUMN, 'w1[2]'],
  MRS: ['w0[2:0]=000', { mr: 'w0[7:4]', op: 'w1[8:3] w1[1:0]' }, 'w1[2]'],
};
/** HBM2 has no C[8]; the highest bit of a mode register travels on a pin that MRS leaves free. */
const HBM2_MRS: Row = ['w0[2:0]=000', { mr: 'w0[7:4]', op: 'w0[3] w1[7:3] w1[1:0]' }, 'w1[2]'];

/** `w1[6] w0[5:3]` as pins. */
function pinsOf(text: string, width: number): PinBit[] {
  return [...text.matchAll(/w(\d)\[(\d)(?::(\d))?\]/g)].flatMap(([, edge, hi, lo = hi]) =>
    Array.from({ length: Number(hi) - Number(lo) + 1 }, (_, i) => ({ edge: Number(edge), pin: Number(hi) - i })).filter(({ pin }) => pin < width),
  );
}

function parse([code, fields, parity]: Row, width: number): Encoding {
  return {
    code: code.split(' ').flatMap((part) => {
      const [pins = '', levels = ''] = part.split('=');
      return pinsOf(pins, width).map((p, i) => ({ ...p, level: levels[i] === '1' ? (1 as const) : (0 as const) }));
    }),
    fields: Object.fromEntries(Object.entries(fields).map(([name, pins]) => [name, pinsOf(pins, width)])),
    parity: pinsOf(parity, width),
  };
}

const parseAll = (table: Readonly<Record<string, Row>>, width: number): Readonly<Record<string, Encoding>> =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [name, parse(row, width)]));

export const rowEncodings = (standard: PinStandard): Readonly<Record<string, Encoding>> => parseAll(ROW_TABLE, BUS_WIDTHS[standard].R);
export const columnEncodings = (standard: PinStandard): Readonly<Record<string, Encoding>> =>
  parseAll(standard === 'HBM2' ? { ...COLUMN_TABLE, MRS: HBM2_MRS } : COLUMN_TABLE, BUS_WIDTHS[standard].C);
