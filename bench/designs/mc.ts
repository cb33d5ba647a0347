import { bit, module, parametric, uint, type Hardware, type Signal } from '../../src/index.ts';
import { Bank, timer } from './bank.ts';
import { Lfsr64 } from './lfsr.ts';
import { commandsAndData } from './mc-data.ts';
import { Pick, QueueEntry } from './queue.ts';

/**
 * A HBM2-like pseudo-channel controller that feeds itself: 32 requests wait, the oldest row hit goes first, 16 banks with their timers,
 * write and read data pipes of 256 bits. Twin of `bench/verilog/mc.v`; `rate` 255 keeps the queue full.
 */
export interface McParameters {
  readonly rate: number;
}

const ENTRIES = 32;
const BANKS = 16;
const LOCAL = 200;

/** Bit i of the result is `parts[i]`. */
const bitsOf = (hw: Hardware, parts: readonly Signal<1>[]): Signal => hw.vec(parts).bits();

export const Mc = parametric(({ rate }: McParameters) =>
  module(`Mc${rate}`, { in: { seed: uint(64) }, out: { csum: uint(64) } }, ({ seed }, hw) => {
    // ---- stimulus -----------------------------------------------------------------------------------------------------------------
    const rnd = hw.name('rnd', hw.instance('lfsr', Lfsr64, { seed }).out.q);
    const lastRow = hw.reg('lastRow', uint(14), { reset: 0 });
    const lastBank = hw.reg('lastBank', uint(4), { reset: 0 });
    const lastCol = hw.reg('lastCol', uint(6), { reset: 0 });
    const gap = hw.reg('gap', uint(8), { reset: 0 });
    const seqno = hw.reg('seqno', uint(8), { reset: 0 });
    const local = rnd.slice(7, 0).lt(LOCAL);
    const newRow = local.mux(lastRow, rnd.slice(21, 18).zext(14));
    const newBank = local.mux(lastBank.xor(rnd.slice(13, 12).zext(4)), rnd.slice(17, 14));
    const newCol = lastCol.add(1);
    const newWr = rnd.slice(30, 29).eq(0);
    const want = rate === 255 ? rnd.slice(40, 39).ne(0) : gap.eq(0);

    // ---- queue --------------------------------------------------------------------------------------------------------------------
    const entries = Array.from({ length: ENTRIES }, (_, i) => hw.instance(`entry${i}`, QueueEntry));
    const queued = entries.map((e) => e.out);
    const free = bitsOf(hw, queued.map((q) => q.valid)).not();
    const request = hw.name('request', want.and(free.reduceOr()).and(hw.reset().not()));
    const slot = free.firstOne().trunc(5);
    const slotBits = free.lowestOne();
    hw.when(gap.ne(0), () => gap.next(gap.sub(1))).elsewhen(request, () => gap.next(rate));
    hw.when(request, () => {
      seqno.next(seqno.add(1));
      lastRow.next(newRow);
      lastBank.next(newBank);
      lastCol.next(newCol);
    });

    // ---- banks --------------------------------------------------------------------------------------------------------------------
    const banks = Array.from({ length: BANKS }, (_, i) => hw.instance(`bank${i}`, Bank));
    const bankOut = banks.map((b) => b.out);
    const rows = hw.vec(bankOut.map((b) => b.row));
    const open = bitsOf(hw, bankOut.map((b) => b.open));
    const canCol = bitsOf(hw, bankOut.map((b) => b.canCol));
    const canAct = bitsOf(hw, bankOut.map((b) => b.canAct));
    const canPre = bitsOf(hw, bankOut.map((b) => b.canPre));

    // ---- pickers ------------------------------------------------------------------------------------------------------------------
    const hitPending = hw.vec(queued.map((q) => q.hits)).foldOr();
    const seqs = hw.vec(queued.map((q) => q.seq)).bits();
    const actAllowed = hw.wire('actAllowed', bit);
    const hit = hw.instance('hit', Pick({ n: ENTRIES }), { valid: bitsOf(hw, queued.map((q) => q.hitReady)), seqs }).out;
    const act = hw.instance('act', Pick({ n: ENTRIES }), { valid: bitsOf(hw, queued.map((q) => q.actReady.and(actAllowed))), seqs }).out;
    const pre = hw.instance('pre', Pick({ n: ENTRIES }), { valid: bitsOf(hw, queued.map((q) => q.preReady.and(hitPending.bit(q.bank).not()))), seqs }).out;
    const bankAt = hw.vec(queued.map((q) => q.bank));
    const hitWr = bitsOf(hw, queued.map((q) => q.wr)).bit(hit.index);
    const hitBank = bankAt.at(hit.index);
    const hitCol = hw.vec(queued.map((q) => q.col)).at(hit.index);
    const actBank = bankAt.at(act.index);
    const actRow = hw.vec(queued.map((q) => q.row)).at(act.index);
    const preBank = bankAt.at(pre.index);
    const read = hw.name('read', hit.found.and(hitWr.not()));
    const write = hw.name('write', hit.found.and(hitWr));

    // ---- refresh, and who gets the row command ------------------------------------------------------------------------------------
    const refreshIn = hw.reg('refreshIn', uint(10), { reset: 900 });
    const refreshDue = hw.reg('refreshDue', bit, { reset: 0 });
    const refreshBank = hw.reg('refreshBank', uint(4), { reset: 0 });
    const blocked = refreshDue.mux(refreshBank.oneHot(BANKS), 0);
    const refPre = refreshDue.and(open.bit(refreshBank)).and(canPre.bit(refreshBank));
    const refGo = refreshDue.and(canAct.bit(refreshBank));
    const selRef = refPre.or(refGo);
    const selAct = selRef.not().and(act.found).and(pre.found.and(pre.seq.sub(act.seq).bit(7)).and(rnd.bit(50)).not());
    const selPre = selRef.not().and(selAct.not()).and(pre.found);
    const refresh = refGo.and(refPre.not());
    hw.when(refreshIn.ne(0), () => refreshIn.next(refreshIn.sub(1))).otherwise(() => refreshIn.next(244));
    hw.when(refreshIn.eq(0), () => {
      refreshDue.next(1);
      refreshBank.next(refreshBank.add(1));
    }).elsewhen(refresh, () => refreshDue.next(0));

    // ---- timers of the channel ----------------------------------------------------------------------------------------------------
    const ccdShort = timer(hw, 't_ccds', 3, hit.found, 1);
    const groupOk = [0, 1, 2, 3].map((g) => timer(hw, `t_ccdl${g}`, 4, hit.found.and(hitBank.slice(3, 2).eq(g)), 3).eq(0));
    const wtr = timer(hw, 't_wtr', 5, write, 12);
    const rtw = timer(hw, 't_rtw', 4, read, 6);
    const rrd = timer(hw, 't_rrd', 3, selAct, 2);
    const activated = hw.reg('activated', uint(16), { reset: 0 });
    activated.next(activated.slice(14, 0).cat(selAct));
    actAllowed.set(rrd.eq(0).and(activated.count().lt(4)));

    // ---- wiring -------------------------------------------------------------------------------------------------------------------
    const clear = hit.found.mux(hit.index.oneHot(ENTRIES), 0);
    entries.forEach((e, i) =>
      hw.assign(e.in, {
        load: request.and(slotBits.bit(i)), clear: clear.bit(i), inWr: newWr, inBank: newBank, inRow: newRow, inCol: newCol, inSeq: seqno,
        open, rows, canCol, canAct, canPre, blocked,
        rdOk: ccdShort.eq(0).and(wtr.eq(0)), wrOk: ccdShort.eq(0).and(rtw.eq(0)), groupOk: bitsOf(hw, groupOk),
      }),
    ); // prettier-ignore
    const doAct = selAct.mux(actBank.oneHot(BANKS), 0);
    const doPre = selPre.mux(preBank.oneHot(BANKS), refPre.mux(refreshBank.oneHot(BANKS), 0));
    const doRef = refresh.mux(refreshBank.oneHot(BANKS), 0);
    const doRd = read.mux(hitBank.oneHot(BANKS), 0);
    const doWr = write.mux(hitBank.oneHot(BANKS), 0);
    banks.forEach((b, i) => hw.assign(b.in, { doAct: doAct.bit(i), doPre: doPre.bit(i), doRd: doRd.bit(i), doWr: doWr.bit(i), doRef: doRef.bit(i), rowIn: actRow }));

    return { csum: commandsAndData(hw, { rnd, request, newWr, slot, hit: hit.found, hitIndex: hit.index, hitWr, hitBank, hitCol, read, write, selAct, selPre, selRef, refPre, actBank, actRow, preBank, refreshBank }) };
  }),
);

/** With the seed of the Verilog twin. */
export const McTop = parametric((p: McParameters) =>
  module(`McTop${p.rate}`, { out: { csum: uint(64) } }, (_, hw) => ({ csum: hw.instance('mc', Mc(p), { seed: 0x9e3779b97f4a7c15n }).out.csum })),
);
