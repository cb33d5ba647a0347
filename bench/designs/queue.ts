import { bit, module, parametric, uint, vec, type BitsType, type ModuleDefinition, type Signal } from '../../src/index.ts';

/** One waiting request, and which command it could have next. */
export const QueueEntry = module(
  'QueueEntry',
  {
    in: {
      load: bit, clear: bit, inWr: bit, inBank: uint(4), inRow: uint(14), inCol: uint(6), inSeq: uint(8),
      open: uint(16), rows: vec(16, uint(14)), canCol: uint(16), canAct: uint(16), canPre: uint(16),
      blocked: uint(16), rdOk: bit, wrOk: bit, groupOk: uint(4),
    },
    out: { valid: bit, wr: bit, bank: uint(4), row: uint(14), col: uint(6), seq: uint(8), hitReady: bit, actReady: bit, preReady: bit, hits: uint(16) },
  },
  (i, hw) => {
    const valid = hw.reg('isValid', bit, { reset: 0 });
    const wr = hw.reg('isWr', bit, { reset: 0 });
    const bank = hw.reg('toBank', uint(4), { reset: 0 });
    const row = hw.reg('toRow', uint(14), { reset: 0 });
    const col = hw.reg('toCol', uint(6), { reset: 0 });
    const seq = hw.reg('number', uint(8), { reset: 0 });
    hw.when(i.load, () => {
      valid.next(1);
      wr.next(i.inWr);
      bank.next(i.inBank);
      row.next(i.inRow);
      col.next(i.inCol);
      seq.next(i.inSeq);
    }).elsewhen(i.clear, () => valid.next(0));

    const isOpen = i.open.bit(bank);
    const match = valid.and(isOpen).and(i.rows.at(bank).eq(row));
    const free = i.blocked.bit(bank).not();
    return {
      valid, wr, bank, row, col, seq,
      hits: match.mux(bank.oneHot(16), 0),
      hitReady: match.and(i.canCol.bit(bank)).and(wr.mux(i.wrOk, i.rdOk)).and(i.groupOk.bit(bank.slice(3, 2))).and(free),
      actReady: valid.and(i.canAct.bit(bank)).and(free),
      preReady: valid.and(isOpen).and(match.not()).and(i.canPre.bit(bank)),
    };
  },
); // prettier-ignore

interface PickPorts {
  readonly in: { readonly valid: BitsType; readonly seqs: BitsType };
  readonly out: { readonly found: typeof bit; readonly seq: BitsType<8>; readonly index: BitsType<5> };
}

/** A tournament among n entries: the oldest valid one, in sequence numbers modulo 256. */
export const Pick: (p: { readonly n: number }) => ModuleDefinition<PickPorts['in'], PickPorts['out']> = parametric(({ n }: { readonly n: number }) =>
  module(`Pick${n}`, { in: { valid: uint<number>(n), seqs: uint<number>(8 * n) }, out: { found: bit, seq: uint(8), index: uint(5) } }, ({ valid, seqs }, hw) => {
    if (n === 1) return { found: valid.bit(0), seq: seqs.slice(7, 0), index: hw.lit(5, 0) };
    const half = n / 2;
    const left = hw.instance('left', Pick({ n: half }), { valid: valid.slice(half - 1, 0), seqs: seqs.slice(8 * half - 1, 0) }).out;
    const right = hw.instance('right', Pick({ n: half }), { valid: valid.slice(n - 1, half), seqs: seqs.slice(8 * n - 1, 8 * half) }).out;
    // A negative difference says that the right one is older.
    const older: Signal<1> = right.seq.sub(left.seq).bit(7);
    const takeRight = right.found.and(left.found.not().or(older));
    return {
      found: left.found.or(right.found),
      seq: takeRight.mux(right.seq, left.seq),
      index: takeRight.mux(right.index.or(half), left.index),
    };
  }),
);
