import type { Hardware, Signal } from '../../src/index.ts';

/**
 * Places hardware in a clock domain. A block that crosses domains is written once over its clockings: as a module they are real domains; to
 * be proved they are ticks that come when they like, in one domain.
 */
export type Clocking = <T>(body: () => T) => T;

export const inDomain = (hw: Hardware, domain: string): Clocking => (body) => hw.in(domain, body);

/** What a domain does at its edges happens in the cycles in which `tick` is 1. Two domains may tick in one cycle, each alone, or neither. */
export const onTick =
  (hw: Hardware, tick: Signal<1>): Clocking =>
  <T>(body: () => T): T => {
    const results: T[] = [];
    hw.when(tick, () => void results.push(body()));
    return results[0]!;
  };
