import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, ModelProtoSchema, TensorProto_DataType, type AttributeProtoSchema, type NodeProtoSchema, type TensorProtoSchema } from 'onnx-buf';

type Node = MessageInitShape<typeof NodeProtoSchema>;
type Tensor = MessageInitShape<typeof TensorProtoSchema>;
type Attribute = MessageInitShape<typeof AttributeProtoSchema>;

/** ONNX files by hand, as other exporters write them: the writer under test is not asked. */
export function onnx({ input = [1, 1, 4, 4], nodes, tensors = [], output = 'y', outputs = [output] }: {
  input?: (number | string)[];
  nodes: Node[];
  tensors?: Tensor[];
  output?: string;
  outputs?: string[];
}): Uint8Array {
  const dim = input.map((d) => ({ value: typeof d === 'number' ? { case: 'dimValue' as const, value: BigInt(d) } : { case: 'dimParam' as const, value: d } }));
  const tensorType = { elemType: TensorProto_DataType.FLOAT, shape: { dim } };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 7n,
      opsetImport: [{ version: 13n }],
      graph: {
        name: 'hand',
        node: nodes,
        initializer: tensors,
        input: [{ name: 'x', type: { value: { case: 'tensorType', value: tensorType } } }],
        output: outputs.map((name) => ({ name })),
      },
    }),
  );
}

export function node(opType: string, input: string[], output: string, attribute: Attribute[] = [], name = ''): Node {
  return { opType, input, output: [output], attribute, name };
}

export function floats(name: string, dims: number[], values: number[]): Tensor {
  return { name, dims: dims.map(BigInt), dataType: TensorProto_DataType.FLOAT, floatData: values };
}

export function longs(name: string, values: number[]): Tensor {
  return { name, dims: [BigInt(values.length)], dataType: TensorProto_DataType.INT64, int64Data: values.map(BigInt) };
}

export function int(name: string, i: number): Attribute {
  return { name, type: AttributeProto_AttributeType.INT, i: BigInt(i) };
}

export function ints(name: string, values: number[]): Attribute {
  return { name, type: AttributeProto_AttributeType.INTS, ints: values.map(BigInt) };
}

export function float(name: string, f: number): Attribute {
  return { name, type: AttributeProto_AttributeType.FLOAT, f };
}

export function text(name: string, s: string): Attribute {
  return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(s) };
}
