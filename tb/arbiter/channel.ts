import { dramPreset, fail, type BurstWrite, type ConditionTuple, type DramPreset, type PimConfig, type Policy, type simulate } from '../../src/index.ts';
import { controllerShape, PimChannel, type ControllerShape } from '../../rtl/controller/index.ts';
import { emptyRows, type SparseRows } from '../../rtl/dram/index.ts';
import { CommandCount } from './commands.ts';
import type { HostRequest } from './host.ts';
import type { PimWork } from './work.ts';

/** Cycles without an end of the work after which something is wrong. */
const LIMIT = 200_000;
/** Data of the last write are in the cells by then. */
const SETTLE = 64;
const IDS = 256;

export interface RunOptions {
  readonly host?: readonly HostRequest[];
  readonly pim?: PimWork;
  /** Waves are on from the first of these cycles to the second. */
  readonly wave?: readonly [number, number];
  /** Further ends of a run, for parts of the work only. */
  readonly until?: () => boolean;
}

/** What one run was. Cycles are counted from its start. */
export interface Run {
  readonly cycles: number;
  /** Of each class, when its last request was done. */
  readonly hostEnd: number;
  readonly pimEnd: number;
  /** From when the host has a request to its answer. */
  readonly latencies: readonly number[];
  /** Requests of a class that were done when the other class had finished; of a class alone, all. */
  readonly hostDoneFirst: number;
  readonly pimDoneFirst: number;
  /** First cycles of hand-overs to PIM, and of turns of the host after them. */
  readonly leaves: readonly number[];
  readonly returns: readonly number[];
  readonly statistics: Statistics;
  readonly commands: CommandCount;
}

export interface Statistics {
  readonly switchesToPim: readonly number[];
  readonly switchesToHost: readonly number[];
  readonly phaseCycles: readonly number[];
  readonly toPimLongest: number;
  readonly toHostLongest: number;
  readonly rowsLost: number;
  readonly hostWaitLongest: number;
  readonly pimWaitLongest: number;
}

export interface ChannelOptions {
  readonly preset: string;
  readonly policy: Policy;
  readonly trace?: { readonly file: string; readonly signals: string };
}

/** A channel with PIM units, its policy and its cells. Runs do not know of each other: each starts from reset, with the cells that its work asks for. */
export class Channel {
  readonly preset: DramPreset;
  readonly shape: ControllerShape;
  readonly #policy: Policy;
  readonly #cells: SparseRows;
  readonly #sim: ReturnType<typeof simulation>;
  readonly #fresh: ReturnType<ReturnType<typeof simulation>['snapshot']> | undefined;

  constructor({ preset, policy, trace }: ChannelOptions, start: typeof simulate) {
    this.preset = dramPreset(preset);
    this.shape = controllerShape(this.preset);
    this.#policy = policy;
    this.#cells = emptyRows(this.preset.organisation);
    this.#sim = simulation(start, this.preset, policy, this.#cells, trace);
    this.#sim.reset(1);
    if (trace === undefined) this.#fresh = this.#sim.snapshot();
  }

  close(): void {
    this.#sim.close();
  }

