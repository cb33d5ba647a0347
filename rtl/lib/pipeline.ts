import { bit, flip, module, parametric, uint, type Hardware } from '../../src/index.ts';
import { checkParameters, whole } from './parameters.ts';
import { moves, stream, type QueueView, type StreamEnds } from './stream.ts';

export interface StageParameters {
  /** Bits of a word. */
  readonly width: number;
}

export const stagePorts = ({ width }: StageParameters) => ({ io: { from: flip(stream(width)), to: stream(width) } });

/** The hardware of `PipelineRegister`, between streams of any module. */
export function pipelineRegister(hw: Hardware, { width }: StageParameters, { from, to }: StreamEnds): QueueView {
  const full = hw.reg('full', bit, { reset: 0 });
  const held = hw.reg('held', uint(width));
  from.ready.set(full.not().or(to.ready));
  to.valid.set(full);
  to.data.set(held);
  hw.when(from.ready, () => full.next(from.valid));
  hw.when(moves(from), () => held.next(from.data));
  hw.cover(moves(from).and(moves(to)), 'a word comes as another goes');
  return { push: moves(from), pop: moves(to), count: full, word: () => held };
}

/**
 * One register between two streams: a word per cycle, one cycle later. `ready` goes through it within the cycle, so that a chain of them is a
 * path through all of its `ready`s; `SkidBuffer` ends that path.
 */
export const PipelineRegister = parametric((p: StageParameters) => {
  checkParameters('PipelineRegister', p, { width: whole(1) });
  return module(`PipelineRegister${p.width}`, stagePorts(p), (ends, hw) => {
    pipelineRegister(hw, p, ends);
    return {};
  });
});

/** The hardware of `SkidBuffer`, between streams of any module. */
export function skidBuffer(hw: Hardware, { width }: StageParameters, { from, to }: StreamEnds): QueueView {
  const full = hw.reg('full', bit, { reset: 0 });
  const spareFree = hw.reg('spareFree', bit, { reset: 1 });
  const held = hw.reg('held', uint(width));
  // Where the word goes that was on its way when the receiver stopped.
  const spare = hw.reg('spare', uint(width));
  from.ready.set(spareFree);
  to.valid.set(full);
  to.data.set(held);
  const push = moves(from);
  const blocked = full.and(to.ready.not());
  hw.when(blocked, () => {
    hw.when(push, () => {
      spare.next(from.data);
      spareFree.next(0);
    });
  }).otherwise(() => {
    full.next(push.or(spareFree.not()));
    held.next(spareFree.mux(from.data, spare));
    spareFree.next(1);
  });
  const count = full.zext(2).add(spareFree.not().zext(2));
  hw.assert(spareFree.or(full), 'the spare word comes after another');
  hw.cover(spareFree.not(), 'full');
  hw.cover(push.and(moves(to)), 'a word comes as another goes');
  return { push, pop: moves(to), count, word: (ahead) => ahead.eq(0).mux(held, spare) };
}

/**
 * Two registers between two streams: a word per cycle, one cycle later, and no path from `ready` to `ready` or from `valid` to `valid`:
 * all outputs come from registers.
 */
export const SkidBuffer = parametric((p: StageParameters) => {
  checkParameters('SkidBuffer', p, { width: whole(1) });
  return module(`SkidBuffer${p.width}`, stagePorts(p), (ends, hw) => {
    skidBuffer(hw, p, ends);
    return {};
  });
});
