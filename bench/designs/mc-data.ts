import { bit, uint, type Hardware, type Signal } from '../../src/index.ts';

/** What the pickers of the controller decided in this cycle. */
export interface Decisions {
  readonly rnd: Signal<64>;
  readonly request: Signal<1>;
  readonly newWr: Signal<1>;
  readonly slot: Signal<5>;
  readonly hit: Signal<1>;
  readonly hitIndex: Signal<5>;
  readonly hitWr: Signal<1>;
  readonly hitBank: Signal<4>;
  readonly hitCol: Signal<6>;
  readonly read: Signal<1>;
  readonly write: Signal<1>;
  readonly selAct: Signal<1>;
  readonly selPre: Signal<1>;
  readonly selRef: Signal<1>;
  readonly refPre: Signal<1>;
  readonly actBank: Signal<4>;
  readonly actRow: Signal<14>;
  readonly preBank: Signal<4>;
  readonly refreshBank: Signal<4>;
}

/** The command bus and the pipes of 256 bits; the checksum of all that comes out. */
export function commandsAndData(hw: Hardware, d: Decisions): Signal<64> {
  const { rnd, request, newWr, slot, hit, hitIndex, hitWr, hitBank, hitCol, read, write, selAct, selPre, selRef, refPre, actBank, actRow, preBank, refreshBank } = d;
  // ---- command bus --------------------------------------------------------------------------------------------------------------
  const c = { vld: hw.reg('c_vld', bit, { reset: 0 }), wr: hw.reg('c_wr', bit, { reset: 0 }), bank: hw.reg('c_bank', uint(4), { reset: 0 }), col: hw.reg('c_col', uint(6), { reset: 0 }) };
  const r = { cmd: hw.reg('r_cmd', uint(3), { reset: 0 }), bank: hw.reg('r_bank', uint(4), { reset: 0 }), row: hw.reg('r_row', uint(14), { reset: 0 }) };
  c.vld.next(hit);
  hw.when(hit, () => {
    c.wr.next(hitWr);
    c.bank.next(hitBank);
    c.col.next(hitCol);
  });
  r.cmd.next(0);
  hw.when(selAct, () => {
    r.cmd.next(1);
    r.bank.next(actBank);
    r.row.next(actRow);
  })
    .elsewhen(selPre, () => {
      r.cmd.next(2);
      r.bank.next(preBank);
    })
    .elsewhen(selRef, () => {
      r.cmd.next(refPre.mux(hw.lit(3, 3), 4));
      r.bank.next(refreshBank);
    });

  // ---- data: writes through two stages into the store, reads out of it ----------------------------------------------------------
  const waiting = hw.mem('waiting', 32, uint(256));
  const store = hw.mem('store', 512, uint(256));
  const swapped = rnd.slice(31, 0).cat(rnd.slice(63, 32));
  hw.when(request.and(newWr), () => waiting.write(slot, rnd.cat(rnd.not(), rnd.xor(0x0123456789abcdefn), swapped)));
  const address = hitBank.cat(hitCol.slice(4, 0));
  const d0 = hw.reg('d0', uint(256), { reset: 0 });
  const d1 = hw.reg('d1', uint(256), { reset: 0 });
  const a0 = hw.reg('a0', uint(9), { reset: 0 });
  const a1 = hw.reg('a1', uint(9), { reset: 0 });
  const v0 = hw.reg('v0', bit, { reset: 0 });
  const v1 = hw.reg('v1', bit, { reset: 0 });
  v0.next(write);
  v1.next(v0);
  a0.next(address);
  a1.next(a0);
  hw.when(write, () => d0.next(waiting.read(hitIndex)));
  hw.when(v0, () => d1.next(d0.xor(a0.bit(0).sext(256)).xor(d0.slice(127, 0).cat(d0.slice(255, 128)))));
  hw.when(v1, () => store.write(a1, d1));

  const reads = hw.reg('reads', uint(14), { reset: 0 });
  const readFrom = [0, 1].map((i) => hw.reg(`rl_a${i}`, uint(9), { reset: 0 }));
  const dq = hw.reg('dq', uint(256), { reset: 0 });
  const dqValid = hw.reg('dqValid', bit, { reset: 0 });
  const dqOut = hw.reg('dqOut', uint(256), { reset: 0 });
  const ecc = hw.reg('dqEcc', uint(32), { reset: 0 });
  reads.next(reads.slice(12, 0).cat(read));
  hw.when(read, () => {
    readFrom[0]!.next(address);
    readFrom[1]!.next(readFrom[0]!);
  });
  const arrived = reads.bit(6);
  dqValid.next(arrived);
  hw.when(arrived, () => dq.next(store.read(readFrom[1]!)));
  hw.when(dqValid, () => {
    dqOut.next(dq);
    ecc.next(dq.unbits(32).reduceXor().bits());
  });

  // ---- checksum -----------------------------------------------------------------------------------------------------------------
  const csum = hw.reg('sum', uint(64), { reset: 0xdeadbeef });
  const fold = dqOut.unbits(4).foldXor();
  const commands = c.vld.cat(c.wr, c.bank, c.col, r.cmd, r.bank, r.row);
  csum.next(csum.slice(62, 0).cat(csum.bit(63)).xor(fold).xor(ecc.cat(hw.lit(32, 0))).xor(commands.zext(64)));
  return csum;
}
