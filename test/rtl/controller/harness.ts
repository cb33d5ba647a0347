import { simulate, textWave, type EngineName } from '../../../src/index.ts';
import { DramChecker } from '../../../src/dram/checker.ts';
import type { DramCommandEvent } from '../../../src/dram/command.ts';
import { addressMapping, DRAM_COMMANDS, type DramCommand, type DramPreset } from '../../../src/dram/index.ts';
import { controllerConfig, controllerShape, DramController, MappedDramController, type ControllerOptions, type Observed } from '../../../rtl/controller/index.ts';
import { ColumnKind, RowKind } from '../../../rtl/dram/interface.ts';

export interface Request {
  /** Cycles after the one before was accepted. */
  readonly gap: number;
  readonly write: boolean;
  readonly bank: number;
  readonly row: number;
  readonly column: number;
  /** What a write writes to each byte, and which bytes it leaves. */
  readonly value: number;
  readonly mask: bigint;
}

export interface Served {
  readonly request: Request;
  readonly id: number;
  /** Cycle at whose end it was accepted, and in which its answer stood. */
  readonly accepted: number;
  answered: number;
  data?: string;
  /** Cycles by cause, as the controller says. */
  causes?: readonly number[];
}

export interface Outcome {
  readonly commands: readonly DramCommandEvent[];
  readonly served: readonly Served[];
  readonly problems: readonly string[];
  readonly cycles: number;
  readonly wave?: string;
  /** Counters of the controller in the end. */
  readonly totals: { readonly reads: number; readonly writes: number; readonly forwarded: number; readonly readCycles: readonly number[]; readonly writeCycles: readonly number[] };
}

/** What a short story needs. */
const WAVE = '**.accept, **.readCount, **.writeCount, **.R_kind, **.R_ba, **.R_row, **.C_kind, **.C_ba, **.response_valid, **.response_written';

const codes = (kinds: object): Map<number, DramCommand> => new Map(Object.entries(kinds).flatMap(([name, code]) => (DRAM_COMMANDS.some((c) => c === name) ? [[code as number, name as DramCommand]] : [])));

/**
 * The controller, with a memory in plain TypeScript behind its data port: rows of bytes in a Map, read and written when commands stand on the port.
 * The order of accepted requests says what each read must return; nothing of the controller is looked at but its ports.
 *
 * With a mapping, requests go through it as addresses.
 */
