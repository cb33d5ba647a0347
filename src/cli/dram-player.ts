import { MappedDramController, controllerConfig, type ControllerOptions } from '../../rtl/controller/index.ts';
import { BankState, ColumnKind, CommandEncoder, RowKind } from '../../rtl/dram/index.ts';
import { fail } from '../diag/index.ts';
import type { DramCommandEvent } from '../dram/command.ts';
import { Distribution } from '../dram/distribution.ts';
import type { AddressMapping } from '../dram/mapping.ts';
import { DRAM_COMMANDS, type DramCommand, type DramPreset, type Organisation } from '../dram/preset.ts';
import { PIN_WIDTHS, pinFieldWidths, type PinStandard } from '../dram/encoding.ts';
import type { DramRequest } from '../dram/requests.ts';
import { bit, model, module, uint, type ModelBehaviour, type ModelIo, type Signal } from '../hdl/index.ts';
import { CauseHistogram } from './dram-causes.ts';

/** Numbers of requests under way: more than both queues and all commands in flight can hold. */
const ID_BITS = 10;

/** Commands by their code on a bus. */
const byCode = (kinds: object): readonly (DramCommand | undefined)[] => {
  const codes: (DramCommand | undefined)[] = [];
  for (const [name, code] of Object.entries(kinds)) codes[Number(code)] = DRAM_COMMANDS.find((c) => c === name);
  return codes;
};
const ROW_COMMANDS = byCode(RowKind);
const COLUMN_COMMANDS = byCode(ColumnKind);

const wordOf = (ports: ModelIo['in'], name: string): number => ports[name]!.words[0]!;

/** Who is told what happens, in the order of time. */
export interface PlayObserver {
  command(event: DramCommandEvent): void;
  /** A pseudo-channel of which nobody wanted anything gets a request. */
  wanted(pseudoChannel: number, cycle: number): void;
}

/**
 * Gives requests to a controller, each at its cycle or as soon as it is taken after that, and sees what comes of them. It is a model beside the
 * controller and acts at each edge; cycle 0 is the first one after reset.
 */
export class RequestPlayer {
  /** Cycles from acceptance to answer: of reads, and of writes, whose answer is their command. */
  readonly latency = { reads: new Distribution(), writes: new Distribution() };
  /** Where they went, of each request. */
  readonly causes = { reads: new CauseHistogram(), writes: new CauseHistogram() };
  /** Cycles from when a request comes until it is accepted. */
  readonly acceptance = new Distribution();
  /** Cycles from 0 until everything is answered and the last burst has left the data bus. */
  cycles: number | undefined;
  answered = 0;

  readonly #requests: Iterator<DramRequest>;
  readonly #preset: DramPreset;
  readonly #observer: PlayObserver;
  /** Bits of an address whose exclusive or is the pseudo-channel. */
  readonly #pseudoChannelBits: readonly number[];
  readonly #free = Array.from({ length: 2 ** ID_BITS }, (_, id) => 2 ** ID_BITS - 1 - id);
  readonly #accepted = new Float64Array(2 ** ID_BITS);
  readonly #openRows: number[] = [];
  #next: DramRequest | undefined;
  #offered = false;
  #id = 0;
  /** Accepted and not answered. */
  #waiting = 0;
  /** Of each pseudo-channel: accepted and without a command. */
  readonly #uncommanded: number[];
  /** Pseudo-channel of the request that was accepted last, and how many reads queued writes have answered. */
  #last = 0;
  #forwarded = 0;
  #cycle = 0;
  #busyUntil = 0;
  /** When somebody was answered, or began to wait where nobody did. */
  #lastAnswer = 0;

  constructor(requests: Iterable<DramRequest>, preset: DramPreset, mapping: AddressMapping, observer: PlayObserver) {
    this.#requests = requests[Symbol.iterator]();
    this.#preset = preset;
    this.#observer = observer;
    this.#pseudoChannelBits = mapping.bits.find((b) => b.field === 'pseudoChannel')?.from ?? [];
    this.#uncommanded = Array.from({ length: preset.organisation.pseudoChannels }, () => 0);
    this.#pull();
  }

