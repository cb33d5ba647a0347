import { banksOf, type ChannelShape } from '../dram/index.ts';

interface TwinParameters {
  readonly shape: ChannelShape;
  readonly twinRows: number;
  readonly banksPerUnit: number;
}

/** The cells as behavioural Verilog, written a second time. It has the first `twinRows` rows of each bank and stops the simulation at any other. */
export function unitStoreVerilog({ shape, twinRows, banksPerUnit }: TwinParameters): string {
  const { pseudoChannels, rows, burstsPerRow, burstBytes } = shape;
  const banks = banksOf(shape);
  const units = banks / banksPerUnit;
  const [rowBits, columnBits, bankBits] = [rows, burstsPerRow, banks].map(Math.log2) as [number, number, number];
  const place = Math.log2(pseudoChannels) + bankBits + rowBits + columnBits;
  const burst = burstBytes * 8;
  const pc = (name: string): string => (pseudoChannels === 1 ? '0' : `${name}[${place - 1}]`);
  const row = (name: string): string => `${name}[${rowBits + columnBits - 1}:${columnBits}]`;
  const bank = (name: string): string => `(${pc(name)} * ${banks} + ${name}[${bankBits + rowBits + columnBits - 1}:${rowBits + columnBits}])`;
  const ofUnit = (name: string): string => `(${pc(name)} * ${banks} + u * ${banksPerUnit} + ${name}[${rowBits + columnBits + Math.log2(banksPerUnit) - 1}:${rowBits + columnBits}])`;
  const at = (name: string, number: string): string => `(${number} * ${twinRows} + ${row(name)}) * ${burstsPerRow} + ${name}[${columnBits - 1}:0]`;
  const check = (name: string): string => `if (${row(name)} >= ${twinRows}) begin $display("unit store: this Verilog has only ${twinRows} rows of each bank"); $finish; end`;
  const depth = pseudoChannels * banks * twinRows * burstsPerRow;
  return `
module UnitStore${banksPerUnit}of${pseudoChannels}x${banks}x${rows}b${burstBytes} (
  input wire clk,
  input wire rst,
  input wire fire,
  input wire read,
  input wire [${place - 1}:0] readPlace,
  input wire write,
  input wire writeAll,
  input wire [${place - 1}:0] writePlace,
  input wire [${burst - 1}:0] burst,
  input wire [${burstBytes - 1}:0] mask,
  input wire readUnits,
  input wire [${place - 1}:0] unitsPlace,
  input wire store,
  input wire [${place - 1}:0] storePlace,
  input wire [${units * burst - 1}:0] stored,
  output reg [${pseudoChannels * burst - 1}:0] data,
  output reg [${pseudoChannels * units * burst - 1}:0] units
);
  reg [${burst - 1}:0] cells [0:${depth - 1}];
  integer i;
  integer u;
  initial begin
    for (i = 0; i < ${depth}; i = i + 1) cells[i] = 0;
    data = 0;
    units = 0;
  end
  always @(posedge clk) if (!rst && fire) begin
    if (read) begin
      ${check('readPlace')}
      data[${pc('readPlace')} * ${burst} +: ${burst}] <= cells[${at('readPlace', bank('readPlace'))}];
    end
    if (readUnits) begin
      ${check('unitsPlace')}
      for (u = 0; u < ${units}; u = u + 1)
        units[(${pc('unitsPlace')} * ${units} + u) * ${burst} +: ${burst}] <= cells[${at('unitsPlace', ofUnit('unitsPlace'))}];
    end
    if (write) begin
      ${check('writePlace')}
      for (u = 0; u < ${units}; u = u + 1)
        for (i = 0; i < ${burstBytes}; i = i + 1)
          if (!mask[i]) begin
            if (writeAll) cells[${at('writePlace', ofUnit('writePlace'))}][i * 8 +: 8] <= burst[i * 8 +: 8];
            else cells[${at('writePlace', bank('writePlace'))}][i * 8 +: 8] <= burst[i * 8 +: 8];
          end
    end
    if (store) begin
      ${check('storePlace')}
      for (u = 0; u < ${units}; u = u + 1)
        cells[${at('storePlace', ofUnit('storePlace'))}] <= stored[u * ${burst} +: ${burst}];
    end
  end
endmodule
`;
}
