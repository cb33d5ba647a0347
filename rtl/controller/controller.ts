import { bit, flip, indexWidth, module, parametric, uint, vec, type Signal } from '../../src/index.ts';
import type { DramCommand } from '../../src/dram/index.ts';
import { ColumnKind, commandPort, dataPort, RowKind } from '../dram/interface.ts';
import { Banks, type Issue } from './banks.ts';
import { controllerConfig, controllerShape, type ControllerConfig, type ControllerOptions } from './config.ts';
import { arrivals, readsToCome, WriteData, writePath } from './data.ts';
import { requestPort, responsePort } from './interface.ts';
import { power } from './power.ts';
import { AgedQueue, type Lanes, type RowChange } from './queue.ts';
import { OWED_BITS, overBanks, Refresh } from './refresh.ts';
import { choose, direction, overtaken } from './scheduler.ts';
import { statistics, statisticsFields, statisticsPorts } from './statistics.ts';
import { COLUMN_COMMANDS, timingPlan, type TimerName } from './timing.ts';

const controller = parametric((config: ControllerConfig) => {
  const shape = controllerShape(config.preset);
  const { organisation, timing } = config.preset;
  const plan = timingPlan(config.preset);
  const { banks: total, bankBits, pcShift, pseudoChannels } = shape;
  return module(
    `DramController_${config.preset.name.replaceAll(/\W/g, '_')}`,
    {
      io: { request: flip(requestPort(config, shape)), response: responsePort(config, shape), command: commandPort(organisation), data: dataPort(organisation) },
      in: { stop: bit },
      out: { drained: bit, idle: bit, refreshOwed: uint(OWED_BITS), ...statisticsPorts },
    },
    ({ request, response, command, data, stop }, hw) => {
      const all = <T extends Signal<1>>(...list: readonly T[]): Signal<1> => list.reduce<Signal<1>>((a, b) => a.and(b), hw.lit(1, 1));
      const none = hw.lit(1, 0);

      // ---- state --------------------------------------------------------------------------------------------------------------------
      const fields = { bank: bankBits, row: shape.rowBits, column: shape.columnBits, id: config.idBits, ...statisticsFields(config) };
      const reads = new AgedQueue(hw, 'read', config.reads, fields);
      const writes = new AgedQueue(hw, 'write', config.writes, { ...fields, slot: indexWidth(config.writes) });
      const superseded = hw.reg('writeSuperseded', vec(config.writes, uint<number>(1)), { reset: 0 });
      const perBank = config.refresh === 'per-bank';
      const timers: TimerName[] = ['act', 'rrd', 'pre', 'rcdRead', 'rcdWrite', 'ccd', 'wtr', 'rtw', ...(perBank ? ['refreshed' as const] : [])];
      const banks = new Banks(hw, shape, plan, timers);
      const refresh = new Refresh(hw, config, shape, plan);
      const store = new WriteData(hw, shape, config.writes);
      const rowBusy = plan.actCycles > 1 ? hw.reg('rowBusy', bit, { reset: 0 }) : undefined;
      const read = hw.wire('read', bit);
      const write = hw.wire('write', bit);
      const readsFlying = hw.wire('dataFlying', bit);

      const arrived = arrivals(hw, shape, data);

      // ---- requests -----------------------------------------------------------------------------------------------------------------
      const { bank: toBank, row: toRow, column: toColumn } = request;
      const asked = { bank: toBank, row: toRow, column: toColumn };
      const readsThere = reads.matching(asked).any();
      const writesThere = writes.matching(asked).and(superseded.not()).bits();
      const queued = hw.name('isQueued', writesThere.reduceOr());
      const queuedSlot = writes.field('slot').at(writesThere.firstOne());
      const whole = store.mask(queuedSlot).eq(0);
      const forwarding = hw.reg('forwarding', bit, { reset: 0 });
      const open = stop.not();
      const writeReady = all(writes.count.ne(config.writes), store.free, readsThere.not());
      const readReady = queued.mux(whole.and(forwarding.not()), reads.count.ne(config.reads));
      request.ready.set(open.and(request.write.mux(writeReady, readReady)));
      const accept = hw.name('accept', request.valid.and(request.ready));
      const putWrite = accept.and(request.write);
      const forward = all(accept, request.write.not(), queued);
      const putRead = all(accept, request.write.not(), queued.not());
      const needRead = all(request.valid, open, request.write, readsThere);
      const needWrite = all(request.valid, open, request.write.not(), queued, whole.not());

      // ---- which banks may do what --------------------------------------------------------------------------------------------------
      const empty = hw.name('isEmpty', reads.count.eq(0).and(writes.count.eq(0)));
      const draining = direction(hw, config, { reads: reads.count, writes: writes.count, read, write, needRead, needWrite });
      const { awake, enter, exit, update: updatePower } = power(hw, config, plan, {
        idle: all(empty, readsFlying.not(), refresh.active.not()),
        wake: empty.not().or(refresh.forced).or(stop),
      });
      const windows = hw.reg('t_faw', vec(4 * pseudoChannels, uint<number>(plan.width)), { reset: 0 });
      const turns = hw.reg('fawTurn', vec(pseudoChannels, uint(2)), { reset: 0 });
      const pcOf = (bank: Signal): Signal<1> => (pseudoChannels === 2 ? bank.bit(pcShift) : none);
      const windowOf = (bank: Signal): Signal => pcOf(bank).cat(turns.at(pcOf(bank))) as Signal;
      const mayActivateMore = overBanks(Array.from({ length: pseudoChannels }, (_, p) => windows.at(hw.lit(1, p).cat(turns.at(p))).eq(0)), shape);
      const resting = banks.wait('act', 'rrd', 'refreshed').eq(0).bits();
      const mayActivate = hw.name('mayActivate', resting.and(mayActivateMore));
      const mayClose = hw.name('mayClose', banks.timer('pre').eq(0).bits());
      const columnWait = draining.mux(banks.wait('rcdWrite', 'rtw'), banks.wait('rcdRead', 'wtr')).or(banks.timer('ccd'));
      const mayAccess = hw.name('mayAccess', columnWait.eq(0).bits());

      // ---- which command each entry could have next ---------------------------------------------------------------------------------
      const starvedRead = hw.wire('starvedRead', bit);
      const starvedWrite = hw.wire('starvedWrite', bit);
      const length = Math.max(config.reads, config.writes);
      const padded = (v: Lanes): Lanes => (v.lanes === length ? v : hw.vec([...v.toArray(), ...Array.from({ length: length - v.lanes }, () => hw.lit<number>(v.width, 0))]));
      const either = (of: (q: AgedQueue) => Lanes): Lanes => draining.mux(padded(of(writes)), padded(of(reads)));
      const blocked = refresh.blocked.or(awake.not().sext(total));
      const chosen = choose(
        hw,
        { valid: either((q) => q.valid), hit: either((q) => q.hit), bank: either((q) => q.field('bank')), length },
        { open: banks.open, mayAccess, mayActivate, mayClose, blocked },
        draining.mux(starvedWrite, starvedRead),
      );
      const entry = (field: string, index: Signal): Signal =>
        draining.mux(writes.field(field).at(index.trunc(writes.indexBits)), reads.field(field).at(index.trunc(reads.indexBits)));

      // ---- column bus ---------------------------------------------------------------------------------------------------------------
      const { column } = chosen;
      read.set(column.found.and(draining.not()));
      write.set(column.found.and(draining));
      const columnBank = hw.name('columnBank', entry('bank', column.index));
      const readIndex = column.index.trunc(reads.indexBits);
      const writeIndex = column.index.trunc(writes.indexBits);
      const others = (q: AgedQueue): Signal => q.valid.and(q.hit).and(q.field('bank').eq(columnBank)).bits().count().zext(8);
      const autoClose = config.closed ? hw.name('autoClose', column.found.and(others(reads).add(others(writes)).eq(1))) : none;

      // ---- row bus: refreshes, then what requests need, then rows that nobody has used for long -------------------------------------------
      const given = hw.wire('given', bit);
      const wish = refresh.update({ idle: empty, awake, given, open: banks.open, mayClose, mayRefresh: perBank ? resting : banks.timer('act').eq(0).bits() });
      const refreshing = hw.name('refreshOnBus', wish.pre.or(wish.closeAll).or(wish.ref).or(wish.refsb));
      const ofRequest = refreshing.not().and(chosen.row.found);
      const requestBank = entry('bank', chosen.row.index);
      const closed = hw.name('toActivate', ofRequest.and(banks.open.bit(requestBank).not()));
      // The first of its cycles must be free: then nothing younger takes it.
      const activate = hw.name('activate', rowBusy === undefined ? closed : closed.and(rowBusy.not()));
      const unusedFor = config.timeout === 0 ? undefined : hw.reg('unusedFor', vec(total, uint(8)), { reset: 0 });
      const unused = unusedFor === undefined ? hw.lit<number>(total, 0) : unusedFor.eq(0).bits().and(banks.open).and(mayClose).and(blocked.not()).and(chosen.hits.not());
      const spare = all(refreshing.not(), chosen.row.found.not(), awake, enter.not());
      const closeUnused = spare.and(unused.reduceOr());
      // Before the channel is given away, its rows are closed.
      const closing = Array.from({ length: pseudoChannels }, (_, p) => {
        const of = (word: Signal): Signal => word.slice<number, number>((p + 1) * shape.banksPerPseudoChannel - 1, p * shape.banksPerPseudoChannel);
        return all(stop, empty, of(banks.open).reduceOr(), of(mayClose).reduceAnd(), refresh.active.not());
      });
      const giveAway = all(spare, closeUnused.not(), closing.reduce((a, b) => a.or(b)));
      const closePc = closing[0]!.not();
      const closeAll = hw.name('closeAll', wish.closeAll.or(giveAway));
      const close = hw.name('close', wish.pre.or(ofRequest.and(closed.not())).or(closeUnused));
      const rowBank = hw.name('rowBank', refreshing.mux(wish.bank, chosen.row.found.mux(requestBank, closeUnused.mux(unused.firstOne(), closePc.mux(hw.lit<number>(bankBits, shape.banksPerPseudoChannel % total), 0)))));
      const rowRow = hw.name('rowRow', entry('row', chosen.row.index));

      const kinds = (list: readonly (readonly [DramCommand, Signal<1>])[]): ReadonlyMap<DramCommand, Signal<1>> => new Map(list);
      const rowIssue: Issue = {
        any: activate.or(close).or(closeAll).or(wish.ref).or(wish.refsb),
        bank: rowBank,
        kinds: kinds([['ACT', activate], ['PRE', close], ['PREA', closeAll], ['REFSB', wish.refsb], ['REF', wish.ref]]), // prettier-ignore
      };
      const columnKinds: readonly Signal<1>[] = [read.and(autoClose.not()), read.and(autoClose), write.and(autoClose.not()), write.and(autoClose)];
      const columnIssue: Issue = {
        any: column.found,
        bank: columnBank,
        kinds: kinds(COLUMN_COMMANDS.map((c, i) => [c, columnKinds[i]!] as const).filter(([c]) => config.closed || c === 'RD' || c === 'WR')),
      };
      rowBusy?.next(rowIssue.any.or(enter).or(exit));

      // ---- what the commands do -----------------------------------------------------------------------------------------------------
      const longest = 2 ** plan.width - 1;
      const quiet = hw.reg('quietIn', uint<number>(plan.width), { reset: 0 });
      const issued = hw.name('issued', rowIssue.any.or(columnIssue.any));
      const running = issued.or(quiet.ne(0));
      hw.when(issued, () => quiet.next(longest)).elsewhen(quiet.ne(0), () => quiet.next(quiet.sub(1)));
      banks.update([rowIssue, columnIssue], running);
      updatePower([rowIssue, columnIssue]);
      hw.when(running, () => {
        windows.next(windows.subSat(1));
        hw.when(activate, () => {
          windows.nextAt(windowOf(rowBank), plan.tFAW - 1);
          turns.nextAt(pcOf(rowBank), turns.at(pcOf(rowBank)).add(1));
        });
      });
      if (unusedFor !== undefined) {
        unusedFor.next(unusedFor.subSat(1));
        hw.when(activate, () => unusedFor.nextAt(rowBank, config.timeout));
        hw.when(column.found, () => unusedFor.nextAt(columnBank, config.timeout));
      }
      const bankBit = (bank: Signal, is: Signal<1>): Signal => is.mux(bank.oneHot<number>(total), hw.lit<number>(total, 0));
      const pcBanks = overBanks(Array.from({ length: pseudoChannels }, (_, p) => closeAll.and(pcOf(rowBank).eq(p))), shape);
      hw.when(issued, () => banks.open.next(banks.open.or(bankBit(rowBank, activate)).and(bankBit(rowBank, close).or(pcBanks).or(bankBit(columnBank, autoClose)).not())));
      hw.when(activate, () => banks.openRow.nextAt(rowBank, rowRow));

      const change: RowChange = { activate, close, closeAll, bank: rowBank, row: rowRow, pcShift };
      const closes = close.and(rowBank.eq(toBank)).or(closeAll.and(pcOf(rowBank).eq(pcOf(toBank)))).or(autoClose.and(columnBank.eq(toBank)));
      const stays = banks.open.bit(toBank).and(closes.not());
      const opens = activate.and(rowBank.eq(toBank));
      const hit = hw.name('isHit', opens.mux(rowRow.eq(toRow), stays.and(banks.openRow.at(toBank).eq(toRow))));
      const counted = statistics(hw, config, shape, {
        reads,
        writes,
        draining,
        awake,
        refreshing: refresh.blocked,
        fourActivates: mayActivateMore.not(),
        banks,
        take: { read, write, readIndex, writeIndex },
        put: { read: putRead, write: putWrite, forward },
        forwarding,
        heldUp: arrived.done,
        outcome: hit.mux(hw.lit(2, 0), opens.or(stays).mux(hw.lit(2, 2), 1)),
      });
      const values = { ...asked, id: request.id, ...counted.values };
      starvedRead.set(overtaken(hw, 'read', { found: read, index: readIndex }, config.ageCap));
      starvedWrite.set(overtaken(hw, 'write', { found: write, index: writeIndex }, config.ageCap));
      reads.update(change, { when: read, at: readIndex }, { when: putRead, hit, values });
      writes.carry(superseded, superseded.or(putWrite.mux(writesThere.unbits(config.writes), 0)));
      writes.update(change, { when: write, at: writeIndex }, { when: putWrite, hit, values: { ...values, slot: store.slot } });

      // ---- command port, a cycle later ------------------------------------------------------------------------------------------------
      const banksBits = indexWidth(shape.banksPerPseudoChannel);
      const ba = (bank: Signal): Signal => bank.slice<number, number>(banksBits - 1, 0);
      const rowOut = { kind: hw.reg('R_kind', RowKind, { reset: 0 }), pc: hw.reg('R_pc', bit, { reset: 0 }), ba: hw.reg('R_ba', uint<number>(banksBits), { reset: 0 }), row: hw.reg('R_row', uint<number>(shape.rowBits), { reset: 0 }) };
      const rowCode = (list: readonly (readonly [Signal<1>, number])[]): Signal => list.reduce<Signal>((code, [is, value]) => is.mux(hw.lit(RowKind.width, value), code), hw.lit(RowKind.width, RowKind.RNOP));
      rowOut.kind.next(rowCode([[activate, RowKind.ACT], [close, RowKind.PRE], [closeAll, RowKind.PREA], [wish.refsb, RowKind.REFSB], [wish.ref, RowKind.REF], [enter, RowKind.PDE], [exit, RowKind.PDX]])); // prettier-ignore
      hw.when(rowIssue.any, () => {
        rowOut.pc.next(pcOf(rowBank));
        rowOut.ba.next(ba(rowBank));
        rowOut.row.next(rowRow);
      });
      hw.assign(command.row, { ...rowOut, sid: 0 });
      const columnOut = { kind: hw.reg('C_kind', ColumnKind, { reset: 0 }), pc: hw.reg('C_pc', bit, { reset: 0 }), ba: hw.reg('C_ba', uint<number>(banksBits), { reset: 0 }), column: hw.reg('C_column', uint<number>(shape.columnBits), { reset: 0 }) };
      columnOut.kind.next(
        read.mux(autoClose.mux(hw.lit(ColumnKind.width, ColumnKind.RDA), ColumnKind.RD), write.mux(autoClose.mux(hw.lit(ColumnKind.width, ColumnKind.WRA), ColumnKind.WR), ColumnKind.CNOP)),
      );
      hw.when(column.found, () => {
        columnOut.pc.next(pcOf(columnBank));
        columnOut.ba.next(ba(columnBank));
        columnOut.column.next(entry('column', column.index));
      });
      hw.assign(command.column, { ...columnOut, sid: 0, mr: 0, op: 0 });

      // ---- data ---------------------------------------------------------------------------------------------------------------------
      const slot = writes.field('slot').at(writeIndex);
      const out = writePath(hw, shape, timing.WL, store, { when: write, slot, pc: pcOf(columnBank) });
      data.wdq.set(out.wdq);
      data.dm.set(out.dm);
      store.update(putWrite, out.freed, out.slot);
      const offered = request.data.bits();
      const bytes = (word: Signal): Lanes => word.unbits<number>(shape.bytes);
      const old = store.data(queuedSlot);
      const oldMask = store.mask(queuedSlot);
      // A write over a queued one takes over what that one wrote and this one does not, so that the younger of the two has all of it.
      store.put(putWrite, queued.mux(request.mask.unbits<number>(shape.bytes).mux(bytes(old), bytes(offered)).bits(), offered), queued.mux(request.mask.and(oldMask), request.mask));

      const takenId = reads.field('id').at(readIndex);
      const { tag: came, flying } = readsToCome(hw, timing.RL + shape.beats + 4, { when: read, tag: counted.tag === undefined ? takenId : counted.tag.cat(takenId) }, arrived.done);
      const forwardId = hw.reg('forwardId', uint<number>(config.idBits));
      const forwardData = hw.reg('forwardData', uint<number>(32 * shape.words));
      hw.when(forward, () => {
        forwarding.next(1);
        forwardId.next(request.id);
        forwardData.next(old);
      }).elsewhen(arrived.done.not(), () => forwarding.next(0));
      const valid = hw.reg('answered', bit, { reset: 0 });
      const id = hw.reg('answeredId', uint<number>(config.idBits));
      const answer = hw.reg('answer', vec<number, ReturnType<typeof uint<32>>>(shape.words, uint(32)));
      valid.next(arrived.done.or(forwarding));
      hw.when(arrived.done, () => {
        id.next(came.slice<number, number>(config.idBits - 1, 0));
        answer.next(arrived.data);
      }).elsewhen(forwarding, () => {
        id.next(forwardId);
        answer.next(forwardData.unbits(shape.words) as typeof answer);
      });
      if (counted.tag !== undefined) counted.answer(came.slice<number, number>(came.width - 1, config.idBits), arrived.done, forwarding);
      response.valid.set(valid);
      response.id.set(id);
      response.data.set(answer);
      const written = hw.reg('hasWritten', bit, { reset: 0 });
      const writtenId = hw.reg('writtenId', uint<number>(config.idBits));
      written.next(write);
      hw.when(write, () => writtenId.next(writes.field('id').at(writeIndex)));
      response.written.set(written);
      response.writtenId.set(writtenId);
      readsFlying.set(flying.or(out.busy).or(forwarding).or(valid));

      // ---- giving the channel away ------------------------------------------------------------------------------------------------------
      const rfcOver = refresh.blocked.eq(0);
      given.set(all(stop, empty));
      const drained = hw.name('isDrained', all(stop, empty, readsFlying.not(), banks.open.eq(0), quiet.eq(0), refresh.active.not(), rfcOver, awake));
      return { drained, refreshOwed: refresh.owed, idle: all(empty, readsFlying.not()), ...counted.outputs } as never;
    },
  );
});

/** The memory controller of one channel; see docs/controller.md. */
export const DramController = (options: ControllerOptions) => controller(controllerConfig(options));
