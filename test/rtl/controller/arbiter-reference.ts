import { Phase } from '../../../rtl/controller/arbiter/index.ts';
import { CONDITIONS, type Clause, type Condition, type ConditionTuple, type Observation, type Policy, type Term } from '../../../src/pim/policy.ts';

export type ArbiterInput =
  | 'hostReads' | 'hostWrites' | 'hostHit' | 'hostOlder' | 'hostServed' | 'hostQuiet' | 'rowsClosed' | 'pimCount' | 'pimNewRow' | 'pimServed' | 'pimOpened' | 'pimQuiet' | 'inPim' | 'inHost' | 'load' | Condition;
export type ArbiterInputs = Record<ArbiterInput, number>;

const MOST = 2 ** 16 - 1;
const LANES = 8;

const HOLDS: Readonly<Record<Clause['is'], (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>=': (a, b) => a >= b,
  '>': (a, b) => a > b,
};

/** Which phase follows, and what it waits for. */
const NEXT: Readonly<Record<number, readonly [input: ArbiterInput, next: number]>> = {
  [Phase.DRAIN]: ['hostQuiet', Phase.CLOSE],
  [Phase.CLOSE]: ['rowsClosed', Phase.ENTER],
  [Phase.ENTER]: ['inPim', Phase.PIM],
  [Phase.FINISH]: ['pimQuiet', Phase.LEAVE],
  [Phase.LEAVE]: ['inHost', Phase.HOST],
};

