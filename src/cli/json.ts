/**
 * What a testbench returns, as JSON can hold it. `JSON.stringify` alone would throw at a bigint and make silently `null` of NaN and `{}` of a
 * Map.
 *
 * | value                    | becomes                                             |
 * |--------------------------|-----------------------------------------------------|
 * | bigint                   | its decimal digits, a string                        |
 * | NaN, Infinity, -Infinity | a string                                            |
 * | Map                      | an object if its keys are texts or numbers, else pairs |
 * | Set, typed array, Buffer | a list                                              |
 * | Error                    | `{ name, message }`                                 |
 * | whatever has `toJSON`    | what that returns (Bits: their text)                |
 * | undefined, functions     | left out; in a list `null`                          |
 */
export function jsonValue(value: unknown): unknown {
  return convert(value, new Set());
}

function convert(value: unknown, above: Set<object>): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  above.add(value);
  const result = convertObject(value, (inner) => convert(inner, above));
  above.delete(value);
  return result;
}

function convertObject(value: object, inner: (value: unknown) => unknown): unknown {
  const item = (v: unknown): unknown => inner(v) ?? null;
  if (Array.isArray(value)) return value.map(item);
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] : Array.from(value as unknown as Iterable<number | bigint>, item);
  if (value instanceof Set) return [...value].map(item);
  if (value instanceof Map) {
    const entries = [...value] as [unknown, unknown][];
    if (entries.every(([k]) => typeof k === 'string' || typeof k === 'number')) return fields(entries.map(([k, v]) => [String(k), v]), inner);
    return entries.map((pair) => pair.map(item));
  }
  if (value instanceof Error) return { name: value.name, message: value.message };
  if ('toJSON' in value && typeof value.toJSON === 'function') return inner((value.toJSON as () => unknown).call(value));
  return fields(Object.entries(value), inner);
}

function fields(entries: readonly (readonly [string, unknown])[], inner: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(entries.map(([k, v]) => [k, inner(v)] as const).filter(([, v]) => v !== undefined));
}
