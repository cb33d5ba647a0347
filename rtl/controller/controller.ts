import { bit, flip, indexWidth, module, parametric, uint, vec, type Hardware, type Inside, type Signal } from '../../src/index.ts';
import { controlRow, type DramCommand } from '../../src/dram/index.ts';
import { ColumnKind, commandPort, dataPort, RowKind } from '../dram/interface.ts';
import { Banks, type Issue } from './banks.ts';
import { controllerConfig, controllerShape, type ControllerConfig, type ControllerOptions, type ControllerShape, type PimShape } from './config.ts';
import { arrivals, GuestData, readsToCome, WriteData, writePath } from './data.ts';
import { ARRIVAL_BITS, arrivalOrder, Guest, guestPort, type GuestEnd } from './guest.ts';
import { requestPort, responsePort } from './interface.ts';
import { power } from './power.ts';
import { AgedQueue, type Lanes, type RowChange } from './queue.ts';
import { OWED_BITS, overBanks, Refresh } from './refresh.ts';
import { choose, columnsWanted, direction, overtaken } from './scheduler.ts';
import { Sharing } from './sharing.ts';
import { statistics, statisticsFields, statisticsPorts } from './statistics.ts';
import { COLUMN_COMMANDS, timingPlan, type TimerName } from './timing.ts';

const ports = (config: ControllerConfig, shape: ControllerShape) => ({
  request: flip(requestPort(config, shape)),
  response: responsePort(config, shape),
  command: commandPort(config.preset.organisation),
  data: dataPort(config.preset.organisation),
});
type Ports = ReturnType<typeof ports>;
type Ends = { readonly [K in keyof Ports]: Inside<Ports[K]['members']> } & { readonly stop: Signal<1> };

/** The second client, and what says whose turn it is. */
interface GuestEnds {
  readonly shape: PimShape;
  readonly port: GuestEnd;
  /** Commands of the host may be given. */
  readonly hostGo: Signal<1>;
  /** Rows of the host are to be closed. */
  readonly closeRows: Signal<1>;
  /** Where banks are parted: PIM's are not the host's now; its rows in them are to be closed. */
  readonly shut: Signal<1>;
  readonly closePims: Signal<1>;
  /** The guest takes a request in this cycle; its oldest one's place in the order of arrival. */
  readonly accepts: Signal<1>;
  readonly oldest: Signal;
}

