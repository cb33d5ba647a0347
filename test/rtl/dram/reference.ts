import { COMMAND_KINDS, refreshRule, rules, type DramCommand, type DramPreset, type Rule } from '../../../src/index.ts';
import { isRow, type Cmd } from './bench.ts';

interface Past extends Required<Pick<Cmd, 'pc' | 'ba'>> {
  readonly command: DramCommand;
  readonly cycle: number;
}

/** What stands on the data port in a cycle: bytes of each pseudo-channel that is valid. */
export type Beats = ReadonlyMap<number, readonly number[]>;

/**
 * The device once more, from a list of all commands: a rule is looked up by searching the list, a bank by the last command to it, bytes by
 * their address in a Map. It shares the table of rules with the hardware and nothing else.
 */
export class ReferenceDevice {
  readonly #rules: readonly Rule[];
  readonly #past: Past[] = [];
  readonly #open = new Set<string>();
  /** The row of a bank that was open last: what a read of a closed bank finds, though it is an error. */
  readonly #rows = new Map<string, number>();
  readonly #bytes = new Map<string, number>();
  readonly #reads: { readonly cycle: number; readonly key: string; readonly pc: number; bytes: number[] }[] = [];
  readonly #writes: { readonly cycle: number; readonly key: string; readonly pc: number; readonly bytes: number[]; readonly masked: boolean[] }[] = [];
  readonly #owed: number[];
  readonly #modes = new Array<number>(16).fill(0);
  #power: 'up' | 'powerDown' | 'selfRefresh' = 'up';
  #elapsed = 0;
  #cycle = 0;

  constructor(private readonly preset: DramPreset) {
    this.#rules = rules(preset);
    const { pseudoChannels, bankGroups, banksPerGroup } = preset.organisation;
    this.#owed = new Array<number>(pseudoChannels * bankGroups * banksPerGroup).fill(0);
    this.#modes[2] = (preset.timing.RL - 2) * 8 + preset.timing.WL - 1;
  }

