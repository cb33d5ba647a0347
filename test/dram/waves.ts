import { encodeColumn, encodeRow, PIN_WIDTHS, type DramCommandEvent, type PinCommand, type PinStandard, type RowCommand } from '../../src/dram/index.ts';

/** What is on the pins in a clock cycle. */
interface Cycle {
  cke: 0 | 1;
  r: [number, number];
  c: [number, number];
}

/** Commands on the pins, by hand; four banks a group. */
export function cyclesOf(events: readonly DramCommandEvent[], standard: PinStandard, parity = false): Cycle[] {
  const nop = { r: encodeRow({ command: 'RNOP' }, standard), c: encodeColumn({ command: 'CNOP' }, standard) };
  const cycles = Array.from({ length: (events.at(-1)?.cycle ?? 0) + 2 }, (): Cycle => ({ cke: 1, r: [nop.r[0]!, nop.r[1]!], c: [nop.c[0]!, nop.c[1]!] }));
  for (const { cycle, command, pseudoChannel, group, bank, row, column } of events) {
    const fields = { ...(pseudoChannel >= 0 && { pc: pseudoChannel }), ...(bank >= 0 && { ba: group * 4 + bank }), ...(row >= 0 && { row }), ...(column >= 0 && { column }) };
    if (command === 'PDX' || command === 'SRX') {
      for (let i = cycle; i < cycles.length; i++) cycles[i]!.cke = 1;
      continue;
    }
    if (['RD', 'RDA', 'WR', 'WRA', 'MRS'].includes(command)) {
      const { row: _, ...rest } = fields;
      const words = encodeColumn({ command: command as 'RD', ...(command === 'MRS' ? { mr: 2, op: 0x81 } : rest) }, standard, parity);
      cycles[cycle]!.c = [words[0]!, words[1]!];
      continue;
    }
    if (command === 'PDE' || command === 'SRE') for (let i = cycle; i < cycles.length; i++) cycles[i]!.cke = 0;
    const words = encodeRow({ command, ...fields } as PinCommand<RowCommand>, standard, parity);
    const first = cycle - words.length / 2 + 1;
    for (let i = 0; i < words.length; i += 2) cycles[first + i / 2]!.r = [words[i]!, words[i + 1]!];
  }
  return cycles;
}

const bits = (value: number, code: string): string => `b${value.toString(2)} ${code}`;

/** R and C as JEDEC has them: set up half a phase before each edge of CK_t, which rises at 500 ps and every 1000 ps. */
export function edgesVcd(cycles: readonly Cycle[], standard: PinStandard): string {
  const { R, C } = PIN_WIDTHS[standard];
  const lines = [
    '$timescale 1 ps $end', '$scope module top $end', '$scope module hbm $end', '$var wire 1 k CK_t $end', '$var wire 1 e CKE $end', `$var wire ${R} r R $end`, `$var wire ${C} c C $end`,
    '$upscope $end', '$upscope $end', '$enddefinitions $end', '#0', '0k', '0e', 'bx r', 'bx c',
  ];
  cycles.forEach(({ cke, r, c }, i) => {
    lines.push(`#${i * 1000 + 250}`, `${cke}e`, bits(r[0], 'r'), bits(c[0], 'c'), `#${i * 1000 + 500}`, '1k', `#${i * 1000 + 750}`, bits(r[1], 'r'), bits(c[1], 'c'), `#${i * 1000 + 1000}`, '0k');
  });
  return `${lines.join('\n')}\n`;
}

/** A register for each half of a cycle, which changes at the rising edge of clk, as the kit's own waves have them. */
export function wordsVcd(cycles: readonly Cycle[], standard: PinStandard): string {
  const { R, C } = PIN_WIDTHS[standard];
  const lines = [
    '$timescale 1 ps $end', '$scope module Device $end', '$var wire 1 k clk $end', '$var wire 1 e pins_CKE $end', `$var wire ${R} r pins_R_w0 $end`, `$var wire ${R} s pins_R_w1 $end`,
    `$var wire ${C} c pins_C_w0 $end`, `$var wire ${C} d pins_C_w1 $end`, '$upscope $end', '$enddefinitions $end',
  ];
  cycles.forEach(({ cke, r, c }, i) => lines.push(`#${i * 1000}`, bits(r[0], 'r'), bits(r[1], 's'), '1k', bits(c[0], 'c'), bits(c[1], 'd'), `${cke}e`, `#${i * 1000 + 500}`, '0k'));
  return `${lines.join('\n')}\n`;
}
