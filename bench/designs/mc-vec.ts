import { bit, module, uint, vec, type Signal } from '../../src/index.ts';
import { T, timer } from './bank.ts';
import { Lfsr64 } from './lfsr.ts';
import { commandsAndData } from './mc-data.ts';

const ENTRIES = 32;
const BANKS = 16;
const LOCAL = 200;

/**
 * `Mc`, always full, once more: the queue and the banks are Vec registers and elementwise operators instead of instances. It does the same in
 * every cycle.
 */
export const McVec = module('McVec', { in: { seed: uint(64) }, out: { csum: uint(64) } }, ({ seed }, hw) => {
  // ---- stimulus -------------------------------------------------------------------------------------------------------------------
  const rnd = hw.name('rnd', hw.instance('lfsr', Lfsr64, { seed }).out.q);
  const lastRow = hw.reg('lastRow', uint(14), { reset: 0 });
  const lastBank = hw.reg('lastBank', uint(4), { reset: 0 });
  const lastCol = hw.reg('lastCol', uint(6), { reset: 0 });
  const seqno = hw.reg('seqno', uint(8), { reset: 0 });
  const local = rnd.slice(7, 0).lt(LOCAL);
  const newRow = local.mux(lastRow, rnd.slice(21, 18).zext(14));
  const newBank = local.mux(lastBank.xor(rnd.slice(13, 12).zext(4)), rnd.slice(17, 14));
  const newCol = lastCol.add(1);
  const newWr = rnd.slice(30, 29).eq(0);

  // ---- queue: one register a field ------------------------------------------------------------------------------------------------
  const valid = hw.reg('isValid', vec(ENTRIES, bit), { reset: 0 });
  const wr = hw.reg('isWr', vec(ENTRIES, bit), { reset: 0 });
  const bank = hw.reg('toBank', vec(ENTRIES, uint(4)), { reset: 0 });
  const row = hw.reg('toRow', vec(ENTRIES, uint(14)), { reset: 0 });
  const col = hw.reg('toCol', vec(ENTRIES, uint(6)), { reset: 0 });
  const seq = hw.reg('number', vec(ENTRIES, uint(8)), { reset: 0 });
  const free = valid.bits().not();
  const request = hw.name('request', rnd.slice(40, 39).ne(0).and(free.reduceOr()).and(hw.reset().not()));
  const slot = free.firstOne();
  hw.when(request, () => {
    seqno.next(seqno.add(1));
    lastRow.next(newRow);
    lastBank.next(newBank);
    lastCol.next(newCol);
    valid.nextAt(slot, 1);
    wr.nextAt(slot, newWr);
    bank.nextAt(slot, newBank);
    row.nextAt(slot, newRow);
    col.nextAt(slot, newCol);
    seq.nextAt(slot, seqno);
  });

  // ---- banks: one register a timer ------------------------------------------------------------------------------------------------
  const open = hw.reg('isOpen', vec(BANKS, bit), { reset: 0 });
  const openRow = hw.reg('openRow', vec(BANKS, uint(14)), { reset: 0 });
  const timers = (name: string, width: number) => {
    const t = hw.reg(name, vec(BANKS, uint<number>(width)), { reset: 0 });
    t.next(t.subSat(1));
    return t;
  };
  const rcd = timers('c_rcd', 5);
  const ras = timers('c_ras', 5);
  const rc = timers('c_rc', 5);
  const rtp = timers('c_rtp', 4);
  const writeRecovery = timers('c_twr', 5);
  const rp = timers('c_rp', 6);
  const canCol = open.and(rcd.eq(0)).bits();
  const canAct = open.not().and(rp.eq(0)).and(rc.eq(0)).bits();
  const canPre = open.and(ras.eq(0)).and(rtp.eq(0)).and(writeRecovery.eq(0)).bits();

  // ---- which command each entry could have next -----------------------------------------------------------------------------------
  const refreshIn = hw.reg('refreshIn', uint(10), { reset: 900 });
  const refreshDue = hw.reg('refreshDue', bit, { reset: 0 });
  const refreshBank = hw.reg('refreshBank', uint(4), { reset: 0 });
  const blocked = refreshDue.mux(refreshBank.oneHot(BANKS), 0);
  const groups = hw.reg('t_ccdl', vec(4, uint(4)), { reset: 0 });
  groups.next(groups.subSat(1));
  const ccdShort = hw.wire('ccdShort', uint(3));
  const wtr = hw.wire('wtr', uint(5));
  const rtw = hw.wire('rtw', uint(4));
  const actAllowed = hw.wire('actAllowed', bit);
  /** In each entry, the bit of its bank. */
  const ofBank = (flags: Signal): Signal<1, 32> => flags.splat(ENTRIES).bit(bank);
  const isOpen = ofBank(open.bits());
  const match = valid.and(isOpen).and(openRow.gather(bank).eq(row));
  const usable = ofBank(blocked.not());
  const busRead = ccdShort.eq(0).and(wtr.eq(0));
  const busWrite = ccdShort.eq(0).and(rtw.eq(0));
  const direction = wr.mux(busWrite.splat(ENTRIES), busRead.splat(ENTRIES));
  const groupOk = groups.eq(0).bits().splat(ENTRIES).bit(bank.slice(3, 2));
  const hitReady = match.and(ofBank(canCol)).and(direction).and(groupOk).and(usable);
  const actReady = valid.and(ofBank(canAct)).and(usable).and(actAllowed.splat(ENTRIES));
  const hits = match.mux(bank.oneHot(BANKS), hw.lit(BANKS, 0).splat(ENTRIES)).foldOr();
  const preReady = valid.and(isOpen).and(match.not()).and(ofBank(canPre)).and(ofBank(hits).not());

  // ---- the oldest of each kind ----------------------------------------------------------------------------------------------------
  // A tournament, all matches of a round at once. Numbers are modulo 256 and an entry may starve for longer than 128 of them, so that it
  // matters who meets whom, and argMin would not do.
  const every = <W extends number>(v: Signal<W, number>, from: 0 | 1): Signal<W, number> => hw.vec(v.toArray().filter((_, i) => i % 2 === from));
  const oldest = (ready: Signal<1, 32>) => {
    let found: Signal<1, number> = ready as Signal<1, number>;
    let number = seq as Signal<8, number>;
    let index: Signal<5, number> = hw.vec(Array.from({ length: ENTRIES }, (_, i) => hw.lit(5, i)));
    while (found.lanes > 1) {
      const [left, right] = [every(found, 0), every(found, 1)];
      const older = every(number, 1).sub(every(number, 0)).bit(7);
      const takeRight = right.and(left.not().or(older));
      found = left.or(right);
      number = takeRight.mux(every(number, 1), every(number, 0));
      index = takeRight.mux(every(index, 1), every(index, 0));
    }
    return { found: found.at(0), seq: number.at(0), index: index.at(0) };
  };
  const hit = oldest(hitReady);
  const act = oldest(actReady);
  const pre = oldest(preReady);
  const hitWr = wr.at(hit.index);
  const hitBank = bank.at(hit.index);
  const hitCol = col.at(hit.index);
  const actBank = bank.at(act.index);
  const actRow = row.at(act.index);
  const preBank = bank.at(pre.index);
  const read = hw.name('read', hit.found.and(hitWr.not()));
  const write = hw.name('write', hit.found.and(hitWr));

  // ---- refresh, and who gets the row command --------------------------------------------------------------------------------------
  const refPre = refreshDue.and(open.at(refreshBank)).and(canPre.bit(refreshBank));
  const refGo = refreshDue.and(canAct.bit(refreshBank));
  const selRef = refPre.or(refGo);
  const preFirst = pre.seq.sub(act.seq).bit(7);
  const selAct = selRef.not().and(act.found).and(pre.found.and(preFirst).and(rnd.bit(50)).not());
  const selPre = selRef.not().and(selAct.not()).and(pre.found);
  const refresh = refGo.and(refPre.not());
  hw.when(refreshIn.ne(0), () => refreshIn.next(refreshIn.sub(1))).otherwise(() => refreshIn.next(244));
  hw.when(refreshIn.eq(0), () => {
    refreshDue.next(1);
    refreshBank.next(refreshBank.add(1));
  }).elsewhen(refresh, () => refreshDue.next(0));

  // ---- what a command does --------------------------------------------------------------------------------------------------------
  ccdShort.set(timer(hw, 't_ccds', 3, hit.found, 1) as Signal<3>);
  wtr.set(timer(hw, 't_wtr', 5, write, 12) as Signal<5>);
  rtw.set(timer(hw, 't_rtw', 4, read, 6) as Signal<4>);
  const rrd = timer(hw, 't_rrd', 3, selAct, 2);
  const activated = hw.reg('activated', uint(16), { reset: 0 });
  activated.next(activated.slice(14, 0).cat(selAct));
  actAllowed.set(rrd.eq(0).and(activated.count().lt(4)));
  hw.when(hit.found, () => {
    valid.nextAt(hit.index, 0);
    groups.nextAt(hitBank.slice(3, 2), 3);
  });
  hw.when(read, () => rtp.nextAt(hitBank, T.RTP));
  hw.when(write, () => writeRecovery.nextAt(hitBank, T.WR));
  hw.when(selAct, () => {
    open.nextAt(actBank, 1);
    openRow.nextAt(actBank, actRow);
    rcd.nextAt(actBank, T.RCD);
    ras.nextAt(actBank, T.RAS);
    rc.nextAt(actBank, T.RC);
  });
  hw.when(selPre.or(refPre), () => {
    const closed = selPre.mux(preBank, refreshBank);
    open.nextAt(closed, 0);
    rp.nextAt(closed, T.RP);
  });
  hw.when(refresh, () => rp.nextAt(refreshBank, T.RFC));

  return {
    csum: commandsAndData(hw, { rnd, request, newWr, slot, hit: hit.found, hitIndex: hit.index, hitWr, hitBank, hitCol, read, write, selAct, selPre, selRef, refPre, actBank, actRow, preBank, refreshBank }),
  };
});

export const McVecTop = module('McVecTop', { out: { csum: uint(64) } }, (_, hw) => ({ csum: hw.instance('mc', McVec, { seed: 0x9e3779b97f4a7c15n }).out.csum }));