  /** @throws WordlineError `arbiter-data` if a read does not return what was last written, or cells are not what the reference machine leaves. */
  run({ host = [], pim, wave, until }: RunOptions): Run {
    const sim = this.#sim;
    if (this.#fresh !== undefined) sim.restore(this.#fresh);
    for (const burst of pim?.before ?? []) this.#load(burst);
    const { request, response, pim: port } = sim.io;
    const none = new Array<number>(this.shape.words).fill(0);
    const requests = pim?.requests ?? [];
    const commands = new CommandCount(sim);
    const expected = new Map<number, number>();
    const waiting = new Map<number, { readonly at: number; readonly value: number | undefined }>();
    const free = Array.from({ length: IDS }, (_, i) => i);
    const latencies: number[] = [];
    const [leaves, returns]: [number[], number[]] = [[], []];
    let [asked, sent, layer, phase, hostEnd, pimEnd, hostDoneFirst, pimDoneFirst] = [0, 0, 0, 0, 0, 0, 0, 0];
    let [hostOver, pimOver] = [host.length === 0, requests.length === 0];
    let offered = -1;
    let cycle = 0;
    const answer = (id: number, words?: readonly number[]): void => {
      const { at, value } = waiting.get(id)!;
      waiting.delete(id);
      free.push(id);
      latencies.push(cycle - at);
      if (words?.some((w) => w !== (value ?? 0)) === true) fail('arbiter-data', `cycle ${cycle}: a read returns ${words.join(' ')}, and last written was ${value ?? 0}`);
    };
    for (; !(hostOver && pimOver) && until?.() !== true; cycle++) {
      if (cycle > LIMIT) fail('arbiter-limit', `policy ${this.#policy.name}: after ${LIMIT} cycles ${waiting.size} host requests and ${Number(sim.out.pimCount)} PIM requests wait`);
      if (cycle === wave?.[0]) sim.traceOn();
      if (cycle === wave?.[1]) sim.traceOff();
      const now = Number(sim.out.phase);
      if (now !== phase) (now === 1 ? leaves : now === 0 ? returns : []).push(cycle);
      phase = now;
      commands.look(now);

      const h = host[asked] !== undefined && host[asked]!.at <= cycle && free.length > 0 ? host[asked] : undefined;
      request.valid = h === undefined ? 0 : 1;
      if (h !== undefined) Object.assign(request, { write: h.write ? 1 : 0, id: free[0]!, bank: h.bank, row: h.row, column: h.column, data: h.write ? none.map(() => h.value) : none, mask: 0 });
      const p = requests[sent];
      port.valid = p === undefined ? 0 : 1;
      sim.in.load = 0;
      if (p !== undefined && offered !== sent) {
        offered = sent;
        Object.assign(port, { execute: p.execute ? 1 : 0, write: p.write ? 1 : 0, bank: p.bank, row: p.row, column: p.column, ...(p.data !== undefined && { data: [...p.data] }) });
        if (sent === pim!.layers[layer]?.from) this.#conditions(pim!.layers[layer++]!.name);
      }

      if (response.valid === 1) answer(Number(response.id), response.data);
      if (response.written === 1) answer(Number(response.writtenId));
      if (h !== undefined && request.ready === 1) {
        const place = this.#place(h.bank, h.row) * this.preset.organisation.burstsPerRow + h.column;
        if (h.write) expected.set(place, h.value);
        waiting.set(free.shift()!, { at: h.at, value: h.write ? undefined : expected.get(place) });
        asked++;
      }
      if (p !== undefined && port.ready === 1) sent++;
      if (!hostOver && asked === host.length && waiting.size === 0) {
        [hostOver, hostEnd] = [true, cycle];
        pimDoneFirst = Number(sim.out.pimFinished);
      }
      sim.step();
      if (!pimOver && sent === requests.length && sim.out.pimDone === 1) {
        [pimOver, pimEnd] = [true, cycle + 1];
        hostDoneFirst = latencies.length;
      }
    }
    const statistics = this.#statistics();
    request.valid = 0;
    port.valid = 0;
    sim.step(SETTLE);
    if (until === undefined) {
      for (const burst of pim?.after ?? []) this.#compare(this.#place(burst.pseudoChannel * this.shape.banksPerPseudoChannel + burst.bank, burst.row), burst.column, burst.words, 'the reference machine');
      for (const [place, value] of expected) this.#compare(Math.floor(place / this.preset.organisation.burstsPerRow), place % this.preset.organisation.burstsPerRow, Uint32Array.from(none, () => value), 'the host');
    }
    return { cycles: cycle, hostEnd, pimEnd, latencies, hostDoneFirst, pimDoneFirst, leaves, returns, statistics, commands };
  }

  /** Loads the control registers with the tuple of a layer. */
  #conditions(layer: string): void {
    const tuple: ConditionTuple = this.#policy.layers?.[layer] ?? this.#policy.conditions;
    Object.assign(this.#sim.in, { ...tuple, load: 1 });
  }

  #place(bank: number, row: number): number {
    return bank * this.preset.organisation.rows + row;
  }

  #load({ pseudoChannel, bank, row, column, words }: BurstWrite): void {
    this.#cells.row(this.#place(pseudoChannel * this.shape.banksPerPseudoChannel + bank, row)).set(words, column * this.shape.words);
  }

  #compare(place: number, column: number, words: Uint32Array, whose: string): void {
    const { words: each } = this.shape;
    const cells = this.#cells.find(place);
    const wrong = words.findIndex((w, i) => w !== (cells?.[column * each + i] ?? 0) >>> 0);
    if (wrong >= 0) fail('arbiter-data', `bank ${Math.floor(place / this.preset.organisation.rows)}, row ${place % this.preset.organisation.rows}, column ${column}, word ${wrong}: it is not what ${whose} wrote`);
  }

  #statistics(): Statistics {
    const { out } = this.#sim;
    const list = (value: unknown): number[] => (value as number[]).map(Number);
    const { toPimLongest, toHostLongest, rowsLost, hostWaitLongest, pimWaitLongest } = out;
    return { switchesToPim: list(out.switchesToPim), switchesToHost: list(out.switchesToHost), phaseCycles: list(out.phaseCycles), toPimLongest, toHostLongest, rowsLost, hostWaitLongest, pimWaitLongest };
  }
}

function simulation(start: typeof simulate, preset: DramPreset, policy: Policy, contents: SparseRows, trace: ChannelOptions['trace']) {
  return start(PimChannel({ preset, pim: {} satisfies Partial<PimConfig>, policy, contents }), trace === undefined ? {} : { trace: { ...trace, startOff: true } });
}
