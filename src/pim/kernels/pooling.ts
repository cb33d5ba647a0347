import { fail } from '../../diag/index.ts';
import { windowed } from '../../nn/shape.ts';
import { textOf, type Tensor, type TensorMemory, type TensorShape } from '../layout.ts';
import { ControlWrites } from '../requests.ts';
import { encodeValue } from '../values.ts';
import { pimPhase, type Kernel } from './kernel.ts';
import { checkOperands, sameShape } from './parts.ts';
import { aam, loop, type Access, type Node } from './program.ts';

/** A tensor in windows, and one whose maps are the places of the windows. */
interface Pool {
  readonly whole: Tensor;
  readonly places: Tensor;
}

/** Operands of one group: plane `j` of a windowed tensor, or the plane that the loop is at plus `j`; and of a tensor of places. */
interface PoolAccess {
  readonly plane: (tensor: Tensor, j: number, looped?: boolean) => Access;
  readonly place: (tensor: Tensor) => Access;
}

function pool(memory: TensorMemory, name: string, { whole, places }: Pool, body: (access: PoolAccess) => readonly Node[], m: readonly number[] = []): Kernel {
  const { config, geometry } = memory;
  const { group } = geometry;
  const output: TensorShape = { images: whole.shape.images, ...windowed(whole.shape, whole.window, whole.shape.channels) };
  if (textOf(output) !== textOf(places.shape) || places.planes !== 1) {
    fail('pim-window', `${name}: the windows of ${whole.name} make ${textOf(output)}, and ${places.name} is ${textOf(places.shape)}${places.planes === 1 ? '' : ' in windows of its own'}`, {
      hint: "give the larger tensor the pool's window, the smaller one the shape of its output and no window",
    });
  }
  const { planes } = whole;
  const access: PoolAccess = {
    plane: (region, j, looped = false) => ({ region, slot: (i) => i.channel * region.slotsPerChannel + (i.group * planes + j + (looped ? i.plane : 0)) * group }),
    place: (region) => ({ region, slot: (i) => i.channel * region.slotsPerChannel + i.group * group }),
  };
  const nodes = [loop('channel', places.shape.channels, [loop('group', places.groups, body(access))])];
  const prepare = () => (m.length === 0 ? [] : [new ControlWrites(config).scalars({ m: m.map((v) => encodeValue(config.format, v)) })]);
  return { name, geometry, channels: 1, inputs: [], constants: [], phases: [pimPhase(config, geometry, name, nodes, prepare)] };
}

/** y = the largest value of each window of x. */
export function maxPoolForward(memory: TensorMemory, tensors: { readonly x: Tensor; readonly y: Tensor }): Kernel {
  checkOperands('max-pool-forward', memory, tensors, ['x', 'y']);
  const { x, y } = tensors;
  const each = aam(memory.geometry.group);
  return pool(memory, 'max-pool-forward', { whole: x, places: y }, ({ plane, place }) => [
    each('FILL', 'A, BANK', plane(x, 0)),
    loop('plane', x.planes - 1, [each('MAX', 'A, A, BANK', plane(x, 1, true))]),
    each('MOV', 'BANK, A', place(y)),
  ]);
}

/**
 * dx: dy goes to the first position whose value is the largest. What has not found its position yet, r, is in B: y - x > 0 says that it is not this one, r gated by
 * that goes on, and the rest is the gradient here, exactly. Nobody has to be asked at the last position.
 */
export function maxPoolBackward(memory: TensorMemory, tensors: { readonly x: Tensor; readonly y: Tensor; readonly dy: Tensor; readonly dx: Tensor }): Kernel {
  checkOperands('max-pool-backward', memory, tensors, ['x', 'y', 'dy', 'dx']);
  const { x, y, dy, dx } = tensors;
  const name = 'max-pool-backward';
  sameShape(name, x, dx);
  sameShape(name, y, dy);
  const each = aam(memory.geometry.group);
  return pool(memory, name, { whole: x, places: y }, ({ plane, place }) => [
    each('FILL', 'B, BANK', place(dy)),
    loop('plane', x.planes - 1, [
      each('FILL', 'A, BANK', plane(x, 0, true)),
      each('SUB', 'A, BANK, A', place(y)),
      each('GATE', 'A, B, A'),
      each('SUB', 'B, B, A'),
      each('MOV', 'BANK, B', plane(dx, 0, true)),
      each('MOV', 'B, A'),
    ]),
    each('MOV', 'BANK, B', plane(dx, x.planes - 1)),
  ]);
}

/** y = the mean of each window of x; what lies beyond the edge counts as 0. */
export function averagePoolForward(memory: TensorMemory, tensors: { readonly x: Tensor; readonly y: Tensor }): Kernel {
  checkOperands('average-pool-forward', memory, tensors, ['x', 'y']);
  const { x, y } = tensors;
  const each = aam(memory.geometry.group);
  return pool(
    memory,
    'average-pool-forward',
    { whole: x, places: y },
    ({ plane, place }) => [
      each('MUL', 'A, BANK, M[0]', plane(x, 0)),
      loop('plane', x.planes - 1, [each('MAC', 'A, BANK, M[0]', plane(x, 1, true))]),
      each('MOV', 'BANK, A', place(y)),
    ],
    [1 / x.planes],
  );
}

/** dx = dy / (values of a window), at each position. */
export function averagePoolBackward(memory: TensorMemory, tensors: { readonly dy: Tensor; readonly dx: Tensor }): Kernel {
  checkOperands('average-pool-backward', memory, tensors, ['dy', 'dx']);
  const { dy, dx } = tensors;
  const each = aam(memory.geometry.group);
  return pool(
    memory,
    'average-pool-backward',
    { whole: dx, places: dy },
    ({ plane, place }) => [each('MUL', 'A, BANK, M[0]', place(dy)), loop('plane', dx.planes, [each('MOV', 'BANK, A', plane(dx, 0, true))])],
    [1 / dx.planes],
  );
}
