/** What a VCD file can hold behind one identifier code. */
export type VcdKind = 'bits' | 'real' | 'event' | 'string';

/** A declared variable. Several may share a slot: they are aliases. */
export interface VcdVar {
  /** Without range and without the backslash of an escaped name, e.g. `data` or `regs[3]`. */
  readonly name: string;
  /** Dotted, e.g. `top.core.data`; one bit of a bus that was dumped bit by bit keeps its index, e.g. `top.bus[3]`. */
  readonly path: string;
  /** As written: `wire`, `reg`, `logic`, ... */
  readonly type: string;
  readonly width: number;
  /** As written, e.g. `[7:0]`. */
  readonly range?: string;
  readonly code: string;
  readonly slot: number;
}

export interface VcdScope {
  readonly name: string;
  readonly path: string;
  /** As written: `module`, `task`, `begin`, ... */
  readonly type: string;
  readonly vars: readonly VcdVar[];
  readonly scopes: readonly VcdScope[];
}

export interface VcdSlot {
  readonly kind: VcdKind;
  readonly width: number;
}

export interface VcdHeader {
  /** Picoseconds of one tick; less than 1 for files in femtoseconds. Files without `$timescale` are taken as 1 ns, as GTKWave does. */
  readonly timescalePs: number;
  readonly date?: string;
  readonly version?: string;
  readonly comments: readonly string[];
  readonly scopes: readonly VcdScope[];
  /** In the order of declaration. */
  readonly vars: readonly VcdVar[];
  readonly slots: readonly VcdSlot[];
  /** Keywords of sections that this reader does not know and passed over. */
  readonly ignored: readonly string[];
}

/**
 * Takes a file apart as it streams by. Digits are a view into the reader's buffer and valid only during the call; `digitsToValue` turns
 * them into a value.
 */
export interface VcdVisitor {
  header?(header: VcdHeader): void;
  /** A time stamp, in ticks. Return `false` to stop reading. */
  time?(ticks: number): boolean | undefined;
  /** A scalar or vector, most significant digit first; fewer digits than the width are extended by the reader's rules. */
  bits?(slot: number, digits: Uint8Array, from: number, to: number): void;
  real?(slot: number, value: number): void;
  string?(slot: number, text: string): void;
  event?(slot: number): void;
  /** The begin and end of a `$dumpvars`, `$dumpall`, `$dumpoff` or `$dumpon` section. */
  dump?(section: DumpSection, begins: boolean): void;
}

export type DumpSection = 'dumpvars' | 'dumpall' | 'dumpoff' | 'dumpon';

export const DUMP_SECTIONS: readonly string[] = ['dumpvars', 'dumpall', 'dumpoff', 'dumpon'] satisfies readonly DumpSection[];
