/** Everything that can happen on the row and column buses of a channel, and the four moves of CKE. */
export const DRAM_COMMANDS = ['ACT', 'PRE', 'PREA', 'REF', 'REFSB', 'RD', 'RDA', 'WR', 'WRA', 'MRS', 'PDE', 'PDX', 'SRE', 'SRX'] as const;

/**
 * | command | what it does |
 * |---------|--------------|
 * | ACT     | opens a row of a bank |
 * | PRE     | closes a bank; PREA all banks of a pseudo-channel |
 * | REF     | refreshes all banks of a pseudo-channel; REFSB a single one |
 * | RD, WR  | one burst of the open row; RDA, WRA close the bank afterwards |
 * | MRS     | writes a mode register, of the channel |
 * | PDE PDX | power-down entry and exit; SRE, SRX of self-refresh; of the channel |
 */
export type DramCommand = (typeof DRAM_COMMANDS)[number];

/** Counts; every one a power of two except the cycles. */
export interface Organisation {
  /** 2, or 1 for a legacy channel whose data bus is one. */
  readonly pseudoChannels: number;
  /** Of a pseudo-channel. */
  readonly bankGroups: number;
  readonly banksPerGroup: number;
  /** Of a bank. */
  readonly rows: number;
  /** Bursts in a row: column addresses. */
  readonly burstsPerRow: number;
  /** What one RD or WR moves. */
  readonly burstBytes: number;
  /** Clock cycles a burst is on the data bus: BL / 2. */
  readonly burstCycles: number;
  /** Clock cycles ACT is on the row bus: 2, or 1 in models that leave that out. All other commands take one. */
  readonly actCycles: number;
}

/** In clock cycles, but for {@link Timing.refreshPostpone}. Between commands: from cycle to cycle, where ACT happens in the last of its own. */
export interface Timing {
  /** Read latency: RD to the first data. */
  readonly RL: number;
  /** Write latency: WR to the first data. */
  readonly WL: number;
  /** ACT to RD, same bank. */
  readonly tRCDRD: number;
  /** ACT to WR, same bank. */
  readonly tRCDWR: number;
  /** ACT to PRE, same bank. */
  readonly tRAS: number;
  /** PRE to ACT, same bank. */
  readonly tRP: number;
  /** ACT to ACT, same bank. */
  readonly tRC: number;
  /** ACT to ACT, other bank group. */
  readonly tRRDS: number;
  /** ACT to ACT, same bank group. */
  readonly tRRDL: number;
  /** No five ACTs of a pseudo-channel within less. */
  readonly tFAW: number;
  /** RD to RD or WR to WR, other bank group. */
  readonly tCCDS: number;
  /** RD to RD or WR to WR, same bank group. */
  readonly tCCDL: number;
  /** End of write data to RD, other bank group. */
  readonly tWTRS: number;
  /** End of write data to RD, same bank group. */
  readonly tWTRL: number;
  /** Cycles the data bus rests between read data and write data: RD to WR is tRTW = RL + BL/2 + tRTRS - WL. */
  readonly tRTRS: number;
  /** RD to PRE where bank groups are not in use. */
  readonly tRTPS: number;
  /** RD to PRE where bank groups are in use. */
  readonly tRTPL: number;
  /** End of write data to PRE. */
  readonly tWR: number;
  /** REF to whatever comes next. */
  readonly tRFC: number;
  /** REFSB to ACT, same bank. */
  readonly tRFCSB: number;
  /** REFSB to REFSB or ACT, other bank. */
  readonly tRREFD: number;
  /** Average time between refreshes of a bank. */
  readonly tREFI: number;
  /** Average time between REFSBs if those alone refresh. */
  readonly tREFISB: number;
  /** Refreshes of a bank that may be owed; a count. As many may be done in advance. */
  readonly refreshPostpone: number;
  /** PDX to whatever comes next. */
  readonly tXP: number;
  /** SRX to whatever comes next. */
  readonly tXS: number;
  /** CKE stays low, and then high, for at least as long. */
  readonly tCKE: number;
  /** MRS to MRS. */
  readonly tMRD: number;
  /** MRS to whatever else. */
  readonly tMOD: number;
}

export type TimingName = keyof Timing;
export type OrganisationName = keyof Organisation;

/** One set of numbers; what {@link rules} turns into rules. */
export interface DramPreset {
  readonly name: string;
  /** Where the set is from, in words. */
  readonly source: string;
  /** Clock period in picoseconds. */
  readonly tCK: number;
  readonly organisation: Organisation;
  readonly timing: Timing;
  /** Where each number is from; `our choice` where there is no source. */
  readonly sources: Readonly<Record<TimingName | OrganisationName, string>>;
}