  get #latencies(): { RL: number; WL: number } {
    return { RL: Math.floor(this.#modes[2]! / 8) + 2, WL: (this.#modes[2]! % 8) + 1 };
  }

  /** One cycle: names of what is broken in it, and what is read in it. `wdq` and `dm`: bytes of the data port, pseudo-channel 0 first. */
  step(commands: readonly Cmd[], wdq: readonly number[] = [], dm: readonly boolean[] = []): { broken: Set<string>; read: Beats } {
    const broken = new Set<string>();
    const counts = this.#power !== 'selfRefresh';
    const ordered = [...commands].sort((a, b) => Number(isRow(a.command)) - Number(isRow(b.command)));
    const power = this.#power;
    const read = this.#data(wdq, dm);
    for (const cmd of ordered) {
      for (const name of this.#wrongs(cmd, power)) broken.add(name);
      this.#obey(cmd);
    }
    if (this.#refresh(ordered, counts)) broken.add('tREFI');
    this.#cycle++;
    return { broken, read };
  }

  /** Would the command be allowed in the coming cycle? */
  allows(cmd: Cmd): boolean {
    return this.#wrongs(cmd, this.#power).length === 0;
  }

  get power(): string {
    return this.#power;
  }

  #wrongs({ command, pc = 0, ba = 0, sid = 0 }: Cmd, power: string): string[] {
    const { organisation } = this.preset;
    const { target, needs } = COMMAND_KINDS[command];
    const wrongs: string[] = [];
    const banks = this.#owed.map((_, i) => ({ pc: Math.floor(i / 16), ba: i % 16 }));
    const targets = banks.filter((b) => (target === 'channel' || b.pc === pc) && (target !== 'bank' || b.ba === ba));
    const isOpen = (b: { pc: number; ba: number }): boolean => this.#open.has(`${b.pc}.${b.ba}`);
    if (needs === 'open' && !targets.some(isOpen)) wrongs.push('bankClosed');
    if (needs === 'closed' && targets.some(isOpen)) wrongs.push('bankOpen');
    if (command === 'PDX' || command === 'SRX') {
      if (power !== (command === 'PDX' ? 'powerDown' : 'selfRefresh')) wrongs.push('notPoweredDown');
    } else if (power !== 'up') wrongs.push(power);
    if (target === 'bank' && sid !== 0) wrongs.push('address');

    const group = Math.floor(ba / organisation.banksPerGroup);
    for (const rule of this.#rules) {
      if (!rule.to.includes(command)) continue;
      const seen = this.#past.filter((p) => {
        const pGroup = Math.floor(p.ba / organisation.banksPerGroup);
        const inScope = {
          bank: p.pc === pc && p.ba === ba,
          group: p.pc === pc && pGroup === group,
          otherGroup: p.pc === pc && pGroup !== group,
          pseudoChannel: p.pc === pc,
          channel: true,
        }[rule.scope];
        return inScope && rule.from.includes(p.command);
      });
      const last = seen.at(-(rule.window ?? 1));
      if (last !== undefined && this.#cycle - last.cycle < rule.cycles) wrongs.push(rule.name);
    }
    return wrongs;
  }

  #obey({ command, pc = 0, ba = 0, row = 0, column = 0, mr = 0, op = 0 }: Cmd): void {
    const bank = `${pc}.${ba}`;
    const closes: Partial<Record<DramCommand, (key: string) => boolean>> = {
      PRE: (k) => k === bank, REFSB: (k) => k === bank, RDA: (k) => k === bank, WRA: (k) => k === bank,
      PREA: (k) => k.startsWith(`${pc}.`), REF: (k) => k.startsWith(`${pc}.`), SRE: () => true, MRS: () => true,
    }; // prettier-ignore
    const { RL, WL } = this.#latencies;
    const key = `${bank}.${this.#rows.get(bank) ?? 0}.${column}`;
    if (command === 'RD' || command === 'RDA') this.#reads.push({ cycle: this.#cycle + RL, key, pc, bytes: [] });
    if (command === 'WR' || command === 'WRA') this.#writes.push({ cycle: this.#cycle + WL, key, pc, bytes: [], masked: [] });
    for (const k of [...this.#open]) if (closes[command]?.(k)) this.#open.delete(k);
    if (command === 'ACT') {
      this.#open.add(bank);
      this.#rows.set(bank, row);
    }
    if (command === 'MRS') this.#modes[mr] = op;
    if (command === 'PDE') this.#power = 'powerDown';
    if (command === 'SRE') this.#power = 'selfRefresh';
    if (command === 'PDX' || command === 'SRX') this.#power = 'up';
    this.#past.push({ command, cycle: this.#cycle, pc, ba });
    const far = this.#past.findIndex((p) => p.cycle > this.#cycle - 600);
    if (far > 200) this.#past.splice(0, far);
  }

  #refresh(commands: readonly Cmd[], counts: boolean): boolean {
    const { interval, postpone } = refreshRule(this.preset);
    const due = counts && this.#elapsed === interval;
    if (counts) this.#elapsed = due ? 1 : this.#elapsed + 1;
    let late = false;
    this.#owed.forEach((was, i) => {
      const served = commands.some((c) => (c.command === 'REF' && (c.pc ?? 0) === Math.floor(i / 16)) || (c.command === 'REFSB' && (c.pc ?? 0) * 16 + (c.ba ?? 0) === i));
      const now = was + Number(due) - Number(served);
      if (now > postpone) late = true;
      this.#owed[i] = Math.max(-postpone, Math.min(postpone, now));
    });
    return late;
  }

  #data(wdq: readonly number[], dm: readonly boolean[]): Beats {
    const { burstBytes, burstCycles } = this.preset.organisation;
    const bytes = burstBytes / burstCycles;
    const read = new Map<number, number[]>();
    for (const due of this.#reads) {
      const k = this.#cycle - due.cycle;
      // The cells are looked at one cycle before.
      if (k === -1) due.bytes = Array.from({ length: burstBytes }, (_, i) => this.#bytes.get(`${due.key}.${i}`) ?? 0);
      if (k >= 0 && k < burstCycles) read.set(due.pc, due.bytes.slice(k * bytes, (k + 1) * bytes));
    }
    for (const write of this.#writes) {
      const k = this.#cycle - write.cycle;
      if (k < 0 || k >= burstCycles) continue;
      for (let i = 0; i < bytes; i++) {
        write.bytes.push(wdq[write.pc * bytes + i] ?? 0);
        write.masked.push(dm[write.pc * bytes + i] ?? false);
      }
      if (k === burstCycles - 1) write.bytes.forEach((b, i) => write.masked[i] || this.#bytes.set(`${write.key}.${i}`, b));
    }
    const drop = <T extends { readonly cycle: number }>(list: T[]): void => void (list.length > 100 && list.splice(0, list.findIndex((x) => x.cycle > this.#cycle - 50)));
    drop(this.#reads);
    drop(this.#writes);
    return read;
  }
}
