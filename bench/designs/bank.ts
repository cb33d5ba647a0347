import { bit, module, uint, type Hardware, type Signal } from '../../src/index.ts';

/** Cycles of a HBM2-like part; as in the Verilog twin. */
export const T = { RCD: 7, RP: 7, RAS: 17, RC: 24, RTP: 3, WR: 14, RFC: 50 };

/** Counts down to 0, where it stays; starts again at `value` whenever `load` is 1. */
export function timer(hw: Hardware, name: string, width: number, load: Signal<1>, value: number): Signal {
  const t = hw.reg(name, uint<number>(width), { reset: 0 });
  hw.when(load, () => t.next(value)).elsewhen(t.ne(0), () => t.next(t.sub(1)));
  return t;
}

/** State and timers of one DRAM bank. */
export const Bank = module(
  'Bank',
  {
    in: { doAct: bit, doPre: bit, doRd: bit, doWr: bit, doRef: bit, rowIn: uint(14) },
    out: { open: bit, row: uint(14), canCol: bit, canAct: bit, canPre: bit },
  },
  ({ doAct, doPre, doRd, doWr, doRef, rowIn }, hw) => {
    const open = hw.reg('isOpen', bit, { reset: 0 });
    const row = hw.reg('openRow', uint(14), { reset: 0 });
    hw.when(doAct, () => {
      open.next(1);
      row.next(rowIn);
    }).elsewhen(doPre, () => open.next(0));

    const rcd = timer(hw, 'c_rcd', 5, doAct, T.RCD);
    const ras = timer(hw, 'c_ras', 5, doAct, T.RAS);
    const rc = timer(hw, 'c_rc', 5, doAct, T.RC);
    const rtp = timer(hw, 'c_rtp', 4, doRd, T.RTP);
    const wr = timer(hw, 'c_wr', 5, doWr, T.WR);
    const rp = hw.reg('c_rp', uint(6), { reset: 0 });
    hw.when(doRef, () => rp.next(T.RFC))
      .elsewhen(doPre, () => rp.next(T.RP))
      .elsewhen(rp.ne(0), () => rp.next(rp.sub(1)));

    return {
      open,
      row,
      canCol: open.and(rcd.eq(0)),
      canAct: open.not().and(rp.eq(0)).and(rc.eq(0)),
      canPre: open.and(ras.eq(0)).and(rtp.eq(0)).and(wr.eq(0)),
    };
  },
);