  behaviour(): ModelBehaviour {
    return { reset: ({ out }) => this.#offer(out), clock: (io) => this.#clock(io) };
  }

  /** Cycles since anybody was answered, while somebody waits. */
  quietFor(): number {
    return this.#waiting === 0 ? 0 : this.#cycle - this.#lastAnswer;
  }

  #clock({ in: seen, out }: ModelIo): void {
    if (this.cycles !== undefined) return;
    if (seen['happens']!.words[0] === 1) this.#look(seen);
    this.#cycle++;
    if (this.#next === undefined && this.#waiting === 0 && this.#cycle >= this.#busyUntil) this.cycles = this.#cycle;
    if (!this.#offered) this.#offer(out);
  }

  /** At what stands on the ports in this cycle. */
  #look(seen: ModelIo['in']): void {
    const forwarded = wordOf(seen, 'forwarded');
    if (forwarded !== this.#forwarded) {
      this.#forwarded = forwarded;
      this.#uncommanded[this.#last]!--;
    }
    const column = COLUMN_COMMANDS[wordOf(seen, 'columnKind')];
    if (column !== undefined) this.#columnCommand(column, wordOf(seen, 'columnPc'), wordOf(seen, 'columnBa'), wordOf(seen, 'column'));
    const row = ROW_COMMANDS[wordOf(seen, 'rowKind')];
    if (row !== undefined) this.#rowCommand(row, wordOf(seen, 'rowPc'), wordOf(seen, 'rowBa'), wordOf(seen, 'row'));
    if (wordOf(seen, 'valid') === 1) this.#answer(wordOf(seen, 'id'), 'reads', seen['causes']!.words);
    if (wordOf(seen, 'written') === 1) this.#answer(wordOf(seen, 'writtenId'), 'writes', seen['writtenCauses']!.words);
    if (wordOf(seen, 'taken') === 1) this.#accept();
  }

  #pull(): void {
    const { value, done } = this.#requests.next() as IteratorResult<DramRequest, undefined>;
    this.#next = done === true ? undefined : value;
  }

  /** What stands on the port in the coming cycle. */
  #offer(out: ModelIo['out']): void {
    const request = this.#next;
    this.#offered = request !== undefined && request.cycle <= this.#cycle;
    out['offer']!.words[0] = this.#offered ? 1 : 0;
    if (!this.#offered) return;
    out['write']!.words[0] = request!.write ? 1 : 0;
    // Kept until it is taken: others may be answered meanwhile.
    this.#id = this.#free.pop()!;
    out['number']!.words[0] = this.#id;
    const { words } = out['address']!;
    words[0] = request!.address % 2 ** 32;
    if (words.length > 1) words[1] = Math.floor(request!.address / 2 ** 32);
  }

  #accept(): void {
    if (this.#waiting++ === 0) this.#lastAnswer = this.#cycle;
    this.#accepted[this.#id] = this.#cycle;
    this.acceptance.add(this.#cycle - this.#next!.cycle);
    const { address } = this.#next!;
    this.#last = this.#pseudoChannelBits.reduce((parity, bit) => parity ^ (Math.floor(address / 2 ** bit) & 1), 0);
    if (this.#uncommanded[this.#last]!++ === 0) this.#observer.wanted(this.#last, this.#cycle);
    this.#offered = false;
    this.#pull();
  }

  #answer(id: number, direction: 'reads' | 'writes', causes: ArrayLike<number>): void {
    const latency = this.#cycle - this.#accepted[id]!;
    this.latency[direction].add(latency);
    const told = this.causes[direction].add(latency, causes);
    if (told !== latency) fail('dram-causes', `the causes of a request that was answered in cycle ${this.#cycle} have ${told} cycles, and it took ${latency}`, { hint: 'this is a mistake in the controller' });
    this.#free.push(id);
    this.answered++;
    this.#waiting--;
    this.#lastAnswer = this.#cycle;
  }

  #columnCommand(command: DramCommand, pseudoChannel: number, ba: number, column: number): void {
    const { timing, organisation } = this.#preset;
    const write = command === 'WR' || command === 'WRA';
    this.#busyUntil = Math.max(this.#busyUntil, this.#cycle + (write ? timing.WL : timing.RL) + organisation.burstCycles);
    this.#uncommanded[pseudoChannel]!--;
    this.#observer.command({ cycle: this.#cycle, command, channel: 0, pseudoChannel, ...this.#bank(ba), row: this.#openRows[this.#flat(pseudoChannel, ba)]!, column });
  }

  #rowCommand(command: DramCommand, pc: number, ba: number, row: number): void {
    const ofBank = command === 'ACT' || command === 'PRE' || command === 'REFSB';
    const ofChannel = command === 'PDE' || command === 'PDX';
    if (command === 'ACT') this.#openRows[this.#flat(pc, ba)] = row;
    this.#observer.command({ cycle: this.#cycle, command, channel: 0, pseudoChannel: ofChannel ? -1 : pc, ...(ofBank ? this.#bank(ba) : { group: -1, bank: -1 }), row: command === 'ACT' ? row : -1, column: -1 });
  }

  #flat(pseudoChannel: number, ba: number): number {
    const { bankGroups, banksPerGroup } = this.#preset.organisation;
    return pseudoChannel * bankGroups * banksPerGroup + ba;
  }

  #bank(ba: number): { readonly group: number; readonly bank: number } {
    const { banksPerGroup } = this.#preset.organisation;
    return { group: Math.floor(ba / banksPerGroup), bank: ba % banksPerGroup };
  }
}

