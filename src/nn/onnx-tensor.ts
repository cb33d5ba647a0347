import { TensorProto_DataLocation, TensorProto_DataType, type TensorProto } from 'onnx-buf';
import { fail } from '../diag/index.ts';
import { quote } from './shape.ts';

/** A constant of the file. Integers (shapes) and floats (weights) are both numbers here. */
export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | readonly number[];
}

/** Bytes a value of the types that are read. */
const BYTES: Partial<Record<TensorProto_DataType, number>> = {
  [TensorProto_DataType.FLOAT]: 4,
  [TensorProto_DataType.DOUBLE]: 8,
  [TensorProto_DataType.INT32]: 4,
  [TensorProto_DataType.INT64]: 8,
};

/**
 * Decodes a float32, float64, int32 or int64 tensor, from raw bytes or from its typed list.
 * @throws WordlineError `onnx-tensor` on any other type, external data, or a number of values that the dimensions do not promise
 */
export function decodeTensor(tensor: TensorProto, name = tensor.name): Constant {
  const what = `initialiser ${quote(name)}`;
  const type = tensor.dataType as TensorProto_DataType;
  const bytes = BYTES[type];
  if (bytes === undefined) fail('onnx-tensor', `${what} has type ${TensorProto_DataType[type] ?? type}: FLOAT, DOUBLE, INT32 and INT64 are read`);
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    fail('onnx-tensor', `${what} lies in another file`, { hint: 'save the model with its weights inside' });
  }
  const dims = tensor.dims.map(Number);
  const size = dims.reduce((product, n) => product * n, 1);
  if (tensor.rawData.length % bytes !== 0) fail('onnx-tensor', `${what} holds ${tensor.rawData.length} bytes, not a multiple of ${bytes}`);
  const values = tensor.rawData.length > 0 ? fromRaw(tensor.rawData, type, bytes) : fromList(tensor, type);
  if (dims.some((n) => n < 0) || values.length !== size) {
    fail('onnx-tensor', `${what} promises ${dims.length === 0 ? 'one value' : `${dims.join(' x ')} values`} and holds ${values.length}`);
  }
  return { name, dims, values };
}

function fromRaw(raw: Uint8Array, type: TensorProto_DataType, bytes: number): Float32Array | number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const length = raw.length / bytes;
  switch (type) {
    case TensorProto_DataType.FLOAT:
      return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
    case TensorProto_DataType.DOUBLE:
      return Float32Array.from({ length }, (_, i) => view.getFloat64(8 * i, true));
    case TensorProto_DataType.INT32:
      return Array.from({ length }, (_, i) => view.getInt32(4 * i, true));
    default:
      return Array.from({ length }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }
}

function fromList(tensor: TensorProto, type: TensorProto_DataType): Float32Array | number[] {
  switch (type) {
    case TensorProto_DataType.FLOAT:
      return Float32Array.from(tensor.floatData);
    case TensorProto_DataType.DOUBLE:
      return Float32Array.from(tensor.doubleData);
    case TensorProto_DataType.INT32:
      return tensor.int32Data;
    default:
      return tensor.int64Data.map(Number);
  }
}

/** Little-endian bytes of float32 values, whatever the machine. */
export function floatBytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}
