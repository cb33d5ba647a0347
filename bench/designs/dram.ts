import { module, parametric, uint, vec, type Hardware, type InstanceOf, type Signal } from '../../src/index.ts';
import { dramPreset, type DramPreset } from '../../src/dram/index.ts';
import { controllerShape, DramController, MemoryChannel, type ControllerOptions, type ControllerShape } from '../../rtl/controller/index.ts';
import { ColumnKind } from '../../rtl/dram/interface.ts';
import { Lfsr64 } from './lfsr.ts';

export interface Traffic {
  /** Consecutive bursts over all groups and pseudo-channels, or random ones. */
  readonly order: 'stream' | 'random';
  /** Of 256 requests, how many write. */
  readonly writes: number;
  /** A request every so many cycles. */
  readonly every: number;
}

/**
 * The controller of a channel, fed by counters and a shift register. Behind it stands the device, or what only answers in time, with the value of
 * a counter. `accepted` and `answered` count requests.
 */
export const DramBench = parametric((p: { readonly traffic: Traffic; readonly device?: boolean; readonly options: Omit<ControllerOptions, 'preset'> & { readonly preset: string } }) => {
  const preset = dramPreset(p.options.preset);
  const shape = controllerShape(preset);
  const { order, writes, every } = p.traffic;
  return module('DramBench', { in: { seed: uint(64) }, out: { accepted: uint(32), answered: uint(32) } }, ({ seed }, hw) => {
    const source = hw.instance('lfsr', Lfsr64, { seed }).out.q;
    // A request stays as it is until it is taken.
    const rnd = hw.reg('rnd', uint(64), { reset: 0 });
    const alone = p.device === true ? undefined : hw.instance('controller', DramController({ ...p.options, preset }), { stop: 0 }).io;
    const io = alone ?? hw.instance('channel', MemoryChannel({ ...p.options, preset }), { stop: 0 }).io;
    const next = hw.reg('next', uint(32), { reset: 0 });
    const accepted = hw.reg('accepted', uint(32), { reset: 0 });
    const answered = hw.reg('answered', uint(32), { reset: 0 });
    const pace = hw.reg('pace', uint(16), { reset: 0 });
    const valid = hw.name('offer', pace.eq(0).and(hw.reset().not()));
    const take = valid.and(io.request.ready);
    hw.when(take, () => {
      rnd.next(source);
      next.next(next.add(1));
      accepted.next(accepted.add(1));
      pace.next(every - 1);
    }).elsewhen(pace.ne(0), () => pace.next(pace.sub(1)));

    // Low bits to high: pseudo-channel, group, column, bank, row.
    const { bankBits, groupShift, pcShift, rowBits, columnBits } = shape;
    const at = (word: Signal, lo: number, width: number): Signal => word.slice<number, number>(lo + width - 1, lo);
    const address = order === 'stream' ? next : rnd.slice(39, 8);
    const pcBits = bankBits - pcShift;
    const groupBits = pcShift - groupShift;
    let from = 0;
    const field = (width: number): Signal => at(address, (from += width) - width, width);
    const pc = pcBits === 0 ? undefined : field(pcBits);
    const group = field(groupBits);
    const column = field(columnBits);
    const inGroup = field(groupShift);
    io.request.valid.set(valid);
    io.request.write.set(writes === 0 ? 0 : rnd.slice(63, 56).lt(writes));
    io.request.id.set(next.slice(7, 0));
    io.request.bank.set(pc === undefined ? group.cat(inGroup) : pc.cat(group, inGroup));
    io.request.row.set(order === 'stream' ? address.shr(from).trunc(rowBits) : rnd.slice(7, 0).cat(rnd.slice(55, 40)).slice<number, number>(rowBits - 1, 0));
    io.request.column.set(column);
    io.request.data.set(next.splat(shape.words));
    io.request.mask.set(0);

    if (alone !== undefined) answerInTime(hw, alone, preset, shape);
    hw.when(io.response.valid.or(io.response.written), () => answered.next(answered.add(io.response.valid.addWide(io.response.written).zext(32))));
    return { accepted, answered };
  });
});

/** Data for each read when they are due. */
function answerInTime(hw: Hardware, io: InstanceOf<ReturnType<typeof DramController>>['io'], preset: DramPreset, shape: ControllerShape): void {
  const latency = preset.timing.RL;
  const read = io.command.column.kind.eq(ColumnKind.RD).or(io.command.column.kind.eq(ColumnKind.RDA));
  const pipes = Array.from({ length: shape.pseudoChannels }, (_, q) => {
    const pipe = hw.reg(`pipe${q}`, uint<number>(latency + shape.beats - 1), { reset: 0 });
    pipe.next(pipe.slice<number, number>(pipe.width - 2, 0).cat(read.and(io.command.column.pc.eq(q))));
    return pipe.slice<number, number>(latency + shape.beats - 2, latency - 1).reduceOr();
  });
  io.data.rvalid.set(pipes.length === 1 ? pipes[0]! : pipes[1]!.cat(pipes[0]!));
  const store = hw.reg('store', vec((shape.words / shape.beats) * shape.pseudoChannels, uint(32)), { reset: 0 });
  hw.when(pipes.reduce((a, b) => a.or(b)), () => store.next(store.add(1).xor(io.data.wdq)));
  io.data.rdq.set(store);
}