export function serve(options: ControllerOptions, requests: readonly Request[], run: { readonly engine?: EngineName; readonly mapping?: string; readonly until?: number; readonly limit?: number; readonly stop?: { readonly at: number; readonly resume: number }; readonly wave?: boolean; readonly checked?: DramPreset; readonly after?: (sim: Observed) => void } = {}): Outcome {
  const config = controllerConfig(options);
  const shape = controllerShape(config.preset);
  const { preset } = config;
  const { banksPerGroup } = preset.organisation;
  const { mapping } = run;
  const Controller = mapping === undefined ? DramController(options) : (MappedDramController({ ...options, mapping }) as unknown as ReturnType<typeof DramController>);
  const sim = simulate(Controller, { engine: run.engine ?? 'wasm', ...(run.wave === true && { record: WAVE }) });
  const map = mapping === undefined ? undefined : addressMapping(mapping, preset.organisation);
  /** Puts the place of a request on the port: as it is, or as its address. */
  const place = ({ bank, row, column }: Request): object => {
    if (map === undefined) return { bank, row, column };
    const inPc = bank % shape.banksPerPseudoChannel;
    const address = map.addressOf({ pseudoChannel: Math.floor(bank / shape.banksPerPseudoChannel), group: Math.floor(inPc / banksPerGroup), bank: inPc % banksPerGroup, row, column, offset: 0 });
    return { address: map.addressBits > 32 ? BigInt(address) : address };
  };
  sim.reset(1);
  const { request, response, command, data } = sim.io;
  const rowCodes = codes(RowKind);
  const columnCodes = codes(ColumnKind);
  const checker = new DramChecker(run.checked ?? preset);
  const commands: DramCommandEvent[] = [];
  const problems: string[] = [];
  const served: Served[] = [];
  const waiting = new Map<number, Served>();
  const memory = new Map<string, Uint8Array>();
  const expected = new Map<string, Uint8Array>();
  const fresh = (): Uint8Array => new Uint8Array(shape.bytes);
  const openRows = new Map<number, number>();
  const readBursts: { at: number; pc: number; bytes: Uint8Array }[] = [];
  const writeBursts: { at: number; pc: number; place: string; bytes: number[]; keep: boolean[] }[] = [];
  const perCycle = shape.words / shape.beats;
  const limit = run.limit ?? 200_000;
  const free = Array.from({ length: 2 ** config.idBits }, (_, i) => i);

  let next = 0;
  let wait = requests[0]?.gap ?? 0;
  let cycle = 0;
  // Cycle of the simulation, whose first one is reset, in which the first problem was seen.
  let first = 0;
  const busy = (): boolean => next < requests.length || waiting.size > 0 || writeBursts.length > 0 || cycle < (run.until ?? 0);
  for (; busy(); cycle++) {
    if (cycle > limit) {
      problems.push(`${waiting.size} requests were not served in ${limit} cycles, the first is number ${[...waiting.values()][0]?.id}`);
      break;
    }
    // What the device drives in this cycle, from commands before it.
    const bus = new Array<number>(perCycle * shape.pseudoChannels).fill(0xdead_beef);
    let valid = 0;
    for (const burst of readBursts) {
      const beat = cycle - burst.at;
      if (beat < 0 || beat >= shape.beats) continue;
      valid |= 1 << burst.pc;
      const words = new DataView(burst.bytes.buffer, burst.bytes.byteOffset);
      for (let i = 0; i < perCycle; i++) bus[burst.pc * perCycle + i] = words.getUint32(4 * (beat * perCycle + i), true);
    }
    while (readBursts[0] !== undefined && readBursts[0].at + shape.beats <= cycle) readBursts.shift();
    data.rdq = bus;
    data.rvalid = valid;

    // What requests are offered.
    const stopped = run.stop !== undefined && cycle >= run.stop.at && cycle < run.stop.resume;
    sim.in.stop = stopped ? 1 : 0;
    const offer = wait === 0 && free.length > 0 ? requests[next] : undefined;
    request.valid = offer === undefined ? 0 : 1;
    if (offer !== undefined) {
      request.write = offer.write ? 1 : 0;
      request.id = free[0]!;
      Object.assign(request, place(offer));
      request.data = new Array<number>(shape.words).fill(offer.value * 0x01010101);
      request.mask = shape.bytes > 32 ? offer.mask : Number(offer.mask);
    }

    // What the ports show.
    const rowCommand = rowCodes.get(Number(command.row.kind));
    const columnCommand = columnCodes.get(Number(command.column.kind));
    const ba = (x: number | bigint): { group: number; bank: number } => ({ group: Math.floor(Number(x) / banksPerGroup), bank: Number(x) % banksPerGroup });
    const flat = (c: { pc: number | bigint; ba: number | bigint }): number => Number(c.pc) * shape.banksPerPseudoChannel + Number(c.ba);
    const push = (event: DramCommandEvent): void => {
      commands.push(event);
      for (const v of checker.push(event)) problems.push(v.message);
    };
    if (columnCommand !== undefined) {
      const c = command.column;
      push({ cycle, command: columnCommand, channel: 0, pseudoChannel: Number(c.pc), ...ba(c.ba), row: -1, column: Number(c.column) });
      const row = openRows.get(flat(c));
      const place = `${flat(c)}.${row}.${Number(c.column)}`;
      const write = columnCommand.startsWith('W');
      if (write) writeBursts.push({ at: cycle + preset.timing.WL, pc: Number(c.pc), place, bytes: [], keep: [] });
      else {
        // A write that is still on its way comes before it in the array: tWTR is longer than its burst.
        readBursts.push({ at: cycle + preset.timing.RL, pc: Number(c.pc), bytes: Uint8Array.from(memory.get(place) ?? fresh()) });
      }
      if (columnCommand.endsWith('A')) openRows.delete(flat(c));
    }
    if (rowCommand !== undefined) {
      const r = command.row;
      push({ cycle, command: rowCommand, channel: 0, pseudoChannel: Number(r.pc), ...ba(r.ba), row: rowCommand === 'ACT' ? Number(r.row) : -1, column: -1 });
      if (rowCommand === 'ACT') openRows.set(flat(r), Number(r.row));
      if (rowCommand === 'PRE') openRows.delete(flat(r));
      if (rowCommand === 'PREA') for (let b = 0; b < shape.banksPerPseudoChannel; b++) openRows.delete(Number(r.pc) * shape.banksPerPseudoChannel + b);
    }
    const wdq = data.wdq as number[];
    const dm = BigInt(data.dm);
    for (const burst of writeBursts) {
      if (cycle < burst.at) continue;
      for (let i = 0; i < 4 * perCycle; i++) {
        const lane = 4 * burst.pc * perCycle + i;
        burst.bytes.push((wdq[lane >> 2]! >>> (8 * (lane & 3))) & 255);
        burst.keep.push(((dm >> BigInt(lane)) & 1n) === 1n);
      }
    }
    while (writeBursts[0] !== undefined && writeBursts[0].bytes.length === shape.bytes) {
      const { place, bytes, keep } = writeBursts.shift()!;
      const cells = memory.get(place) ?? fresh();
      bytes.forEach((b, i) => { if (!keep[i]) cells[i] = b; }); // prettier-ignore
      memory.set(place, cells);
    }
    const answer = (id: number, write: boolean, causes: readonly number[], bytes?: string): void => {
      const s = waiting.get(id);
      if (s === undefined || s.request.write !== write) return void problems.push(`cycle ${cycle}: ${write ? 'write' : 'read'} ${id} is answered and was not asked`);
      waiting.delete(id);
      free.push(id);
      s.answered = cycle;
      s.causes = causes;
      if (!write && bytes !== s.data) problems.push(`cycle ${cycle}: read ${id} of bank ${s.request.bank} row ${s.request.row} column ${s.request.column} returns ${bytes}, and last written was ${s.data}`);
    };
    if (response.valid === 1) answer(Number(response.id), false, sim.out.causes, Buffer.from(Uint32Array.from(response.data as number[]).buffer).toString('hex'));
    if (response.written === 1) answer(Number(response.writtenId), true, sim.out.writtenCauses);
    if (stopped && sim.out.drained === 1 && (rowCommand !== undefined || columnCommand !== undefined)) problems.push(`cycle ${cycle}: a command although the channel is given away`);

    // What the edge does.
    if (offer !== undefined && request.ready === 1) {
      const place = `${offer.bank}.${offer.row}.${offer.column}`;
      const cells = expected.get(place) ?? fresh();
      const id = free.shift()!;
      const s: Served = { request: offer, id, accepted: cycle, answered: -1 };
      if (offer.write) {
        for (let i = 0; i < shape.bytes; i++) if (((offer.mask >> BigInt(i)) & 1n) === 0n) cells[i] = offer.value;
        expected.set(place, cells);
      } else s.data = Buffer.from(cells).toString('hex');
      served.push(s);
      waiting.set(id, s);
      next++;
      wait = requests[next]?.gap ?? 0;
    } else if (wait > 0) wait--;
    if (problems.length === 0) first = cycle + 1;
    sim.step();
  }
  for (const [place, cells] of expected) {
    if (Buffer.compare(cells, memory.get(place) ?? fresh()) !== 0) problems.push(`bank.row.column ${place} holds ${Buffer.from(memory.get(place) ?? fresh()).toString('hex')} in the end, and last written was ${Buffer.from(cells).toString('hex')}`);
  }
  run.after?.(sim);
  const totals = { reads: Number(sim.out.reads), writes: Number(sim.out.writes), forwarded: Number(sim.out.forwarded), readCycles: sim.out.readCycles as number[], writeCycles: sim.out.writeCycles as number[] };
  return { commands, served, problems, cycles: cycle, totals, ...(run.wave === true && { wave: textWave(sim.recording(), { stepPs: 1000, cell: 4, width: 320, fromPs: 1000 * Math.max(0, first - 60), toPs: 1000 * (first + 4) }) }) };
}
