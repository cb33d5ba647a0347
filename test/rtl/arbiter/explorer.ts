import { simulate, type Policy } from '../../../src/index.ts';
import { ArbiterSystem, type ArbiterTurns } from '../../../rtl/controller/arbiter/index.ts';

export type Inputs = Readonly<Record<string, number>>;
/** What follows: a state by its registers, or the message of the check that fails. */
export type Next = { readonly state: string } | { readonly failed: string; readonly assumed: boolean };

/** The system of a policy without counters of a proof, state by state. */
export class Explorer {
  readonly sim;
  readonly #registers: readonly number[];
  readonly #inputs: ReadonlyMap<string, number>;
  readonly #checks;

  constructor(policy: Policy, entries: number, turnBits: number, turns?: ReturnType<typeof ArbiterTurns>) {
    this.sim = simulate(ArbiterSystem({ policy, entries, turnBits, latency: 2, counted: false, ...(turns !== undefined && { turns }) }), { engine: 'js' });
    const { flat } = this.sim.design;
    this.#registers = flat.nodes.filter((n) => n.kind === 'reg').map((n) => n.id);
    this.#inputs = flat.inputs;
    this.#checks = [...flat.checkPaths.keys()];
  }

  state(): string {
    return this.#registers.map((r) => this.sim.engine.peek(r)).join();
  }

  save() {
    return this.sim.engine.save();
  }

  restore(state: ReturnType<Explorer['save']>): void {
    this.sim.engine.restore(state);
  }

  peek(name: string): number {
    return Number(this.sim.peek(name));
  }

  /** One cycle from where it stands. */
  step(inputs: Inputs): Next {
    const { engine } = this.sim;
    for (const [name, id] of this.#inputs) engine.poke(id, BigInt(inputs[name] ?? 0));
    if (engine.tick([0], 1, true) !== 0) return { state: this.state() };
    const check = this.#checks[engine.failed!]!;
    return { failed: check.message, assumed: check.check === 'assume' };
  }
}

/** Every combination of values of inputs. */
export function combinations(values: Readonly<Record<string, readonly number[]>>): Inputs[] {
  return Object.entries(values).reduce<Inputs[]>((all, [name, list]) => all.flatMap((inputs) => list.map((v) => ({ ...inputs, [name]: v }))), [{}]);
}
