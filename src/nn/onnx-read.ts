import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from 'onnx-buf';
import { fail, WordlineError, type Problem } from '../diag/index.ts';
import { graph, type Graph } from './graph.ts';
import { nodeText } from './onnx-attributes.ts';
import { CONSTANT_READERS, READERS, type Chain } from './onnx-nodes.ts';
import { decodeTensor } from './onnx-tensor.ts';
import { quote, type Shape } from './shape.ts';
import { onnx, protobuf } from './onnx-library.ts';

/** Every operator that `readOnnx` understands. */
export const ONNX_OPERATORS: readonly string[] = [...new Set([...Object.keys(READERS), ...Object.keys(CONSTANT_READERS)])].sort();

/**
 * Reads a float32 ONNX file whose nodes form one chain from one input to one output (LeNet, VGG and the like). The batch may be
 * dynamic; height, width and channels may not. A last Softmax is left out: the logits are what is compared, and the order is the same.
 * @param name for messages
 * @throws WordlineError `onnx-file`, `onnx-operator`, `onnx-initialiser`, `onnx-shape`, `onnx-chain`, `onnx-attribute`, `onnx-tensor`,
 *   `onnx-reshape`, and what `graph` reports
 */
export function readOnnx(file: Uint8Array, name = 'ONNX file'): Graph {
  const model = decode(file, name);
  const proto = model.graph ?? fail('onnx-file', `${name} is not an ONNX model: it has no graph`);
  if (proto.node.length === 0) fail('onnx-file', `${name} is not an ONNX model: its graph has no nodes`);
  checkOperators(proto.node);
  const chain = walk(proto);
  const output = proto.output[0]?.name;
  if (proto.output.length !== 1) fail('onnx-chain', `${name} has ${proto.output.length} outputs: one is supported`);
  if (output !== chain.value) fail('onnx-chain', `output ${quote(output ?? '')} of ${name} is not the end of its chain of nodes, ${quote(chain.value)}`);
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]));
  const { shape, flat } = inputOf(proto);
  return graph({ name: proto.name === '' ? 'network' : proto.name, input: shape, flat, layers: unique(chain), metadata });
}

function decode(file: Uint8Array, name: string): ModelProto {
  try {
    // A copy: a Node buffer's slice() would share memory, and the decoder slices.
    return protobuf().fromBinary(onnx().ModelProtoSchema, Uint8Array.from(file));
  } catch (error) {
    return fail('onnx-file', `${name} is not an ONNX model: ${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ')}`);
  }
}

/** All unsupported operators at once, because they decide whether the network can be used at all. */
function checkOperators(nodes: readonly NodeProto[]): void {
  const problems: Problem[] = [];
  for (const node of nodes) {
    const standard = node.domain === '' || node.domain === 'ai.onnx';
    if (standard && ONNX_OPERATORS.includes(node.opType)) continue;
    const text = standard ? nodeText(node) : `${nodeText(node)} of domain ${quote(node.domain)}`;
    problems.push({ code: 'onnx-operator', message: `${text} is not supported`, hint: `supported: ${ONNX_OPERATORS.join(', ')}` });
  }
  if (problems.length > 0) throw new WordlineError(problems.slice(0, 10));
}

function walk(proto: GraphProto): Chain {
  const { shape, flat, name } = inputOf(proto);
  const chain: Chain = { value: name, shape, flat, layers: [], constants: new Map() };
  for (const tensor of proto.initializer) chain.constants.set(tensor.name, decodeTensor(tensor));
  for (const node of proto.node) {
    if (node.input.every((input) => chain.constants.has(input)) && node.opType in CONSTANT_READERS) {
      CONSTANT_READERS[node.opType]!(node, chain);
      continue;
    }
    const data = node.opType === 'Add' ? node.input.find((input) => !chain.constants.has(input)) : node.input[0];
    if (data !== chain.value) {
      fail('onnx-chain', `${nodeText(node)} reads ${quote(data ?? '')}, but only chains are supported: the node before it made ${quote(chain.value)}`);
    }
    const read = READERS[node.opType] ?? fail('onnx-initialiser', `${nodeText(node)} has inputs that are not initialisers of the file`);
    const soft = node.opType === 'Softmax' || node.opType === 'LogSoftmax';
    if (soft && node !== proto.node.at(-1)) fail('onnx-chain', `${nodeText(node)} is not the last node: softmax is supported at the end only`);
    read(node, chain);
  }
  return chain;
}

function inputOf(proto: GraphProto): { name: string; shape: Shape; flat: boolean } {
  const constants = new Set(proto.initializer.map((t) => t.name));
  // Old files list their weights among the inputs.
  const inputs = proto.input.filter((input) => !constants.has(input.name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    fail('onnx-chain', `the model has ${inputs.length} inputs: one image is expected${inputs.length > 1 ? ` (${inputs.slice(0, 4).map((i) => quote(i.name)).join(', ')})` : ''}`);
  }
  const dims = dimensions(input);
  if (dims.length === 2) return { name: input.name, shape: { channels: dims[1]!, height: 1, width: 1 }, flat: true };
  if (dims.length !== 4) fail('onnx-shape', `input ${quote(input.name)} has ${dims.length} dimensions: N x C x H x W or N x values is expected`);
  return { name: input.name, shape: { channels: dims[1]!, height: dims[2]!, width: dims[3]! }, flat: false };
}

function dimensions(input: ValueInfoProto): number[] {
  const type = input.type?.value;
  if (type?.case !== 'tensorType' || type.value.elemType !== (onnx().TensorProto_DataType.FLOAT as number)) {
    fail('onnx-shape', `input ${quote(input.name)} is not a float32 tensor`);
  }
  return (type.value.shape?.dim ?? []).map((dim, i) => {
    // The batch is 1 here whatever the file says.
    if (i === 0) return 1;
    if (dim.value.case === 'dimValue' && dim.value.value > 0n) return Number(dim.value.value);
    const what = dim.value.case === 'dimParam' && dim.value.value !== '' ? quote(dim.value.value) : 'unknown';
    return fail('onnx-shape', `dimension ${i + 1} of input ${quote(input.name)} is dynamic (${what})`, { hint: 'export the model with a fixed size; only the batch may be dynamic' });
  });
}

/** Layer names in files may be missing or double; here they are keys. */
function unique({ layers }: Chain): Chain['layers'] {
  const seen = new Set<string>();
  return layers.map((layer) => {
    let name = layer.name === '' ? layer.op : layer.name;
    for (let n = 2; seen.has(name); n++) name = `${layer.name === '' ? layer.op : layer.name}_${n}`;
    seen.add(name);
    return { ...layer, name };
  });
}
