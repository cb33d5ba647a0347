import { createRequire } from 'node:module';
import type * as Protobuf from '@bufbuild/protobuf';
import type * as Onnx from 'onnx-buf';

/**
 * The decoder of ONNX files, loaded when a file is read or written and not with the kit: it takes as long to load as a small design takes to
 * its first cycle.
 */
const load = createRequire(import.meta.url);
const once = <T>(name: string): (() => T) => {
  let loaded: T | undefined;
  return () => (loaded ??= load(name) as T);
};

export const protobuf = once<typeof Protobuf>('@bufbuild/protobuf');
export const onnx = once<typeof Onnx>('onnx-buf');