/** The arbiter told once more, as a program: turns, hand-over and what is counted. It shares with the hardware only what a policy is. */
export class ArbiterReference {
  phase: number = Phase.HOST;
  #conditions: ConditionTuple;
  #turn = { requests: 0, rows: 0, cycles: 0, bypasses: 0 };
  readonly #policy: Policy;
  readonly statistics = {
    switchesToPim: new Array<number>(LANES).fill(0),
    switchesToHost: new Array<number>(LANES).fill(0),
    phaseCycles: new Array<number>(7).fill(0),
    toPimCycles: 0,
    toPimLongest: 0,
    toHostCycles: 0,
    toHostLongest: 0,
    rowsLost: 0,
    hostServedCount: 0,
    pimServedCount: 0,
    hostWaitCycles: 0,
    pimWaitCycles: 0,
    hostWaitLongest: 0,
    pimWaitLongest: 0,
  };
  /** Cycles without a break: of a hand-over each way, of waiting. */
  readonly #streak = { toPim: 0, toHost: 0, host: 0, pim: 0 };

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#conditions = policy.conditions;
  }

  /** What stands on the outputs in this cycle. */
  get outputs(): Readonly<Record<'owner' | 'phase' | 'hostGo' | 'closeRows' | 'pimGo' | 'leave', number>> {
    const { phase } = this;
    const mine = phase === Phase.ENTER || phase === Phase.PIM;
    const partition = this.#policy.partition === true;
    return {
      owner: mine || phase === Phase.FINISH || phase === Phase.LEAVE ? 1 : 0,
      phase,
      hostGo: phase === Phase.HOST ? 1 : 0,
      closeRows: phase === Phase.CLOSE ? 1 : 0,
      pimGo: mine || partition ? 1 : 0,
      leave: phase === Phase.LEAVE ? 1 : 0,
    };
  }

  /** The clock edge at the end of a cycle with these inputs. */
  step(x: ArbiterInputs): void {
    const hostCount = x.hostReads + x.hostWrites;
    const hostWaits = hostCount > 0;
    const pimWaits = x.pimCount > 0;
    const hostFirst = hostWaits && x.hostOlder === 1;
    const inHost = this.phase === Phase.HOST;
    const inPim = this.phase === Phase.PIM;
    const reason = inHost ? this.#reason(this.#policy.toPim, x, hostWaits, pimWaits) : inPim ? this.#reason(this.#policy.toHost, x, pimWaits, hostWaits) : undefined;
    const changes = reason !== undefined && !(this.#policy.partition === true && inHost);
    this.#count(x, hostCount, changes ? reason : undefined);

    // The sequencer may have served a request before the arbiter sees that the mode is reached.
    const given = inPim || this.phase === Phase.ENTER;
    const served = inHost ? x.hostServed : given ? x.pimServed : 0;
    const passes = inHost ? pimWaits && !hostFirst : hostFirst;
    const more = (now: number, by: boolean): number => (changes ? 0 : Math.min(MOST, now + (by ? 1 : 0)));
    this.#turn = {
      cycles: more(this.#turn.cycles, inHost || inPim),
      requests: more(this.#turn.requests, served === 1),
      rows: more(this.#turn.rows, given && x.pimOpened === 1),
      bypasses: more(this.#turn.bypasses, served === 1 && passes),
    };
    const waits = NEXT[this.phase];
    if (changes) this.phase = inHost ? Phase.DRAIN : Phase.FINISH;
    else if (waits !== undefined && x[waits[0]] === 1) this.phase = waits[1];
    if (x.load === 1) this.#conditions = Object.fromEntries((Object.keys(CONDITIONS) as Condition[]).map((name) => [name, x[name]])) as unknown as ConditionTuple;
  }

  /** 0: its own class has nothing to do; else the first term that holds, from 1. */
  #reason(terms: readonly Term[], x: ArbiterInputs, own: boolean, other: boolean): number | undefined {
    if (!other) return undefined;
    if (!own) return 0;
    if (this.#turn.requests === 0) return undefined;
    const index = terms.findIndex(({ all }) => all.every(({ observation, is, value }) => HOLDS[is](this.#observe(observation, x), typeof value === 'number' ? value : this.#conditions[value])));
    return index === -1 ? undefined : index + 1;
  }

  #observe(name: Observation, x: ArbiterInputs): number {
    switch (name) {
      case 'hostCount':
        return x.hostReads + x.hostWrites;
      case 'pimOlder':
        return x.pimCount > 0 && !(x.hostReads + x.hostWrites > 0 && x.hostOlder === 1) ? 1 : 0;
      case 'turnRequests':
        return this.#turn.requests;
      case 'turnRows':
        return this.#turn.rows;
      case 'turnCycles':
        return this.#turn.cycles;
      case 'bypasses':
        return this.#turn.bypasses;
      default:
        return x[name];
    }
  }

  #count(x: ArbiterInputs, hostCount: number, reason: number | undefined): void {
    const s = this.statistics;
    const { phase } = this;
    s.phaseCycles[phase]!++;
    if (reason !== undefined) (phase === Phase.HOST ? s.switchesToPim : s.switchesToHost)[reason]!++;
    if (reason !== undefined && phase === Phase.HOST) s.rowsLost += x.hostHit;
    s.hostServedCount += x.hostServed;
    s.pimServedCount += x.pimServed;
    s.hostWaitCycles += hostCount;
    s.pimWaitCycles += x.pimCount;
    const streak = (name: 'toPim' | 'toHost' | 'host' | 'pim', on: boolean, broken: boolean): number => {
      const now = on ? this.#streak[name] + 1 : 0;
      this.#streak[name] = broken ? 0 : now;
      return now;
    };
    const coming = phase === Phase.DRAIN || phase === Phase.CLOSE || phase === Phase.ENTER;
    const going = phase === Phase.FINISH || phase === Phase.LEAVE;
    s.toPimCycles += coming ? 1 : 0;
    s.toHostCycles += going ? 1 : 0;
    s.toPimLongest = Math.max(s.toPimLongest, streak('toPim', coming, false));
    s.toHostLongest = Math.max(s.toHostLongest, streak('toHost', going, false));
    s.hostWaitLongest = Math.max(s.hostWaitLongest, streak('host', hostCount > 0, x.hostServed === 1));
    s.pimWaitLongest = Math.max(s.pimWaitLongest, streak('pim', x.pimCount > 0, x.pimServed === 1));
  }
}
