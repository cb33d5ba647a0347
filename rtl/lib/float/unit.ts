import { bit, module, parametric, uint, type BitsType, type Fields, type Hardware, type ModuleDefinition, type Ports, type Signal, type SignalOf } from '../../../src/index.ts';
import { checkParameters, whole, type Rule } from '../parameters.ts';

export interface PipelineParameters {
  /** Registers on every path from inputs to outputs: the latency in cycles. */
  readonly stages: number;
}

type Values = Readonly<Record<string, Signal>>;

/** Where an operation may be cut into stages. `boundaries` of them are offered; `stages` are taken, as evenly spread as they can be. */
export class Stages {
  #offered = 0;
  #taken = 0;

  constructor(
    private readonly hw: Hardware,
    private readonly boundaries: number,
    private readonly stages: number,
    private readonly enable?: Signal<1>,
  ) {}

  /** Registers so far. */
  get taken(): number {
    return this.#taken;
  }

  /** All that is still needed behind this boundary; in registers if it is taken. The names are those of registers or wires. */
  cut<T extends Values>(name: string, values: T): T {
    const share = (i: number): number => Math.floor((i * (this.stages + 1)) / (this.boundaries + 1));
    const here = share(this.#offered + 1) > share(this.#offered);
    this.#offered++;
    if (here) this.#taken++;
    const pass = (key: string, value: Signal): Signal => (here ? this.#register(`${name}_${key}`, value) : this.hw.name(`${name}_${key}`, value));
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, pass(key, value)])) as T;
  }

  /** A value of the time when `since` registers were taken, brought to now. */
  follow<S extends Signal>(name: string, value: S, since = 0): S {
    let late: Signal = value;
    for (let i = since; i < this.#taken; i++) late = this.#register(`${name}_${i}`, late);
    return late as S;
  }

  #register(name: string, value: Signal): Signal {
    const register = this.hw.reg(name, uint(value.width));
    if (this.enable === undefined) register.next(value);
    else this.hw.when(this.enable, () => register.next(value));
    return register;
  }
}

type SignalsOf<F extends Fields> = { readonly [K in keyof F]: SignalOf<F[K]> };

/** An operation and how it is offered. */
export interface FloatUnit<P extends object, I extends Fields, O extends Fields> {
  /** Name in messages. */
  readonly block: string;
  /** Name of the module type: different for different parameters. */
  readonly name: (p: Required<P>) => string;
  readonly rules: Readonly<Record<keyof P & string, Rule>>;
  /** Values of parameters that may be left out. */
  readonly defaults: Partial<P>;
  readonly ports: (p: Required<P>) => { readonly in: I; readonly out: O };
  /** How often `build` calls `cut`. */
  readonly boundaries: (p: Required<P>) => number;
  readonly build: (hw: Hardware, p: Required<P>, inputs: SignalsOf<I>, stages: Stages) => SignalsOf<O>;
}

type Modules<P, I extends Fields, O extends Fields> = (p: P) => ModuleDefinition<I, O>;

/**
 * Two families of modules: logic without a clock, and the same with registers and an input `enable`, while which is 0 all of them hold.
 * `stages` may be from 1 to the number of boundaries.
 */
export function floatUnit<P extends object, const I extends Fields, const O extends Fields>(unit: FloatUnit<P, I, O>): readonly [Modules<P, I, O>, Modules<P & PipelineParameters, I & { readonly enable: BitsType<1> }, O>] {
  const complete = (given: P): Required<P> => ({ ...unit.defaults, ...given }) as Required<P>;
  const make = (name: string, ports: Ports, p: Required<P>, count: number): ModuleDefinition =>
    module(name, ports, (inputs, hw) => {
      const stages = new Stages(hw, unit.boundaries(p), count, (inputs as Readonly<Record<string, Signal<1>>>)['enable']);
      return unit.build(hw, p, inputs as SignalsOf<I>, stages);
    });

  const plain = parametric((p: Required<P>) => make(unit.name(p), { ...unit.ports(p), domains: [] }, p, 0));
  const piped = parametric(({ p, stages }: PipelineParameters & { p: Required<P> }) => {
    const ports = unit.ports(p);
    return make(`${unit.name(p)}Stages${stages}`, { ...ports, in: { ...ports.in, enable: bit } }, p, stages);
  });
  return [
    (given) => {
      const p = complete(given);
      checkParameters(unit.block, p, unit.rules);
      return plain(p) as unknown as ModuleDefinition<I, O>;
    },
    ({ stages, ...given }) => {
      const p = complete(given as unknown as P);
      checkParameters(unit.block, p, unit.rules);
      checkParameters(`${unit.block}Pipeline`, { stages }, { stages: whole(1, unit.boundaries(p)) });
      return piped({ p, stages }) as unknown as ModuleDefinition<I & { readonly enable: BitsType<1> }, O>;
    },
  ];
}
