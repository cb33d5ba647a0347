import type { DomainId, NodeId } from '../ir/netlist.ts';
import type { LinearMemory } from '../wave/wasm.ts';

/** Names of the engines; `interp` defines the meaning, the others are fast. */
export type EngineName = 'interp' | 'js' | 'wasm';

/** A picture of chosen nodes. Node i takes words from `offsets[i]`: lane 0 first, the least significant word of a lane first. */
export interface Observer {
  readonly image: Int32Array;
  readonly offsets: readonly number[];
  /** Brings the picture up to date with inputs and state. */
  settle(): void;
  /**
   * A kernel that brings the picture up to date and then goes on as `Engine.tick` does; what both need is worked out once. It is good until
   * a reset is driven. Absent: the engine has none.
   */
  edge?(domains: readonly DomainId[], checks: boolean): (count: number) => number;
  /** Where the picture lies, if that is memory of WebAssembly; the kernel is then a function of WebAssembly, too. */
  readonly memory?: LinearMemory | undefined;
}

/** State of an engine at one moment; only the engine that made it (on the same design) can take it back. */
export interface EngineState {
  readonly words: Int32Array;
  readonly memories: readonly Int32Array[];
  readonly models: readonly unknown[];
  readonly covers: Float64Array;
}

/** Node ids are those of the flat design. Values are packed. */
export interface Engine {
  readonly name: EngineName;
  poke(input: NodeId, value: bigint): void;
  /** One lane of up to 32 bits. */
  pokeNumber(input: NodeId, value: number): void;
  peek(node: NodeId): bigint;
  /** One lane of up to 32 bits, unsigned. */
  peekNumber(node: NodeId): number;
  /** All lanes of a Vec of up to 32 bits a lane, unsigned: without packing them into one value and taking it apart again. */
  pokeLanes(input: NodeId, lanes: ArrayLike<number>): void;
  peekLanes(node: NodeId): number[];
  setReset(domain: DomainId, on: boolean): void;
  /**
   * `count` clock edges at which these domains tick together. Returns how many were done: fewer if an assertion (or assumption) does not
   * hold at the next one, which is then in `failed`, with everything as it is just before that edge.
   */
  tick(domains: readonly DomainId[], count: number, checks: boolean): number;
  /** Index of the check that stopped `tick`. */
  readonly failed: number | undefined;
  /** How often each check that is a cover was hit. */
  readonly covers: Float64Array;
  /** `extra` words at the end of the picture are left to the caller. */
  observe(nodes: readonly NodeId[], extra?: number): Observer;
  readMemory(memory: number, address: number): bigint;
  writeMemory(memory: number, address: number, value: bigint): void;
  save(): EngineState;
  restore(state: EngineState): void;
}
