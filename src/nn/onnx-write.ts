import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AttributeProtoSchema, NodeProtoSchema, TensorProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { fail } from '../diag/index.ts';
import type { Graph, Layer } from './graph.ts';
import { onnx, protobuf } from './onnx-library.ts';
import { floatBytes } from './onnx-tensor.ts';
import { sizeOf, type Shape, type Window } from './shape.ts';

type Node = MessageInitShape<typeof NodeProtoSchema>;
type Tensor = MessageInitShape<typeof TensorProtoSchema>;
type Attribute = MessageInitShape<typeof AttributeProtoSchema>;
type ValueInfo = MessageInitShape<typeof ValueInfoProtoSchema>;

/** Operator set 13 (December 2020) with its IR version: read by everything since. */
const OPSET = 13n;
const IR_VERSION = 7n;

/**
 * Writes a graph as standard ONNX: batch 1, float32 initialisers inside, Conv, MaxPool, AveragePool, Relu, Flatten and Gemm. The same
 * graph gives the same bytes.
 * @throws WordlineError `nn-flat` when the graph starts with a vector (files start with an image)
 */
export function writeOnnx(net: Graph): Uint8Array {
  const initializer: Tensor[] = [];
  const node: Node[] = [];
  let value = 'input';
  for (const layer of net.layers) {
    const output = layer === net.layers.at(-1) ? 'output' : `${layer.name}.output`;
    node.push({ name: layer.name, output: [output], ...nodeOf(layer, value, initializer) });
    value = output;
  }
  const last = net.shapes.at(-1)!;
  const flat = net.layers.some((l) => l.op === 'flatten');
  if (!flat && net.layers.some((l) => l.op === 'dense')) fail('nn-flat', 'a network that starts with a vector cannot be written', { hint: 'start with an image and Flatten' });
  const model = protobuf().create(onnx().ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'wordline',
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(net.metadata).map(([key, text]) => ({ key, value: text })),
    graph: {
      name: net.name,
      node,
      initializer,
      input: [valueInfo('input', image(net.input))],
      output: [valueInfo('output', flat ? [1, sizeOf(last)] : image(last))],
    },
  });
  return protobuf().toBinary(onnx().ModelProtoSchema, model);
}

function image({ channels, height, width }: Shape): number[] {
  return [1, channels, height, width];
}

function valueInfo(name: string, dims: readonly number[]): ValueInfo {
  const dim = dims.map((n) => ({ value: { case: 'dimValue' as const, value: BigInt(n) } }));
  return { name, type: { value: { case: 'tensorType', value: { elemType: onnx().TensorProto_DataType.FLOAT, shape: { dim } } } } };
}

function nodeOf(layer: Layer, value: string, initializer: Tensor[]): Node {
  const { name } = layer;
  const constant = (what: string, values: Float32Array, dims: readonly number[]): string => {
    const tensor = `${name}.${what}`;
    initializer.push({ name: tensor, dims: dims.map(BigInt), dataType: onnx().TensorProto_DataType.FLOAT, rawData: floatBytes(values) });
    return tensor;
  };
  switch (layer.op) {
    case 'conv': {
      const { weights, outputs, kernel, bias } = layer;
      const inputs = weights.length / (outputs * kernel[0] * kernel[1]);
      const input = [value, constant('weight', weights, [outputs, inputs, ...kernel]), constant('bias', bias, [outputs])];
      return { opType: 'Conv', input, attribute: windowAttributes(layer) };
    }
    case 'maxPool':
      return { opType: 'MaxPool', input: [value], attribute: windowAttributes(layer) };
    case 'averagePool':
      return { opType: 'AveragePool', input: [value], attribute: [...windowAttributes(layer), int('count_include_pad', layer.countPadding ? 1 : 0)] };
    case 'relu':
      return { opType: 'Relu', input: [value] };
    case 'flatten':
      return { opType: 'Flatten', input: [value], attribute: [int('axis', 1)] };
    case 'dense': {
      const { weights, outputs, bias } = layer;
      const input = [value, constant('weight', weights, [outputs, weights.length / outputs]), constant('bias', bias, [outputs])];
      return { opType: 'Gemm', input, attribute: [int('transB', 1)] };
    }
  }
}

function windowAttributes({ kernel, stride, pads }: Window): Attribute[] {
  return [ints('kernel_shape', kernel), ints('strides', stride), ints('pads', pads)];
}

function int(name: string, value: number): Attribute {
  return { name, type: onnx().AttributeProto_AttributeType.INT, i: BigInt(value) };
}

function ints(name: string, values: readonly number[]): Attribute {
  return { name, type: onnx().AttributeProto_AttributeType.INTS, ints: values.map(BigInt) };
}
