import type { AttributeProto, NodeProto } from 'onnx-buf';
import { fail } from '../diag/index.ts';
import { quote } from './shape.ts';

/** `Conv node "conv1"`, for messages; a node without a name is called after its output. */
export function nodeText(node: NodeProto): string {
  return `${/^\w{1,40}$/.test(node.opType) ? node.opType : quote(node.opType)} node ${quote(nodeName(node))}`;
}

export function nodeName(node: NodeProto): string {
  return node.name === '' ? (node.output[0] ?? '') : node.name;
}

function find(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((a) => a.name === name);
}

export function intAttribute(node: NodeProto, name: string, otherwise: number): number {
  const attribute = find(node, name);
  return attribute === undefined ? otherwise : Number(attribute.i);
}

export function floatAttribute(node: NodeProto, name: string, otherwise: number): number {
  return find(node, name)?.f ?? otherwise;
}

export function textAttribute(node: NodeProto, name: string, otherwise: string): string {
  const attribute = find(node, name);
  return attribute === undefined ? otherwise : new TextDecoder().decode(attribute.s);
}

/** A list of `length` integers, or undefined when the attribute is absent. */
export function intsAttribute(node: NodeProto, name: string, length: number): number[] | undefined {
  const ints = find(node, name)?.ints.map(Number);
  if (ints === undefined) return undefined;
  if (ints.length !== length) fail('onnx-attribute', `${nodeText(node)} has ${ints.length} ${name}: ${length} are expected (2-D images)`);
  return ints;
}

/** Refuses an attribute whose meaning the chain of layers cannot express. */
export function mustBe(node: NodeProto, name: string, actual: number | readonly number[], wanted: number): void {
  const list = typeof actual === 'number' ? [actual] : actual;
  if (list.some((n) => n !== wanted)) fail('onnx-attribute', `${nodeText(node)} has ${name} = ${list.join(', ')}: only ${wanted} is supported`);
}
