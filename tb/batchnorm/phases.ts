import Table from 'cli-table3';
import { phaseCost, type HostValues, type Kernel, type PimBackend, type PimConfig } from '../../src/index.ts';
import { CommandCount, PHASES } from '../arbiter/commands.ts';

/** What one phase of a kernel was on the channel. */
export interface PhaseRow {
  readonly kernel: string;
  readonly phase: string;
  readonly cycles: number;
  /** Of both pseudo-channels, in turns of PIM. */
  readonly columns: number;
  readonly activates: number;
  readonly flops: number;
  /** Of the host, its own and those beside the kernel: answered requests. */
  readonly hostRequests: number;
  readonly switches: number;
}

interface Observed {
  readonly out: { readonly phase: unknown; readonly switchesToPim: readonly unknown[]; readonly switchesToHost: readonly unknown[] };
  signal(path: string): { get(): number | bigint };
}

type Totals = Pick<PhaseRow, 'cycles' | 'columns' | 'activates' | 'hostRequests' | 'switches'>;

/** Counts commands as they are on the bus, and what was answered. */
export class Meter {
  readonly #sim: Observed;
  readonly #commands: CommandCount;
  readonly #answered: () => number;
  #cycles = 0;

  constructor(sim: Observed, answered: () => number) {
    this.#sim = sim;
    this.#commands = new CommandCount(sim);
    this.#answered = answered;
  }

  look(): void {
    this.#cycles++;
    this.#commands.look(Number(this.#sim.out.phase));
  }

  get totals(): Totals {
    const pim = this.#commands.counts[PHASES.indexOf('PIM')]!;
    const { switchesToPim, switchesToHost } = this.#sim.out;
    const of = (...kinds: string[]): number => kinds.reduce((sum, kind) => sum + (pim[kind] ?? 0), 0);
    return {
      cycles: this.#cycles,
      columns: of('RD', 'WR'),
      activates: of('ACT'),
      hostRequests: this.#answered(),
      switches: [...switchesToPim, ...switchesToHost].reduce<number>((sum, n) => sum + Number(n), 0),
    };
  }
}

/** A backend that writes down what each phase of a kernel was: calls come in the order of its phases. */
export function measured(kernel: Kernel, config: PimConfig, backend: PimBackend, meter: Meter, done: (row: PhaseRow) => void): PimBackend {
  const phases = kernel.phases[Symbol.iterator]();
  const nothing: HostValues = Object.fromEntries([...kernel.inputs, ...kernel.phases.flatMap((p) => (p.kind === 'host' ? p.makes : []))].map((name) => [name, new Float64Array(kernel.channels)]));
  const row = async <T>(work: () => T | Promise<T>): Promise<T> => {
    const phase = phases.next().value!;
    const before = meter.totals;
    const result = await work();
    const after = meter.totals;
    const part = (name: keyof Totals): number => after[name] - before[name];
    done({
      kernel: kernel.name,
      phase: phase.name,
      cycles: part('cycles'),
      columns: part('columns'),
      activates: part('activates'),
      flops: phase.kind === 'pim' ? phaseCost(phase, config, nothing).flops : 0,
      hostRequests: part('hostRequests'),
      switches: part('switches'),
    });
    return result;
  };
  return {
    pim: (requests) => row(() => backend.pim(requests)),
    read: (bursts) => row(() => backend.read(bursts)),
    write: (bursts) => backend.write(bursts),
  };
}

export function phaseTable(rows: readonly PhaseRow[], burstBytes: number): string {
  const table = new Table({
    head: ['kernel', 'phase', 'cycles', 'RD + WR', 'ACT', 'FLOP', 'FLOP/cycle', 'host B/cycle', 'switches'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const sum = (of: (r: PhaseRow) => number): number => rows.reduce((total, r) => total + of(r), 0);
  const all: PhaseRow = { kernel: 'all', phase: '', cycles: sum((r) => r.cycles), columns: sum((r) => r.columns), activates: sum((r) => r.activates), flops: sum((r) => r.flops), hostRequests: sum((r) => r.hostRequests), switches: sum((r) => r.switches) };
  for (const r of [...rows, all]) table.push([r.kernel, r.phase, r.cycles, r.columns, r.activates, r.flops, (r.flops / r.cycles).toFixed(1), ((r.hostRequests * burstBytes) / r.cycles).toFixed(1), r.switches]);
  return table.toString();
}
