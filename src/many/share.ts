/**
 * A copy whose typed arrays and buffers lie in shared memory, so that threads see one array instead of a copy each. Goes through plain
 * objects and lists; arrays that are shared already stay what they are, and so does everything else. An array that is found twice is
 * shared once; two views of one buffer become two arrays. A Buffer becomes a Uint8Array.
 */
export function share<T>(value: T): T {
  return convert(value, new Map()) as T;
}

function convert(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const keep = <T>(made: T): T => {
    known.set(value, made);
    return made;
  };
  if (ArrayBuffer.isView(value)) return keep(sharedView(value));
  if (value instanceof ArrayBuffer) return keep(sharedBytes(new Uint8Array(value)).buffer);
  if (Array.isArray(value)) {
    const list = keep<unknown[]>([]);
    for (const item of value) list.push(convert(item, known));
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const object = keep<Record<string, unknown>>({});
  for (const [name, field] of Object.entries(value)) object[name] = convert(field, known);
  return object;
}

type ViewClass = new (buffer: SharedArrayBuffer, offset: number, length: number) => ArrayBufferView;

function sharedView(view: ArrayBufferView): ArrayBufferView {
  if (view.buffer instanceof SharedArrayBuffer) return view;
  const { buffer } = sharedBytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  if (view instanceof Uint8Array) return new Uint8Array(buffer);
  const size = 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1;
  return new (view.constructor as ViewClass)(buffer, 0, view.byteLength / size);
}

function sharedBytes(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
