import type { Model } from '../../ir/netlist.ts';
import type { Design } from '../../hdl/elaborate.ts';
import { bitsOf } from '../../ir/shape.ts';
import { range } from '../verilog/names.ts';

/** The register behind an output of a model that is played from a recording. */
export const replayRegister = (port: string): string => `wordline_replay_${port}`;

/** A model without Verilog: its outputs are registers that a testbench sets. */
function replayText(model: Model): string {
  const outputs = [...model.outputs].map(([port, shape]) => ({ port, width: range(bitsOf(shape)) }));
  const ports = [
    'input wire clk',
    'input wire rst',
    ...[...model.inputs].map(([port, shape]) => `input wire ${range(bitsOf(shape))}${port}`),
    ...outputs.map(({ port, width }) => `output wire ${width}${port}`),
  ];
  return [
    `module ${model.name} (`,
    ports.map((p) => `  ${p}`).join(',\n'),
    ');',
    ...outputs.flatMap(({ port, width }) => [`  reg ${width}${replayRegister(port)} = 0;`, `  assign ${port} = ${replayRegister(port)};`]),
    'endmodule',
  ].join('\n');
}

/** Stand-ins for the models of a design that have no Verilog, by name. */
export function replayTwins({ flat }: Design): Record<string, string> {
  return Object.fromEntries(flat.models.filter((m) => m.model.verilog === undefined).map((m) => [m.model.name, replayText(m.model)]));
}