/** Where the controller with its counters is, for `LatencyReport`. */
export const CONTROLLER_PATH = 'mapped.controller';

/**
 * A player, the controller with its address mapping, and behind it the banks, which stop the simulation at a broken rule. Traces have no data, so
 * the channel has no cells: reads get zeroes, when they are due.
 *
 * @param pins The command pins are there too, for waves that are read elsewhere.
 */
export function playedChannel(player: RequestPlayer, mapping: string, options: ControllerOptions, pins?: PinStandard) {
  const { preset } = controllerConfig(options);
  const { organisation, timing } = preset;
  const { pseudoChannels, burstCycles, burstBytes } = organisation;
  return module('DramRun', { out: { idle: bit } }, (_, hw) => {
    const mapped = hw.instance('mapped', MappedDramController({ ...options, mapping, idBits: ID_BITS }), { stop: 0 });
    const banks = hw.instance('banks', BankState({ preset }));
    const { request, response, command, data } = mapped.io;
    const { row, column } = command;
    const offer = hw.wire('offer', bit);
    const taken = offer.and(request.ready);
    // Most cycles of a quiet channel have nothing to be looked at.
    const happens = taken.or(response.valid).or(response.written).or(row.kind.ne(RowKind.RNOP)).or(column.kind.ne(ColumnKind.CNOP));
    const seen = {
      happens, taken, forwarded: mapped.out.forwarded, valid: response.valid, id: response.id, written: response.written, writtenId: response.writtenId,
      causes: mapped.out.causes.bits(), writtenCauses: mapped.out.writtenCauses.bits(),
      rowKind: row.kind, rowPc: row.pc, rowBa: row.ba, row: row.row, columnKind: column.kind, columnPc: column.pc, columnBa: column.ba, column: column.column,
    }; // prettier-ignore
    const inputs = Object.fromEntries(Object.entries<Signal>(seen).map(([name, s]) => [name, uint<number>(s.width)]));
    const Player = model('RequestPlayer', { in: inputs, out: { offer: bit, write: bit, number: uint(ID_BITS), address: uint<number>(request.address.width) } }, () => player.behaviour());
    const played = hw.instance('player', Player, seen).out;
    offer.set(played.offer);
    request.valid.set(offer);
    request.write.set(played.write);
    request.id.set(played.number);
    request.address.set(played.address);
    request.data.set(hw.lit(32, 0).splat<number>(burstBytes / 4));
    request.mask.set(0);
    hw.connect(command, banks.io.command);
    if (pins !== undefined) hw.connect(command, hw.instance('encoder', CommandEncoder({ standard: pins, shape: organisation }), { parity: 0 }).io.command);

    const due = Array.from({ length: pseudoChannels }, (__, pc) => {
      const pipe = hw.reg(`readsDue${pc}`, uint<number>(timing.RL + burstCycles), { reset: 0 });
      const read = column.kind.eq(ColumnKind.RD).or(column.kind.eq(ColumnKind.RDA)).and(column.pc.eq(pc));
      pipe.next(pipe.slice<number, number>(pipe.width - 2, 0).cat(read));
      return pipe.slice<number, number>(timing.RL + burstCycles - 2, timing.RL - 1).reduceOr();
    });
    data.rvalid.set(due.length === 1 ? due[0]! : due[1]!.cat(due[0]!));
    data.rdq.set(hw.lit(32, 0).splat<number>((pseudoChannels * burstBytes) / burstCycles / 4));
    return { idle: mapped.out.idle };
  });
}

/** The pins that can carry the commands of an organisation; none for models whose ACT takes one cycle, or whose addresses are longer. */
export function pinsOf({ actCycles, bankGroups, banksPerGroup, rows, burstsPerRow }: Organisation): PinStandard | undefined {
  const bits = { ba: Math.log2(bankGroups * banksPerGroup), row: Math.log2(rows), column: Math.log2(burstsPerRow) };
  const fit = (standard: PinStandard): boolean => {
    const widths = { ...pinFieldWidths('ACT', standard), ...pinFieldWidths('RD', standard) };
    return Object.entries(bits).every(([field, needed]) => needed <= widths[field as keyof typeof bits]!);
  };
  return actCycles === 2 ? (Object.keys(PIN_WIDTHS) as PinStandard[]).find(fit) : undefined;
}
