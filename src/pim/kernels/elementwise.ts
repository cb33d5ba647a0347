import type { TensorMemory, Tensor } from '../layout.ts';
import { ControlWrites } from '../requests.ts';
import { encodeValue } from '../values.ts';
import { pimPhase, type HostValues, type Kernel } from './kernel.ts';
import { checkOperands, eachGroup, sameShape, type GroupBody } from './parts.ts';
import { aam, loop } from './program.ts';

/** A program of the same instructions for every group. +0 in the padding must come out as +0. */
function elementwise(memory: TensorMemory, name: string, [first, ...others]: readonly [Tensor, ...Tensor[]], body: GroupBody, scalars?: { readonly inputs: readonly string[]; readonly m: (values: HostValues) => readonly number[] }): Kernel {
  sameShape(name, first, ...others);
  const { config, geometry } = memory;
  const nodes = [loop('channel', first.shape.channels, eachGroup(geometry, first, false, body))];
  const control = new ControlWrites(config);
  const prepare = scalars && ((values: HostValues) => [control.scalars({ m: scalars.m(values).map((v) => encodeValue(config.format, v)) })]);
  return { name, geometry, channels: 1, inputs: scalars?.inputs ?? [], constants: [], phases: [pimPhase(config, geometry, name, nodes, prepare)] };
}

/** y = x, +0 where the sign bit is set. */
export function reluForward(memory: TensorMemory, tensors: { readonly x: Tensor; readonly y: Tensor }): Kernel {
  checkOperands('relu-forward', memory, tensors, ['x', 'y']);
  const { x, y } = tensors;
  const each = aam(memory.geometry.group);
  return elementwise(memory, 'relu-forward', [x, y], (at) => [each('FILL', 'A, BANK', at(x)), each('MOV', 'BANK, A', at(y), '.RELU')]);
}

/** dx = dy where y > 0, +0 elsewhere. y may be the input of the ReLU as well as its output. */
export function reluBackward(memory: TensorMemory, tensors: { readonly y: Tensor; readonly dy: Tensor; readonly dx: Tensor }): Kernel {
  checkOperands('relu-backward', memory, tensors, ['y', 'dy', 'dx']);
  const { y, dy, dx } = tensors;
  const each = aam(memory.geometry.group);
  return elementwise(memory, 'relu-backward', [y, dy, dx], (at) => [each('FILL', 'A, BANK', at(dy)), each('GATE', 'A, A, BANK', at(y)), each('MOV', 'BANK, A', at(dx))]);
}

/** y = a + b, of a residual connection, or of the gradients where one forks; with `relu` max(a + b, 0). */
export function residualAdd(memory: TensorMemory, tensors: { readonly a: Tensor; readonly b: Tensor; readonly y: Tensor }, options: { readonly relu?: boolean } = {}): Kernel {
  checkOperands('residual-add', memory, tensors, ['a', 'b', 'y'], options, ['relu']);
  const { a, b, y } = tensors;
  const { relu = false } = options;
  const each = aam(memory.geometry.group);
  return elementwise(memory, relu ? 'residual-add-relu' : 'residual-add', [a, b, y], (at) => [each('FILL', 'A, BANK', at(a)), each('ADD', 'A, A, BANK', at(b)), each('MOV', 'BANK, A', at(y), relu ? '.RELU' : '')]);
}

/**
 * v = momentum v + g (+ decay w), then w = w - rate v, in place. Inputs: `rate`, `momentum` and, with `decay`, `decay`: one number each.
 */
export function sgdMomentum(memory: TensorMemory, tensors: { readonly w: Tensor; readonly g: Tensor; readonly v: Tensor }, options: { readonly decay?: boolean } = {}): Kernel {
  checkOperands('sgd-momentum', memory, tensors, ['w', 'g', 'v'], options, ['decay']);
  const { w, g, v } = tensors;
  const { decay = false } = options;
  const each = aam(memory.geometry.group);
  const body: GroupBody = (at) => [
    each('FILL', 'A, BANK', at(g)),
    ...(decay ? [each('MAC', 'A, BANK, M[2]', at(w))] : []),
    each('MAC', 'A, BANK, M[0]', at(v)),
    each('MOV', 'BANK, A', at(v)),
    each('FILL', 'B, BANK', at(w)),
    each('MAC', 'B, A, M[1]'),
    each('MOV', 'BANK, B', at(w)),
  ];
  const inputs = ['rate', 'momentum', ...(decay ? ['decay'] : [])];
  return elementwise(memory, 'sgd-momentum', [w, g, v], body, { inputs, m: ({ rate, momentum, decay: part }) => [momentum![0]!, -rate![0]!, ...(decay ? [part![0]!] : [])] });
}