function hardware(hw: Hardware, config: ControllerConfig, { request, response, command, data, stop }: Ends, ends?: GuestEnds) {
  const shape = controllerShape(config.preset);
  const { timing } = config.preset;
  const plan = timingPlan(config.preset);
  const { banks: total, bankBits, pcShift, pseudoChannels } = shape;
  const all = <T extends Signal<1>>(...list: readonly T[]): Signal<1> => list.reduce<Signal<1>>((a, b) => a.and(b), hw.lit(1, 1));
  const none = hw.lit(1, 0);
  const guest = ends && new Guest(hw, shape, ends.shape, ends.port);
  const away = ends?.hostGo.not();
  const closeRows = ends?.closeRows ?? none;
  const pimBanks = guest?.pimBanks ?? hw.lit<number>(total, 0);
  const parted = (ends?.shape.partition ?? 0) > 0;
  const noBank = hw.lit<number>(total, 0);

  // ---- state --------------------------------------------------------------------------------------------------------------------
  const fields = { bank: bankBits, row: shape.rowBits, column: shape.columnBits, id: config.idBits, ...statisticsFields(config), ...(guest && { arrival: ARRIVAL_BITS }) };
  const reads = new AgedQueue(hw, 'read', config.reads, fields);
  const writes = new AgedQueue(hw, 'write', config.writes, { ...fields, slot: indexWidth(config.writes) });
  const superseded = hw.reg('writeSuperseded', vec(config.writes, uint<number>(1)), { reset: 0 });
  const perBank = config.refresh === 'per-bank';
  const timers: TimerName[] = ['act', 'rrd', 'pre', 'rcdRead', 'rcdWrite', 'ccd', 'wtr', 'rtw', ...(perBank ? ['refreshed' as const] : [])];
  const banks = new Banks(hw, shape, plan, timers, ends?.shape.banksPerUnit);
  const refresh = new Refresh(hw, config, shape, plan);
  const store = new WriteData(hw, shape, config.writes);
  const guestData = guest && new GuestData(hw, shape, store, timing.WL);
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
  const guestBusy = ends === undefined ? none : hw.name('guestBusy', ends.port.busy.or(ends.hostGo.not()));
  const draining = direction(hw, config, { reads: reads.count, writes: writes.count, read, write, needRead, needWrite });
  const { awake, enter, exit, update: updatePower } = power(hw, config, plan, {
    idle: all(empty, readsFlying.not(), refresh.active.not()),
    wake: empty.not().or(refresh.forced).or(stop).or(guestBusy),
  });
  const windows = hw.reg('t_faw', vec(4 * pseudoChannels, uint<number>(plan.width)), { reset: 0 });
  const turns = hw.reg('fawTurn', vec(pseudoChannels, uint(2)), { reset: 0 });
  const pcOf = (bank: Signal): Signal<1> => (pseudoChannels === 2 ? bank.bit(pcShift) : none);
  const inPc = (count: number): Lanes => hw.vec(Array.from({ length: count }, (_, i) => hw.lit<number>(1, Math.floor((i * pseudoChannels) / count))));
  const windowOf = (bank: Signal): Signal => pcOf(bank).cat(turns.at(pcOf(bank))) as Signal;
  const oneMore = Array.from({ length: pseudoChannels }, (_, p) => windows.at(hw.lit(1, p).cat(turns.at(p))).eq(0));
  const mayActivateMore = overBanks(oneMore, shape);
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
  const shut = refresh.blocked.or(awake.not().sext(total));
  const keptOff = away === undefined || ends === undefined ? undefined : hw.name('keptOff', parted ? away.sext<number>(total).or(ends.shut.mux(pimBanks, noBank)) : away.sext<number>(total));
  const blocked = keptOff === undefined ? shut : shut.or(keptOff);
  const queue = { valid: either((q) => q.valid), hit: either((q) => q.hit), bank: either((q) => q.field('bank')), length };
  const starved = draining.mux(starvedWrite, starvedRead);
  const wanted = guest?.wants(shut);
  const sharing = parted && wanted !== undefined ? new Sharing(hw, shape, 2 * Math.max(8, plan.tFAW), { guestColumn: wanted.columns, guestOpens: wanted.opens, hostColumns: hw.name('hostColumns', columnsWanted(hw, queue, blocked, starved)) }) : undefined;
  const columnOf = (free: readonly Signal<1>[]) =>
    guest?.columns({
      free,
      mayRead: banks.wait('rcdRead', 'wtr', 'ccd').eq(0).bits(),
      mayWrite: banks.wait('rcdWrite', 'rtw', 'ccd').eq(0).bits(),
      blocked: shut,
    });
  // Where both are active, PIM's column is first where it is PIM's turn; otherwise the host has none, or has nothing to give.
  const sharedColumn = sharing && columnOf(oneMore.map(() => awake.and(sharing.guestHeld.not())));
  const held = sharing?.hostHeld;
  const chosen = choose(
    hw,
    queue,
    {
      open: banks.open,
      mayAccess: held === undefined || sharedColumn === undefined ? mayAccess : hw.name('mayAccessNow', mayAccess.and(held.columns.or(sharedColumn.found).not().sext<number>(total))),
      mayActivate: held === undefined ? mayActivate : hw.name('mayActivateNow', mayActivate.and(held.rows.not())),
      mayClose,
      blocked,
    },
    starved,
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
  const wish = refresh.update({ idle: all(empty, guestBusy.not()), awake, given, open: banks.open, mayClose, mayRefresh: perBank ? resting : banks.timer('act').eq(0).bits() });
  const refreshing = hw.name('refreshOnBus', wish.pre.or(wish.closeAll).or(wish.ref).or(wish.refsb));
  const evicted = hw.name('toEvict', ends !== undefined && parted ? ends.closePims.mux(pimBanks.and(banks.open).and(mayClose).and(refresh.blocked.not()), noBank) : noBank);
  const evicts = evicted.ne(0).and(awake).and(refreshing.not());
  const rowOf = (free: readonly Signal<1>[]) =>
    guest?.rows({
      free,
      mayBegin: rowBusy?.not() ?? hw.lit(1, 1),
      mayActivate: resting,
      mayClose,
      blocked: shut,
      noneActivated: oneMore.map((_, p) => windows.bits().slice<number, number>((p + 1) * 4 * plan.width - 1, p * 4 * plan.width).eq(0)),
      oneMore,
    });
  const idleRow = all(refreshing.not(), evicts.not(), awake);
  const sharedRow = sharing && rowOf(sharing.guestFirst.map((first) => idleRow.and(first.or(chosen.row.found.not()))));
  const guestTakes = sharing && sharedRow ? hw.name('guestTakes', sharedRow.found.or(sharedRow.needsBus.map((needs, p) => needs.and(sharing.guestFirst[p]!)).reduce((a, b) => a.or(b)))) : none;
  const ofRequest = refreshing.not().and(evicts.not()).and(guestTakes.not()).and(chosen.row.found);
  const requestBank = entry('bank', chosen.row.index);
  const closed = hw.name('toActivate', ofRequest.and(banks.open.bit(requestBank).not()));
  // The first of its cycles must be free: then nothing younger takes it.
  const activate = hw.name('activate', rowBusy === undefined ? closed : closed.and(rowBusy.not()));
  const unusedFor = config.timeout === 0 ? undefined : hw.reg('unusedFor', vec(total, uint(8)), { reset: 0 });
  const idleRows = unusedFor === undefined ? noBank : unusedFor.eq(0).bits().and(banks.open).and(mayClose).and(blocked.not()).and(chosen.hits.not());
  const unused = evicts.mux(evicted, idleRows);
  const spare = all(refreshing.not(), chosen.row.found.not(), awake, enter.not(), guestTakes.not());
  const closeUnused = evicts.or(spare.and(unused.reduceOr()));
  // Before the channel is given away, its rows are closed.
  const closing = Array.from({ length: pseudoChannels }, (_, p) => {
    const of = (word: Signal): Signal => word.slice<number, number>((p + 1) * shape.banksPerPseudoChannel - 1, p * shape.banksPerPseudoChannel);
    return all(closeRows.or(stop.and(empty)), of(banks.open).reduceOr(), of(mayClose).reduceAnd(), refresh.active.not());
  });
  const giveAway = all(spare, closeUnused.not(), closing.reduce((a, b) => a.or(b)));
  const closePc = closing[0]!.not();
  const guestRow = sharedRow ?? rowOf(oneMore.map(() => all(spare, closeUnused.not(), giveAway.not())));
  const opens = guestRow?.found.and(guestRow.activate) ?? none;
  const anyActivate = activate.or(opens);
  const closeAll = hw.name('closeAll', wish.closeAll.or(giveAway).or(guestRow?.closeAll ?? none));
  const close = hw.name('close', wish.pre.or(ofRequest.and(closed.not())).or(closeUnused).or(guestRow?.close ?? none));
  const ownRowBank = hw.name('rowBank', refreshing.mux(wish.bank, ofRequest.mux(requestBank, closeUnused.mux(unused.firstOne(), closePc.mux(hw.lit<number>(bankBits, shape.banksPerPseudoChannel % total), 0)))));
  const ownRow = hw.name('rowRow', entry('row', chosen.row.index));
  const rowBank = guestRow === undefined ? ownRowBank : hw.name('anyRowBank', guestRow.found.mux(guestRow.bank, ownRowBank));
  const rowRow = guestRow === undefined ? ownRow : hw.name('anyRow', guestRow.found.mux(guestRow.row, ownRow));
  // In all-bank mode the PRE of a refresh speaks to all units, too.
  const rowAll = guestRow === undefined ? undefined : hw.name('rowAll', guestRow.found.mux(guestRow.all, wish.pre.and(guest!.modeOf(pcOf(wish.bank))).and(pimBanks.bit(wish.bank))));

  const kinds = (list: readonly (readonly [DramCommand, Signal<1>])[]): ReadonlyMap<DramCommand, Signal<1>> => new Map(list);
  const rowIssue: Issue = {
    any: anyActivate.or(close).or(closeAll).or(wish.ref).or(wish.refsb),
    bank: rowBank,
    ...(rowAll && { all: rowAll }),
    kinds: kinds([['ACT', anyActivate], ['PRE', close], ['PREA', closeAll], ['REFSB', wish.refsb], ['REF', wish.ref]]), // prettier-ignore
  };
  const guestColumn = sharedColumn ?? columnOf(oneMore.map(() => column.found.not().and(awake)));
  const anyColumn = column.found.or(guestColumn?.found ?? none);
  const anyRead = read.or(guestColumn?.read ?? none);
  const anyWrite = write.or(guestColumn?.write ?? none);
  const anyColumnBank = guestColumn === undefined ? columnBank : hw.name('anyColumnBank', guestColumn.found.mux(guestColumn.bank, columnBank));
  const columnKinds: readonly Signal<1>[] = [anyRead.and(autoClose.not()), anyRead.and(autoClose), anyWrite.and(autoClose.not()), anyWrite.and(autoClose)];
  const columnIssue: Issue = {
    any: anyColumn,
    bank: anyColumnBank,
    ...(guestColumn && { all: guestColumn.found.and(guestColumn.all) }),
    kinds: kinds(COLUMN_COMMANDS.map((c, i) => [c, columnKinds[i]!] as const).filter(([c]) => config.closed || c === 'RD' || c === 'WR')),
  };
  rowBusy?.next(rowIssue.any.or(enter).or(exit));

  // ---- what the commands do -----------------------------------------------------------------------------------------------------
  const longest = 2 ** plan.width - 1;
  const quiet = hw.reg('quietIn', uint<number>(plan.width), { reset: 0 });
  const issued = hw.name('issued', rowIssue.any.or(columnIssue.any));
  const running = issued.or(quiet.ne(0));
  hw.when(issued, () => quiet.next(longest)).elsewhen(quiet.ne(0), () => quiet.next(quiet.sub(1)));
  const [spoken] = banks.update([rowIssue, columnIssue], running);
  updatePower([rowIssue, columnIssue]);
  hw.when(running, () => {
    windows.next(windows.subSat(1));
    hw.when(anyActivate, () => {
      windows.nextAt(windowOf(rowBank), plan.tFAW - 1);
      turns.nextAt(pcOf(rowBank), turns.at(pcOf(rowBank)).add(1));
      // As many at once as there are units: the next one is the fifth, or later.
      if (rowAll !== undefined) hw.when(rowAll, () => windows.next(inPc(windows.lanes).eq(pcOf(rowBank)).mux(hw.lit<number>(plan.width, plan.tFAW - 1).splat(windows.lanes), windows.subSat(1))));
    });
  });
  if (unusedFor !== undefined) {
    unusedFor.next(unusedFor.subSat(1));
    hw.when(activate, () => unusedFor.nextAt(rowBank, config.timeout));
    hw.when(column.found, () => unusedFor.nextAt(columnBank, config.timeout));
  }
  const bankBit = (bank: Signal, is: Signal<1>): Signal => is.mux(bank.oneHot<number>(total), hw.lit<number>(total, 0));
  const pcBanks = overBanks(Array.from({ length: pseudoChannels }, (_, p) => closeAll.and(pcOf(rowBank).eq(p))), shape);
  const rowBit = (is: Signal<1>): Signal => (guest === undefined ? bankBit(rowBank, is) : is.mux(spoken!.bits(), hw.lit<number>(total, 0)));
  hw.when(issued, () => banks.open.next(banks.open.or(rowBit(anyActivate)).and(rowBit(close).or(pcBanks).or(bankBit(columnBank, autoClose)).not())));
  hw.when(anyActivate, () => (guest === undefined ? banks.openRow.nextAt(rowBank, rowRow) : banks.openRow.next(spoken!.mux(rowRow.splat(total), banks.openRow))));
  guest?.update(config.preset.organisation, { when: opens, which: guestRow!.which, row: rowRow }, close.and(pimBanks.bit(rowBank)).or(closeAll).mux(pcOf(rowBank).oneHot<number>(pseudoChannels), hw.lit<number>(pseudoChannels, 0)));
  sharing?.update(opens.mux(guestRow!.which, hw.lit<number>(pseudoChannels, 0)), anyColumn);
  guest?.show(banks.open, banks.openRow);

  const change: RowChange = { activate, close, closeAll, bank: rowBank, row: rowRow, pcShift };
  const closes = close.and(rowBank.eq(toBank)).or(closeAll.and(pcOf(rowBank).eq(pcOf(toBank)))).or(autoClose.and(columnBank.eq(toBank)));
  const stays = banks.open.bit(toBank).and(closes.not());
  const opensIt = activate.and(rowBank.eq(toBank));
  const hits = opensIt.mux(rowRow.eq(toRow), stays.and(banks.openRow.at(toBank).eq(toRow)));
  // Rows of the guest are none of the host's: they are closed before its turn.
  const hit = hw.name('isHit', guest === undefined ? hits : hits.and(guest.modeOf(pcOf(toBank)).and(pimBanks.bit(toBank)).not()));
  if (guest !== undefined) hw.assert(accept.and(toRow.ge(controlRow('B_ROW', config.preset.organisation))).not(), 'host requests stay out of the control rows');
  const counted = statistics(hw, config, shape, {
    reads,
    writes,
    draining,
    awake,
    away: keptOff,
    refreshing: refresh.blocked,
    fourActivates: mayActivateMore.not(),
    banks,
    take: { read, write, readIndex, writeIndex },
    put: { read: putRead, write: putWrite, forward },
    forwarding,
    heldUp: arrived.done,
    outcome: hit.mux(hw.lit(2, 0), opensIt.or(stays).mux(hw.lit(2, 2), 1)),
  });
  const order = ends && arrivalOrder(hw, accept, ends.accepts);
  const values = { ...asked, id: request.id, ...counted.values, ...(order && { arrival: order.host }) };
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
  rowOut.kind.next(rowCode([[anyActivate, RowKind.ACT], [close, RowKind.PRE], [closeAll, RowKind.PREA], [wish.refsb, RowKind.REFSB], [wish.ref, RowKind.REF], [enter, RowKind.PDE], [exit, RowKind.PDX]])); // prettier-ignore
  hw.when(rowIssue.any, () => {
    rowOut.pc.next(pcOf(rowBank));
    rowOut.ba.next(ba(rowBank));
    rowOut.row.next(rowRow);
  });
  hw.assign(command.row, { ...rowOut, sid: 0 });
  const columnOut = { kind: hw.reg('C_kind', ColumnKind, { reset: 0 }), pc: hw.reg('C_pc', bit, { reset: 0 }), ba: hw.reg('C_ba', uint<number>(banksBits), { reset: 0 }), column: hw.reg('C_column', uint<number>(shape.columnBits), { reset: 0 }) };
  columnOut.kind.next(
    anyRead.mux(autoClose.mux(hw.lit(ColumnKind.width, ColumnKind.RDA), ColumnKind.RD), anyWrite.mux(autoClose.mux(hw.lit(ColumnKind.width, ColumnKind.WRA), ColumnKind.WR), ColumnKind.CNOP)),
  );
  hw.when(anyColumn, () => {
    columnOut.pc.next(pcOf(anyColumnBank));
    columnOut.ba.next(ba(anyColumnBank));
    const own = entry('column', column.index);
    columnOut.column.next(guestColumn === undefined ? own : guestColumn.found.mux(guestColumn.column, own));
  });
  hw.assign(command.column, { ...columnOut, sid: 0, mr: 0, op: 0 });

  // ---- data ---------------------------------------------------------------------------------------------------------------------
  const slot = writes.field('slot').at(writeIndex);
  const toDq = guestColumn === undefined ? write : write.or(guestColumn.onBus);
  const out = writePath(hw, shape, timing.WL, guestData ?? store, { when: toDq, slot: guestData === undefined ? slot : guestColumn!.found.mux(guestData.slot, guestData.extend(slot)), pc: pcOf(anyColumnBank) });
  guestData?.put(guestColumn!.onBus, ends!.port.data.bits());
  data.wdq.set(out.wdq);
  data.dm.set(out.dm);
  (guestData ?? store).update(putWrite, out.freed, out.slot);
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
  const observed = ends && {
    hostReads: reads.count.zext<number>(8),
    hostWrites: writes.count.zext<number>(8),
    hostHit: reads.valid.and(reads.hit).any().or(writes.valid.and(writes.hit).any()),
    hostOlder: reads.count.ne(0).and(order!.before(reads.field('arrival').at(hw.lit<number>(reads.indexBits, 0)), ends.oldest)).or(writes.count.ne(0).and(order!.before(writes.field('arrival').at(hw.lit<number>(writes.indexBits, 0)), ends.oldest))),
    hostServed: column.found,
    ...(parted && {
      pimsClosed: banks.open.and(pimBanks).eq(0),
      hostInPims: [reads, writes].map((q) => q.valid.and(pimBanks.splat(q.length).bit(q.field('bank'))).any()).reduce((a, b) => a.or(b)),
      servedInPims: column.found.and(pimBanks.bit(columnBank)),
    }),
    hostQuiet: readsFlying.not(),
    rowsClosed: banks.open.eq(0),
    arrival: order!.guest,
  };
  return { outputs: { drained, refreshOwed: refresh.owed, idle: all(empty, readsFlying.not()), ...counted.outputs }, observed };
}

const nameOf = (config: ControllerConfig): string => `DramController_${config.preset.name.replaceAll(/\W/g, '_')}`;
const outputsOf = (config: ControllerConfig) => ({ drained: bit, idle: bit, refreshOwed: uint(OWED_BITS), ...statisticsPorts(config) });

const controller = parametric((config: ControllerConfig) =>
  module(nameOf(config), { io: ports(config, controllerShape(config.preset)), in: { stop: bit }, out: outputsOf(config) }, (ends, hw) => hardware(hw, config, ends as never).outputs as never),
);

/** What an arbiter between host and guest looks at. */
const OBSERVED_PARTED = { pimsClosed: bit, hostInPims: bit, servedInPims: bit };
const OBSERVED = { hostReads: uint(8), hostWrites: uint(8), hostHit: bit, hostOlder: bit, hostServed: bit, hostQuiet: bit, rowsClosed: bit, arrival: uint(ARRIVAL_BITS) };

const guestController = parametric(({ pim, ...config }: ControllerConfig & { readonly pim: PimShape }) => {
  const full = { ...config, pim };
  const shape = controllerShape(config.preset);
  return module(
    `Guest${nameOf(full)}`,
    {
      io: { ...ports(full, shape), guest: flip(guestPort(shape, pim)) },
      in: { stop: bit, hostGo: bit, closeRows: bit, shut: bit, closePims: bit, guestAccepts: bit, guestOldest: uint(ARRIVAL_BITS) },
      out: { ...outputsOf(full), ...OBSERVED, ...((pim.partition ?? 0) > 0 && OBSERVED_PARTED) },
    },
    ({ guest, hostGo, closeRows, shut, closePims, guestAccepts, guestOldest, ...ends }, hw) => {
      const { outputs, observed } = hardware(hw, full, ends, { shape: pim, port: guest, hostGo, closeRows, shut, closePims, accepts: guestAccepts, oldest: guestOldest });
      return { ...outputs, ...observed } as never;
    },
  );
});

/** The memory controller of one channel; see docs/controller.md. */
export const DramController = (options: Omit<ControllerOptions, 'pim'>) => controller(controllerConfig(options));

/**
 * The same with a second client, a PIM sequencer: `guest` proposes commands, `hostGo` lets the host's queues give theirs, `closeRows` closes what they
 * have opened; `shut` and `closePims` are the same for PIM's banks where they are parted (`pim.partition`). Everything both need is there once: timers, refresh, buses.
 */
export const GuestController = (options: ControllerOptions & { readonly pim: PimShape }) => guestController({ ...controllerConfig(options), pim: options.pim });
