import type { TensorProto } from 'onnx-buf';
import { fail } from '../diag/index.ts';
import { onnx } from './onnx-library.ts';
import { quote } from './shape.ts';

/** A constant of the file. Integers (shapes) and floats (weights) are both numbers here. */
export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | readonly number[];
}

/** How the types that are read lie in a file: as raw bytes, or as a typed list. */
interface Reading {
  readonly bytes: number;
  readonly raw: (view: DataView, length: number) => Float32Array | number[];
  readonly list: (tensor: TensorProto) => Float32Array | number[];
}
const TYPES: Readonly<Record<string, Reading>> = {
  FLOAT: { bytes: 4, raw: (view, length) => Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true)), list: (t) => Float32Array.from(t.floatData) },
  DOUBLE: { bytes: 8, raw: (view, length) => Float32Array.from({ length }, (_, i) => view.getFloat64(8 * i, true)), list: (t) => Float32Array.from(t.doubleData) },
  INT32: { bytes: 4, raw: (view, length) => Array.from({ length }, (_, i) => view.getInt32(4 * i, true)), list: (t) => t.int32Data },
  INT64: { bytes: 8, raw: (view, length) => Array.from({ length }, (_, i) => Number(view.getBigInt64(8 * i, true))), list: (t) => t.int64Data.map(Number) },
};

/**
 * Decodes a float32, float64, int32 or int64 tensor, from raw bytes or from its typed list.
 * @throws WordlineError `onnx-tensor` on any other type, external data, or a number of values that the dimensions do not promise
 */
export function decodeTensor(tensor: TensorProto, name = tensor.name): Constant {
  const what = `initialiser ${quote(name)}`;
  const { TensorProto_DataLocation, TensorProto_DataType } = onnx();
  const type = (TensorProto_DataType as Readonly<Record<number, string | undefined>>)[tensor.dataType];
  const reading = TYPES[type ?? ''];
  if (reading === undefined) fail('onnx-tensor', `${what} has type ${type ?? tensor.dataType}: FLOAT, DOUBLE, INT32 and INT64 are read`);
  const { bytes, raw, list } = reading;
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    fail('onnx-tensor', `${what} lies in another file`, { hint: 'save the model with its weights inside' });
  }
  const dims = tensor.dims.map(Number);
  const size = dims.reduce((product, n) => product * n, 1);
  if (tensor.rawData.length % bytes !== 0) fail('onnx-tensor', `${what} holds ${tensor.rawData.length} bytes, not a multiple of ${bytes}`);
  const { buffer, byteOffset, byteLength } = tensor.rawData;
  const values = byteLength > 0 ? raw(new DataView(buffer, byteOffset, byteLength), byteLength / bytes) : list(tensor);
  if (dims.some((n) => n < 0) || values.length !== size) {
    fail('onnx-tensor', `${what} promises ${dims.length === 0 ? 'one value' : `${dims.join(' x ')} values`} and holds ${values.length}`);
  }
  return { name, dims, values };
}

/** Little-endian bytes of float32 values, whatever the machine. */
export function floatBytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}
