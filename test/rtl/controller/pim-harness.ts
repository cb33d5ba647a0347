import { simulate, textWave, type EngineName } from '../../../src/index.ts';
import { DramChecker } from '../../../src/dram/checker.ts';
import type { DramCommandEvent } from '../../../src/dram/command.ts';
import { DRAM_COMMANDS, type DramCommand } from '../../../src/dram/index.ts';
import { controllerShape } from '../../../rtl/controller/index.ts';
import { PimController, type PimControllerOptions } from '../../../rtl/controller/pim-controller.ts';
import { ColumnKind, RowKind } from '../../../rtl/dram/interface.ts';
import type { Request } from './harness.ts';

/** A PIM request, and how many cycles after the one before it comes. */
export interface PimRequest {
  readonly gap: number;
  readonly execute: boolean;
  readonly write: boolean;
  readonly bank: number;
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

export interface PimEvent extends DramCommandEvent {
  /** Of a write, once they have come. */
  words?: readonly number[];
}

export interface PimOutcome {
  readonly events: readonly PimEvent[];
  readonly problems: readonly string[];
  readonly cycles: number;
  readonly modes: Readonly<Record<string, number>>;
  /** Cycles of each host request from its acceptance to its answer, and the causes that the controller tells. */
  readonly latencies: readonly { readonly latency: number; readonly causes: readonly number[] }[];
  /** Phase in each cycle. */
  readonly phases: readonly number[];
  readonly totals: { readonly readCycles: readonly number[]; readonly writeCycles: readonly number[] };
  readonly wave?: string;
}

/** Bits of word 0 of `CONF_ROW` that the sequencer says: execute and the partition. */
const OURS = 0xf1;
const WAVE = '**.phase, **.readCount, **.pimWaiting, **.R_kind, **.R_pc, **.R_ba, **.R_row, **.C_kind, **.C_pc, **.C_ba, **.C_column, **.executing, **.allBank';
const codes = (kinds: object): Map<number, DramCommand> => new Map(Object.entries(kinds).flatMap(([name, code]) => (DRAM_COMMANDS.some((c) => c === name) ? [[code as number, name as DramCommand]] : [])));

/**
 * Host requests and PIM requests at once, with a memory in plain TypeScript behind the bus that knows the three modes by the commands alone. It
 * returns host data, and holds what stood on the bus to what was asked: triggers and control writes of each pseudo-channel, in order.
 */
export function serveBoth(options: PimControllerOptions, host: readonly Request[], pim: readonly PimRequest[], run: { readonly engine?: EngineName; readonly limit?: number; readonly until?: number; readonly wave?: boolean } = {}): PimOutcome {
  const { preset } = options;
  const shape = controllerShape(preset);
  const { banksPerUnit = 4, multiplyCycles = preset.timing.tCCDL, addCycles = preset.timing.tCCDL } = options.pim;
  const { organisation, timing } = preset;
  const top = organisation.rows;
  const pcs = shape.pseudoChannels;
  const sim = simulate(PimController(options), { engine: run.engine ?? 'wasm', ...(run.wave === true && { record: WAVE }) });
  sim.reset(1);
  const { request, response, command, data, pim: pimPort } = sim.io;
  const [rowCodes, columnCodes] = [codes(RowKind), codes(ColumnKind)];
  const events: PimEvent[] = [];
  const problems: string[] = [];
  const phases: number[] = [];

  interface Waiting { readonly request: Request; readonly accepted: number; readonly data: string } // prettier-ignore
  const memory = new Map<string, Uint8Array>();
  const expected = new Map<string, Uint8Array>();
  const fresh = (): Uint8Array => new Uint8Array(shape.bytes);
  const waiting = new Map<number, Waiting>();
  const latencies: { latency: number; causes: readonly number[] }[] = [];
  const free = Array.from({ length: 2 ** (options.idBits ?? 8) }, (_, i) => i);

  // ---- memory: mode and open rows of each pseudo-channel ---------------------------------------------------------------------------
  const mode: ('SB' | 'AB' | 'AB_PIM')[] = new Array<'SB'>(pcs).fill('SB');
  /** Banks of a unit that are PIM's; 0: all. */
  const partition = new Array<number>(pcs).fill(0);
  const isPims = (pc: number, ba: number): boolean => partition[pc] === 0 || ba % banksPerUnit < partition[pc]!;
  const rows: Map<number, number>[] = Array.from({ length: pcs }, () => new Map<number, number>());
  const reads: { at: number; pc: number; bytes: Uint8Array }[] = [];
  const writes: { at: number; pc: number; places: readonly string[]; event: PimEvent; mode: string; row: number; bytes: number[]; keep: boolean[] }[] = [];
  /** What each pseudo-channel was made to do. */
  const did: string[][] = Array.from({ length: pcs }, () => []);
  const lastTrigger = new Array<number>(pcs).fill(-Infinity);
  const triggers: string[][] = Array.from({ length: pcs }, () => []);
  const perCycle = shape.words / shape.beats;
  const spoken = (pc: number, ba: number): number[] => (mode[pc] === 'SB' || !isPims(pc, ba) ? [ba] : Array.from({ length: shape.banksPerPseudoChannel / banksPerUnit }, (_, u) => u * banksPerUnit + (ba % banksPerUnit)));
  const closed = (pc: number, banks: readonly number[]): void => {
    for (const b of banks) {
      const row = rows[pc]!.get(b);
      rows[pc]!.delete(b);
      if (!isPims(pc, b)) continue;
      if (row === top - 1 && mode[pc] === 'SB') mode[pc] = 'AB';
      if (row === top - 2 && mode[pc] === 'AB') mode[pc] = 'SB';
    }
  };

  let [nextHost, nextPim] = [0, 0];
  let [waitHost, waitPim] = [host[0]?.gap ?? 0, pim[0]?.gap ?? 0];
  let cycle = 0;
  const limit = run.limit ?? 200_000;
  const busy = (): boolean => nextHost < host.length || nextPim < pim.length || waiting.size > 0 || writes.length > 0 || sim.out.pimDone !== 1 || cycle < (run.until ?? 0);
  try {
    for (; busy(); cycle++) {
      if (cycle > limit) {
        problems.push(`after ${limit} cycles ${waiting.size} host requests wait, and ${sim.out.pimCount} PIM requests`);
        break;
      }
      const bus = new Array<number>(perCycle * pcs).fill(0xdead_beef);
      let valid = 0;
      for (const burst of reads) {
        const beat = cycle - burst.at;
        if (beat < 0 || beat >= shape.beats) continue;
        valid |= 1 << burst.pc;
        const words = new DataView(burst.bytes.buffer, burst.bytes.byteOffset);
        for (let i = 0; i < perCycle; i++) bus[burst.pc * perCycle + i] = words.getUint32(4 * (beat * perCycle + i), true);
      }
      while (reads[0] !== undefined && reads[0].at + shape.beats <= cycle) reads.shift();
      data.rdq = bus;
      data.rvalid = valid;

      const offer = waitHost === 0 && free.length > 0 ? host[nextHost] : undefined;
      request.valid = offer === undefined ? 0 : 1;
      if (offer !== undefined) {
        Object.assign(request, { write: offer.write ? 1 : 0, id: free[0]!, bank: offer.bank, row: offer.row, column: offer.column, data: new Array<number>(shape.words).fill(offer.value * 0x01010101), mask: shape.bytes > 32 ? offer.mask : Number(offer.mask) });
      }
      const offered = waitPim === 0 ? pim[nextPim] : undefined;
      pimPort.valid = offered === undefined ? 0 : 1;
      if (offered !== undefined) {
        Object.assign(pimPort, { execute: offered.execute ? 1 : 0, write: offered.write ? 1 : 0, bank: offered.bank, row: offered.row, column: offered.column, data: Array.from({ length: shape.words }, (_, i) => offered.value + i) });
      }

      phases.push(Number(sim.out.phase));
      const rowCommand = rowCodes.get(Number(command.row.kind));
      const columnCommand = columnCodes.get(Number(command.column.kind));
      const place = (ba: number) => ({ group: Math.floor(ba / organisation.banksPerGroup), bank: ba % organisation.banksPerGroup });
      if (columnCommand !== undefined) {
        const [pc, ba, column] = [Number(command.column.pc), Number(command.column.ba), Number(command.column.column)];
        const banks = spoken(pc, ba);
        const row = rows[pc]!.get(banks[0]!) ?? -1;
        const event: PimEvent = { cycle, command: columnCommand, channel: 0, pseudoChannel: pc, ...place(ba), row: -1, column };
        events.push(event);
        const places = banks.map((b) => `${pc * shape.banksPerPseudoChannel + b}.${row}.${column}`);
        const write = columnCommand.startsWith('W');
        const ofHost = mode[pc] === 'SB' || !isPims(pc, ba);
        const triggersOne = !ofHost && mode[pc] === 'AB_PIM' && row < top - 5;
        if (triggersOne) {
          triggers[pc]!.push(`${write ? 'WR' : 'RD'} ${ba % banksPerUnit}.${row}.${column}`);
          lastTrigger[pc] = cycle;
          if (writes.some((w) => w.pc === pc && w.row >= top - 5)) problems.push(`cycle ${cycle}: a trigger before the data of a control register have come`);
        }
        if (write && !triggersOne) writes.push({ at: cycle + timing.WL, pc, places, event, mode: ofHost ? 'SB' : mode[pc]!, row, bytes: [], keep: [] });
        else if (!triggersOne) reads.push({ at: cycle + timing.RL, pc, bytes: Uint8Array.from(memory.get(places[0]!) ?? fresh()) });
        if (!write && !triggersOne && !ofHost) problems.push(`cycle ${cycle}: RD in mode ${mode[pc]}`);
        if (columnCommand.endsWith('A')) closed(pc, banks);
      }
      if (rowCommand !== undefined) {
        const [pc, ba, row] = [Number(command.row.pc), Number(command.row.ba), Number(command.row.row)];
        events.push({ cycle, command: rowCommand, channel: 0, pseudoChannel: pc, ...place(ba), row: rowCommand === 'ACT' ? row : -1, column: -1 });
        if (rowCommand === 'ACT') for (const b of spoken(pc, ba)) rows[pc]!.set(b, row);
        if (rowCommand === 'PRE') closed(pc, spoken(pc, ba));
        if (rowCommand === 'PREA') closed(pc, Array.from({ length: shape.banksPerPseudoChannel }, (_, b) => b));
      }
      const wdq = data.wdq as number[];
      const dm = BigInt(data.dm);
      for (const burst of writes) {
        if (cycle < burst.at) continue;
        for (let i = 0; i < 4 * perCycle; i++) {
          const lane = 4 * burst.pc * perCycle + i;
          burst.bytes.push((wdq[lane >> 2]! >>> (8 * (lane & 3))) & 255);
          burst.keep.push(((dm >> BigInt(lane)) & 1n) === 1n);
        }
      }
      while (writes[0] !== undefined && writes[0].bytes.length === shape.bytes) {
        const { pc, places, event, mode: then, row, bytes, keep } = writes.shift()!;
        const words = [...new Uint32Array(Uint8Array.from(bytes).buffer)];
        if (row >= top - 5) {
          event.words = words;
          if (cycle <= lastTrigger[pc]! + multiplyCycles + addCycles) problems.push(`cycle ${cycle}: a control register is written before the instruction of cycle ${lastTrigger[pc]} has ended`);
          Object.assign(event, { data: words[0]! });
          const isConf = row === top - 3 && event.column === 0;
          if (isConf) {
            mode[pc] = (words[0]! & 1) === 1 ? 'AB_PIM' : 'AB';
            partition[pc] = (words[0]! >>> 4) & 15;
          }
          if (!isConf || (words[0]! & ~OURS) !== 0) did[pc]!.push(`${row}.${event.column} ${isConf ? (words[0]! & ~OURS) >>> 0 : words[0]!} ${words.slice(1).join(' ')}`);
          continue;
        }
        if (then !== 'SB') did[pc]!.push(`${row}.${event.column} ${words.join(' ')}`);
        for (const at of places) {
          const cells = memory.get(at) ?? fresh();
          bytes.forEach((b, i) => { if (!keep[i]) cells[i] = b; }); // prettier-ignore
          memory.set(at, cells);
        }
      }
      const answer = (id: number, write: boolean, causes: readonly number[], bytes?: string): void => {
        const s = waiting.get(id);
        if (s === undefined || s.request.write !== write) return void problems.push(`cycle ${cycle}: ${write ? 'write' : 'read'} ${id} is answered and was not asked`);
        waiting.delete(id);
        free.push(id);
        latencies.push({ latency: cycle - s.accepted, causes });
        if (!write && bytes !== s.data) problems.push(`cycle ${cycle}: read ${id} returns ${bytes}, and last written was ${s.data}`);
      };
      if (response.valid === 1) answer(Number(response.id), false, [...(sim.out.causes as number[])], Buffer.from(Uint32Array.from(response.data as number[]).buffer).toString('hex'));
      if (response.written === 1) answer(Number(response.writtenId), true, [...(sim.out.writtenCauses as number[])]);

      if (offer !== undefined && request.ready === 1) {
        const at = `${offer.bank}.${offer.row}.${offer.column}`;
        const cells = expected.get(at) ?? fresh();
        if (offer.write) {
          for (let i = 0; i < shape.bytes; i++) if (((offer.mask >> BigInt(i)) & 1n) === 0n) cells[i] = offer.value;
          expected.set(at, cells);
        }
        waiting.set(free.shift()!, { request: offer, accepted: cycle, data: Buffer.from(cells).toString('hex') });
        nextHost++;
        waitHost = host[nextHost]?.gap ?? 0;
      } else if (waitHost > 0) waitHost--;
      if (offered !== undefined && pimPort.ready === 1) {
        nextPim++;
        waitPim = pim[nextPim]?.gap ?? 0;
      } else if (waitPim > 0) waitPim--;
      sim.step();
    }
  } catch (error) {
    problems.push(`cycle ${cycle}: ${(error as Error).message}`);
  }

  // ---- what it comes to ------------------------------------------------------------------------------------------------------------
  const checker = new DramChecker(preset, 100, { pim: { banksPerUnit } });
  for (const event of events) for (const v of checker.push(event)) problems.push(v.message);
  for (const [at, cells] of expected) {
    if (Buffer.compare(cells, memory.get(at) ?? fresh()) !== 0) problems.push(`bank.row.column ${at} does not hold in the end what was last written`);
  }
  const wordsOf = (r: PimRequest): number[] => Array.from({ length: shape.words }, (_, i) => (r.value + i) >>> 0);
  const isConf = (r: PimRequest): boolean => r.row === top - 3 && r.column === 0;
  const asked = pim.filter((r) => !r.execute).map((r) => {
    const [first, ...rest] = wordsOf(r);
    return `${r.row}.${r.column} ${isConf(r) ? (first! & ~OURS) >>> 0 : first!} ${rest.join(' ')}`;
  }); // prettier-ignore
  const askedTriggers = pim.filter((r) => r.execute).map((r) => `${r.write ? 'WR' : 'RD'} ${r.bank}.${r.row}.${r.column}`);
  for (let pc = 0; pc < pcs && problems.length === 0; pc++) {
    const differ = (what: string, got: readonly string[], want: readonly string[]): void => {
      const at = want.findIndex((w, i) => w !== got[i]);
      if (at >= 0 || got.length !== want.length) problems.push(`pseudo-channel ${pc}: ${what} ${at < 0 ? want.length : at} of ${want.length} is ${got[at < 0 ? want.length : at]}, not ${want[at]}`);
    };
    differ('write', did[pc]!, asked);
    differ('trigger', triggers[pc]!, askedTriggers);
  }
  const first = Number(/cycle (\d+)/.exec(problems[0] ?? '')?.[1] ?? cycle);
  return {
    events,
    problems,
    cycles: cycle,
    modes: checker.report.modes ?? {},
    latencies,
    phases,
    totals: { readCycles: sim.out.readCycles, writeCycles: sim.out.writeCycles },
    ...(run.wave === true && { wave: textWave(sim.recording(), { stepPs: 1000, cell: 5, width: 330, fromPs: 1000 * Math.max(0, first - 50), toPs: 1000 * (first + 6) }) }),
  };
}
