import { banksOf, type ChannelShape } from './interface.ts';

interface TwinParameters {
  readonly shape: ChannelShape;
  readonly twinRows: number;
}

/** The cells as behavioural Verilog, written a second time. It has the first `twinRows` rows of each bank and stops the simulation at any other. */
export function rowStoreVerilog({ shape, twinRows }: TwinParameters): string {
  const { pseudoChannels, rows, burstsPerRow, burstBytes } = shape;
  const lanes = pseudoChannels * banksOf(shape);
  const [rowBits, columnBits, laneBits] = [rows, burstsPerRow, lanes].map(Math.log2) as [number, number, number];
  const place = laneBits + rowBits + columnBits;
  const pc = (name: string): string => (pseudoChannels === 1 ? '0' : `${name}[${place - 1}]`);
  const at = (name: string): string => `(${name}[${place - 1}:${rowBits + columnBits}] * ${twinRows} + ${name}[${rowBits + columnBits - 1}:${columnBits}]) * ${burstsPerRow} + ${name}[${columnBits - 1}:0]`;
  const check = (name: string): string =>
    `if (${name}[${rowBits + columnBits - 1}:${columnBits}] >= ${twinRows}) begin $display("row store: this Verilog has only ${twinRows} rows of each bank"); $finish; end`;
  return `
module RowStore${pseudoChannels}x${banksOf(shape)}x${rows}b${burstBytes} (
  input wire clk,
  input wire rst,
  input wire fire,
  input wire read,
  input wire [${place - 1}:0] readPlace,
  input wire write,
  input wire [${place - 1}:0] writePlace,
  input wire [${burstBytes * 8 - 1}:0] burst,
  input wire [${burstBytes - 1}:0] mask,
  output reg [${pseudoChannels * burstBytes * 8 - 1}:0] data
);
  reg [${burstBytes * 8 - 1}:0] cells [0:${lanes * twinRows * burstsPerRow - 1}];
  integer i;
  initial begin
    for (i = 0; i < ${lanes * twinRows * burstsPerRow}; i = i + 1) cells[i] = 0;
    data = 0;
  end
  always @(posedge clk) if (!rst && fire) begin
    if (read) begin
      ${check('readPlace')}
      data[${pc('readPlace')} * ${burstBytes * 8} +: ${burstBytes * 8}] <= cells[${at('readPlace')}];
    end
    if (write) begin
      ${check('writePlace')}
      for (i = 0; i < ${burstBytes}; i = i + 1)
        if (!mask[i]) cells[${at('writePlace')}][i * 8 +: 8] <= burst[i * 8 +: 8];
    end
  end
endmodule
`;
}
