import { expect, it } from 'vitest';
import { assemble, ControlWrites, cosimAll, describeDifference, dramPreset, elaborate, module, pimConfig, randomStimulus, simulate, uint, vec, type Signal } from '../../../src/index.ts';
import { controllerShape, PimChannel } from '../../../rtl/controller/index.ts';
import { need, seedOf } from '../../cosim/helpers.ts';

const preset = dramPreset('dramsim3-hbm2-4gb');
const config = pimConfig({ preset });
const shape = controllerShape(preset);
const control = new ControlWrites(config);
/** Loaded first; then triggers of it for as long as the test lasts. */
const setUp = [...control.program(assemble('again: MAC.AAM B[0], A[0], BANK\n JUMP again, 65535\n EXIT', config).words), control.start()];

/** Noise becomes host requests, and triggers behind the requests of `setUp`. */
const Asked = module('Asked', { in: { noise: uint(32), more: uint(32) }, out: { phase: uint(3), mode: uint(2), done: uint(32), valid: uint(1), data: vec(shape.words, uint(32)), waited: uint(32) } }, ({ noise, more }, hw) => {
  const { io, in: inputs, out } = hw.instance('channel', PimChannel({ preset, pim: {}, policy: 'round-robin-requests', reads: 4, writes: 4, pimEntries: 4, twinRows: 8 }));
  hw.assign(inputs, { load: 0, hostLow: 0, hostHigh: 0, pimLow: 0, pimHigh: 0, minRows: 0, maxSlice: 0 });
  const sent = hw.reg('sent', uint(8), { reset: 0 });
  const first = sent.lt(setUp.length);
  const live = hw.reset().not();
  // Neighbouring triggers work on different registers.
  const triggers = hw.reg('triggers', uint<number>(shape.columnBits), { reset: 0 });
  hw.when(io.pim.valid.and(io.pim.ready), () => {
    hw.when(first, () => sent.next(sent.add(1))).otherwise(() => triggers.next(triggers.add(1)));
  });
  const scripted = (of: (r: (typeof setUp)[number]) => Signal): Signal => setUp.map(of).reduceRight((rest, value, i) => sent.eq(i).mux(value, rest));
  io.pim.valid.set(live.and(first.or(noise.bit(0))));
  io.pim.execute.set(first.not());
  io.pim.write.set(first);
  io.pim.bank.set(first.mux(0, noise.slice(2, 1)));
  io.pim.row.set(first.mux(scripted((r) => hw.lit<number>(shape.rowBits, r.row)), noise.slice(4, 3).zext<number>(shape.rowBits)));
  io.pim.column.set(first.mux(scripted((r) => hw.lit<number>(shape.columnBits, r.column)), triggers));
  io.pim.data.set(hw.vec(Array.from({ length: shape.words }, (_, w) => scripted((r) => hw.lit(32, r.data?.[w] ?? 0)) as Signal<32>)));
  io.request.valid.set(live.and(noise.slice(8, 5).eq(0)));
  io.request.write.set(noise.bit(9));
  io.request.id.set(more.slice(7, 0));
  io.request.bank.set(noise.slice(13, 10));
  io.request.row.set(noise.slice(16, 15).zext<number>(shape.rowBits));
  io.request.column.set(noise.slice(18, 17).zext<number>(shape.columnBits));
  io.request.data.set(more.and(0x3fff3fff).splat(shape.words));
  io.request.mask.set(0);
  return { phase: out.phase, mode: out.mode.at(hw.lit(1, 0)), done: out.pimFinished, valid: io.response.valid, data: io.response.data, waited: out.hostWaitCycles } as never;
});

it('a whole PIM channel does the same in Icarus, cycle by cycle', (context) => {
  need(context, 'icarus');
  const busy = simulate(Asked);
  busy.reset(1);
  busy.in.noise = 1;
  busy.step(900);
  expect(busy.out.done).toBeGreaterThan(setUp.length + 20);
  const design = elaborate(Asked);
  const found = cosimAll([{ design, stimulus: randomStimulus(design, { cycles: 900, seed: seedOf(19) }) }], { engine: 'wasm' });
  expect(found.flatMap(({ difference }) => (difference === undefined ? [] : [describeDifference(difference)]))).toEqual([]);
});
