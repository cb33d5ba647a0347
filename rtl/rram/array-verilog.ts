import { indexWidth } from '../../src/index.ts';
import type { ArrayParameters } from './array.ts';

/** Vectors even of one bit, since they are indexed. */
const range = (bits: number): string => `[${bits - 1}:0] `;

/** The cell array as behavioural Verilog: the same cells and sums written a second time, row by row where the model adds them 16 at once. */
export function cellArrayVerilog(name: string, p: ArrayParameters, planes: number, turns: number): string {
  const { rows, columns, cellBits, written, differential, digitBits, sumBits, floor } = p;
  const level = (lane: string): string => `$signed({1'b0, levels[${lane} * ${cellBits} +: ${cellBits}]})`;
  return `
module ${name} (
  input wire clk,
  input wire rst,
  input wire fire,
  input wire sample,
  input wire write,
  input wire ${range(planes * rows)}wordlines,
  input wire ${range(indexWidth(rows))}row,
  input wire ${range(indexWidth(turns))}turn,
  input wire ${range(written * (differential ? 2 : 1) * cellBits)}levels,
  output reg ${range(columns * sumBits)}held
);
  reg signed [${cellBits}:0] cells [0:${rows * columns - 1}];
  reg signed [31:0] sum, digit;
  integer r, c, b;
  initial begin
    for (c = 0; c < ${rows * columns}; c = c + 1) cells[c] = 0;
    held = 0;
  end
  always @(posedge clk) if (!rst && fire) begin
    if (write)
      for (c = 0; c < ${written}; c = c + 1)
        if (turn * ${written} + c < ${columns}) cells[row * ${columns} + turn * ${written} + c] = ${level('c')}${differential ? ` - ${level(`(${written} + c)`)}` : ''};
    if (sample)
      for (c = 0; c < ${columns}; c = c + 1) begin
        sum = 0;
        for (r = 0; r < ${rows}; r = r + 1) begin
          digit = 0;
          for (b = 0; b < ${digitBits}; b = b + 1) if (wordlines[b * ${rows} + r]) digit = digit + (1 << b);
${p.signed ? `          if (wordlines[${digitBits * rows} + r]) digit = -digit;\n` : ''}          sum = sum + digit * (cells[r * ${columns} + c] + ${floor});
        end
        held[c * ${sumBits} +: ${sumBits}] <= sum[${sumBits - 1}:0];
      end
  end
endmodule
`;
}
