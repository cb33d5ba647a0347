import { indexWidth } from '../bits/index.ts';
import { Origin } from '../diag/index.ts';
import type { NodeId } from '../ir/netlist.ts';
import { describeShape } from '../ir/shape.ts';
import { Signal, type AnySignal, type Fitting } from './signal.ts';

/** `register "x"`, `output "y"`, `input "a" of instance "i"`. */
function nameOf({ builder, id }: AnySignal): string {
  const node = builder.node(id);
  if (node.kind === 'wire' && node.feeds !== undefined) return `input "${node.feeds.port}" of instance "${node.name!.slice(0, -node.feeds.port.length - 1)}"`;
  return `${node.kind === 'reg' ? 'register' : builder.outputs.get(node.name ?? '') === id ? 'output' : 'wire'} "${node.name ?? ''}"`;
}

/** Records `target := value` (or one lane of it) in the statement list that is being written. */
export function record(target: AnySignal, value: AnySignal | number | bigint, lane?: AnySignal | number, origin = Origin.here()): void {
  const { builder, id } = target;
  const what = nameOf(target);
  const shape = lane === undefined ? builder.shape(id) : { width: target.width, lanes: 1 };
  const fitted = value instanceof Signal ? builder.fitted(builder.own(value, origin), shape, what, origin) : builder.literal(value, shape, origin);
  let laneId: NodeId | undefined;
  if (typeof lane === 'number') {
    if (!Number.isInteger(lane) || lane < 0 || lane >= target.lanes) {
      builder.report('bad-lane', `lane ${lane} of a Vec of ${target.lanes}`, [origin]);
      return;
    }
    laneId = builder.constant(BigInt(lane), { width: indexWidth(target.lanes), lanes: 1 }, origin);
  } else if (lane !== undefined) {
    laneId = builder.own(lane, origin);
    if (lane.lanes !== 1) {
      builder.report('width-mismatch', `${what}: the number of a lane is ${describeShape(lane)} where one value is needed`, [origin]);
      return;
    }
  }
  builder.statement({ kind: 'assign', target: id, value: fitted, origin, ...(laneId !== undefined && { lane: laneId }) });
}

/**
 * A combinational signal that statements drive. It must be driven on every path: give a `default`, or assign before or in all branches.
 */
export class Wire<W extends number = number, N extends number = 1> extends Signal<W, N> {
  set<V extends number, M extends number>(value: Fitting<W, N, V, M>): void {
    record(this, value);
  }
  /** Drives one lane. */
  setAt<V extends number, M extends number>(lane: number | Signal, value: Fitting<W, 1, V, M>): void {
    record(this, value, lane);
  }
}

/** State. It reads the value of this cycle; `next` gives that of the next one. Without an assignment it keeps its value. */
export class Reg<W extends number = number, N extends number = 1> extends Signal<W, N> {
  next<V extends number, M extends number>(value: Fitting<W, N, V, M>): void {
    record(this, value);
  }
  /** The next value of one lane. */
  nextAt<V extends number, M extends number>(lane: number | Signal, value: Fitting<W, 1, V, M>): void {
    record(this, value, lane);
  }
}
