import { fail, type BurstPlace, type BurstWrite, type PimBackend, type ModuleDefinition, type PimRequest, type Simulation } from '../../src/index.ts';
import { controllerShape } from './config.ts';
import type { PimChannel, PimChannelOptions } from './pim-channel.ts';

type SimulationOf<M> = M extends ModuleDefinition<infer I, infer O, infer B> ? Simulation<I, O, B> : never;
/** A simulation of a {@link PimChannel}. */
export type PimChannelSimulation = SimulationOf<ReturnType<typeof PimChannel>>;

/** A host request in SB mode; `bank` is that of the channel. */
export interface HostAccess {
  readonly bank: number;
  readonly row: number;
  readonly column: number;
  /** What is written; a read has none. */
  readonly words?: Uint32Array;
}

/** Host requests that come beside the kernels, whoever has the memory. */
export interface HostTraffic {
  /** The request that the host has in this cycle, if any; the same one until it is taken. */
  offer(cycle: number): HostAccess | undefined;
  taken(cycle: number): void;
  /** A write has been given to the memory, or a read answered, with what it returned. */
  answered?(access: HostAccess, cycle: number, words?: Uint32Array): void;
}

export interface ChannelBackendOptions {
  readonly traffic?: HostTraffic;
  /** Called before each clock edge, with all inputs set. */
  readonly eachCycle?: (cycle: number) => void;
  /** Cycles without an end of one call after which something is wrong. Default 10,000,000. */
  readonly limit?: number;
}

interface Waiting {
  readonly access: HostAccess;
  readonly then: ((words?: Uint32Array) => void) | undefined;
}

/**
 * Carries kernels out on a channel in hardware: PIM requests go to its PIM port, reads and writes through the controller like those of any host, all on one
 * simulation. Traffic beside them goes on in all of its calls; an access of a kernel comes before it.
 */
export class ChannelBackend implements PimBackend {
  readonly #sim: PimChannelSimulation;
  readonly #options: ChannelBackendOptions;
  readonly #limit: number;
  readonly #banks: number;
  readonly #zeros: readonly number[];
  readonly #free: number[];
  readonly #waiting = new Map<number, Waiting>();
  #cycle = 0;
  /** What the ports show, so that they are written only when that changes. */
  #hostShown: HostAccess | undefined;
  #pimShown: PimRequest | undefined;

  constructor(sim: PimChannelSimulation, { preset, idBits = 8 }: Pick<PimChannelOptions, 'preset' | 'idBits'>, options: ChannelBackendOptions = {}) {
    const shape = controllerShape(preset);
    this.#sim = sim;
    this.#options = options;
    this.#limit = options.limit ?? 10_000_000;
    this.#banks = shape.banksPerPseudoChannel;
    this.#zeros = new Array<number>(shape.words).fill(0);
    this.#free = Array.from({ length: 2 ** idBits }, (_, i) => i);
  }

  /** Cycles since the backend was made. */
  get cycle(): number {
    return this.#cycle;
  }

  /** Host requests that have been taken and not answered, of kernels and of the traffic. */
  get waiting(): number {
    return this.#waiting.size;
  }

  pim(requests: Iterable<PimRequest>): void {
    const list = requests[Symbol.iterator]();
    let next = list.next();
    this.#run('PIM requests', () => {
      if (this.#step(undefined, next.done === true ? undefined : next.value).pim) next = list.next();
      return next.done === true && this.#sim.out.pimDone === 1;
    });
  }

  read(bursts: readonly BurstPlace[]): Uint32Array[] {
    const answers = new Array<Uint32Array>(bursts.length);
    this.#serve(bursts, (i, words) => (answers[i] = words!));
    return answers;
  }

  write(bursts: readonly BurstWrite[]): void {
    this.#serve(bursts, () => undefined);
  }

  /** Lets time go on: the traffic alone. */
  idle(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.#step(undefined, undefined);
  }

  #serve(bursts: readonly (BurstPlace & { readonly words?: Uint32Array })[], then: (i: number, words?: Uint32Array) => void): void {
    let [asked, answered] = [0, 0];
    const accessOf = ({ pseudoChannel, bank, row, column, words }: (typeof bursts)[number]): HostAccess => ({ bank: pseudoChannel * this.#banks + bank, row, column, ...(words !== undefined && { words }) });
    let access: HostAccess | undefined = bursts.length > 0 ? accessOf(bursts[0]!) : undefined;
    this.#run('host requests', () => {
      const at = asked;
      const done = (words?: Uint32Array): void => {
        answered++;
        then(at, words);
      };
      if (answered < bursts.length && this.#step(access, undefined, done).host) {
        asked++;
        access = asked < bursts.length ? accessOf(bursts[asked]!) : undefined;
      }
      return answered === bursts.length;
    });
  }

  #run(what: string, done: () => boolean): void {
    const from = this.#cycle;
    while (!done()) {
      if (this.#cycle - from > this.#limit) fail('pim-limit', `the channel has not finished its ${what} after ${this.#limit} cycles`, { hint: 'a policy that starves a class never does' });
    }
  }

  /** One clock cycle; says which requests have been taken. */
  #step(own: HostAccess | undefined, pim: PimRequest | undefined, then?: (words?: Uint32Array) => void): { readonly host: boolean; readonly pim: boolean } {
    const sim = this.#sim;
    const { request, response, pim: port } = sim.io;
    const { traffic, eachCycle } = this.#options;
    const id = this.#free.at(-1);
    const access = id === undefined ? undefined : (own ?? traffic?.offer(this.#cycle));
    this.#showHost(access, id ?? 0);
    this.#showPim(pim);
    eachCycle?.(this.#cycle);
    const taken = { host: access !== undefined && request.ready === 1, pim: pim !== undefined && port.ready === 1 };
    if (taken.host) {
      this.#waiting.set(this.#free.pop()!, { access: access!, then: access === own ? then : undefined });
      if (access !== own) traffic!.taken(this.#cycle);
    }
    sim.step();
    this.#cycle++;
    if (response.valid === 1) this.#answer(Number(response.id), Uint32Array.from(response.data));
    if (response.written === 1) this.#answer(Number(response.writtenId));
    return { host: taken.host && access === own, pim: taken.pim };
  }

  #answer(id: number, words?: Uint32Array): void {
    const { access, then } = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    this.#free.push(id);
    if (then === undefined) this.#options.traffic?.answered?.(access, this.#cycle, words);
    else then(words);
  }

  #showHost(access: HostAccess | undefined, id: number): void {
    const { request } = this.#sim.io;
    if (access === undefined) {
      if (this.#hostShown !== undefined) request.valid = 0;
    } else {
      request.id = id;
      if (access !== this.#hostShown) {
        const { bank, row, column, words } = access;
        Object.assign(request, { valid: 1, write: words === undefined ? 0 : 1, bank, row, column, data: words === undefined ? this.#zeros : [...words], mask: 0 });
      }
    }
    this.#hostShown = access;
  }

  #showPim(next: PimRequest | undefined): void {
    const { pim } = this.#sim.io;
    if (next === undefined) {
      if (this.#pimShown !== undefined) pim.valid = 0;
    } else if (next !== this.#pimShown) {
      const { execute, write, bank, row, column, data } = next;
      Object.assign(pim, { valid: 1, execute: execute ? 1 : 0, write: write ? 1 : 0, bank, row, column, ...(data !== undefined && { data: [...data] }) });
    }
    this.#pimShown = next;
  }
}
