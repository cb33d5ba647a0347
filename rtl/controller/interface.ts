import { bit, inp, interfaceOf, out, uint, vec } from '../../src/index.ts';
import type { ControllerConfig, ControllerShape } from './config.ts';

type Word = ReturnType<typeof uint<32>>;
const words = (n: number) => vec<number, Word>(n, uint(32));

/**
 * Requests, seen from who makes them: accepted at the edge at which `valid` and `ready` are 1. `ready` depends on the request. `bank` is
 * {pseudo-channel, group, bank}, `column` counts bursts of a row. Bit i of `mask` keeps byte i from being written.
 */
export const requestPort = ({ idBits }: ControllerConfig, shape: ControllerShape) =>
  interfaceOf('DramRequests', {
    valid: out(bit),
    ready: inp(bit),
    write: out(bit),
    id: out(uint<number>(idBits)),
    bank: out(uint<number>(shape.bankBits)),
    row: out(uint<number>(shape.rowBits)),
    column: out(uint<number>(shape.columnBits)),
    data: out(words(shape.words)),
    mask: out(uint<number>(shape.bytes)),
  });

/**
 * Answers, seen from the controller, which nothing can hold up: a read's with its data, a write's at the moment its command is given. Each request
 * gets exactly one.
 */
export const responsePort = ({ idBits }: ControllerConfig, shape: ControllerShape) =>
  interfaceOf('DramResponses', {
    valid: out(bit),
    id: out(uint<number>(idBits)),
    data: out(words(shape.words)),
    written: out(bit),
    writtenId: out(uint<number>(idBits)),
  });
