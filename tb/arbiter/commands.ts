import { ColumnKind, RowKind } from '../../rtl/dram/index.ts';
import type { Phase } from '../../rtl/controller/index.ts';

export const PHASES = ['HOST', 'DRAIN', 'CLOSE', 'ENTER', 'PIM', 'FINISH', 'LEAVE'] as const satisfies readonly (keyof typeof Phase)[];

/** Commands on the bus in each phase. */
export class CommandCount {
  readonly #rows: { get(): number | bigint };
  readonly #columns: { get(): number | bigint };
  /** By phase and kind; `busy` are cycles with a command. */
  readonly counts: Record<string, number>[] = PHASES.map(() => ({ busy: 0 }));

  constructor(sim: { signal(path: string): { get(): number | bigint } }) {
    this.#rows = sim.signal('controller.command_row_kind');
    this.#columns = sim.signal('controller.command_column_kind');
  }

  look(phase: number): void {
    const [row, column] = [Number(this.#rows.get()), Number(this.#columns.get())];
    if (row === 0 && column === 0) return;
    const counts = this.counts[phase]!;
    counts['busy']!++;
    if (row !== 0) count(counts, RowKind.view.enum.values.get(row)!);
    if (column !== 0) count(counts, ColumnKind.view.enum.values.get(column)!);
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
