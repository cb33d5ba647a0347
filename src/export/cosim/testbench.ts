import type { Design } from '../../hdl/elaborate.ts';
import { bitsOf } from '../../ir/shape.ts';
import { range } from '../verilog/names.ts';
import type { VerilogExport } from '../verilog/export.ts';
import { replayRegister } from './replay.ts';
import { OP, type Column } from './script.ts';
import type { Watch } from './watch.ts';

export const scriptName = (tag: number): string => `script${tag}.txt`;
export const observedName = (tag: number): string => `observed${tag}.txt`;

/** The testbench that obeys a script (`script.ts`) and prints what is watched. It knows neither cycles nor values. */
export function testbenchText(name: string, tag: number, design: Design, verilog: VerilogExport, columns: readonly Column[], { signals, memories }: Watch): string {
  const { flat } = design;
  const outputs = [...verilog.ports].filter(([port]) => !flat.inputs.has(port)).map(([port, id]) => ({ id, bits: bitsOf(flat.nodes[flat.outputs.get(port)!]!) }));
  const total = columns.reduce((sum, c) => sum + c.bits, 0);
  const clocks = flat.domains.map((_, i) => `clk${i}`);
  const portOf = ({ kind, name: of }: Column): string | undefined => (kind === 'input' ? verilog.ports.get(of) : kind === 'reset' ? verilog.resets.get(of) : undefined);
  const registers = columns.map((c, i) => (c.kind === 'model' ? `dut.${verilog.instances.get(c.name)!}.${replayRegister(c.port!)}` : `in${i}`));
  const connections = [
    ...columns.flatMap((c, i) => (portOf(c) === undefined ? [] : [[portOf(c)!, `in${i}`] as const])),
    ...flat.domains.flatMap((d, i) => (verilog.clocks.get(d) === undefined ? [] : [[verilog.clocks.get(d)!, clocks[i]!] as const])),
    ...outputs.map(({ id }) => [id, `out_${id}`] as const),
  ];
  const word = Math.max(1, ...memories.map((m) => m.bits));
  // At least two bits: a concatenation of one is fine, a range of none is not.
  const next = (count: string, ...targets: readonly string[]): string => `got = $fscanf(script, "${count}", ${targets.join(', ')});`;
  return [
    '`timescale 1fs/1fs',
    `module ${name};`,
    ...columns.flatMap((c, i) => (c.kind === 'model' ? [] : [`  reg ${range(c.bits)}in${i} = 0;`])),
    ...clocks.map((c) => `  reg ${c} = 0;`),
    ...outputs.map(({ id, bits }) => `  wire ${range(bits)}out_${id};`),
    `  reg ${range(Math.max(2, total))}now;`,
    `  reg ${range(Math.max(2, clocks.length))}levels;`,
    '  reg [63:0] delay;',
    '  reg [31:0] memory, address;',
    `  reg ${range(Math.max(2, word))}value;`,
    '  integer script, out, got, op, a;',
    `  ${verilog.top} dut (`,
    connections.map(([port, what]) => `    .${port}(${what})`).join(',\n'),
    '  );',
    '  initial begin',
    `    script = $fopen("${scriptName(tag)}", "r");`,
    `    out = $fopen("${observedName(tag)}", "w");`,
    `    ${next('%h', 'op')}`,
    '    while (got == 1) begin',
    '      case (op)',
    `        ${OP.inputs}: begin`,
    `          ${next('%h', 'now')}`,
    '          #1;',
    ...assignments(columns, registers),
    '        end',
    `        ${OP.clocks}: begin`,
    `          ${next('%h %h', 'delay', 'levels')}`,
    // Before the delay: nothing may happen between the assignments.
    `          #(delay) ${clocks.length === 0 ? ';' : `{${clocks.join(', ')}} = levels[${clocks.length - 1}:0];`}`,
    '        end',
    `        ${OP.memory}: begin`,
    `          ${next('%h %h %h', 'memory', 'address', 'value')}`,
    '          #1;',
    ...(memories.length === 0 ? [] : ['          case (memory)', ...memories.map((m) => `            ${m.memory}: dut.${m.verilog}[address] = value[${m.bits - 1}:0];`), '            default: ;', '          endcase']),
    '        end',
    '        default: begin',
    '          #1;',
    '          $fwrite(out, "%0d", $time);',
    ...signals.map((s) => `          $fwrite(out, " %h", dut.${s.verilog});`),
    '          $fwrite(out, "\\n");',
    '        end',
    '      endcase',
    `      ${next('%h', 'op')}`,
    '    end',
    // What the last edge has written.
    '    #1;',
    ...memories.flatMap((m, i) => [`    $fwrite(out, "memory${i}");`, `    for (a = 0; a < ${m.depth}; a = a + 1) $fwrite(out, " %h", dut.${m.verilog}[a]);`, '    $fwrite(out, "\\n");']),
    '    $fclose(out);',
    '  end',
    'endmodule',
  ].join('\n');
}

/** Column by column: some simulators do not take a hierarchical name in a concatenation that is assigned to. */
function assignments(columns: readonly Column[], registers: readonly string[]): string[] {
  let low = columns.reduce((sum, c) => sum + c.bits, 0);
  return columns.map(({ bits }, i) => {
    low -= bits;
    return `          ${registers[i]!} = now[${low + bits - 1}:${low}];`;
  });
}

/** All testbenches side by side. They end when their scripts do, and with them the simulation. */
export function benchText(names: readonly string[], dump: string | undefined): string {
  return [
    '`timescale 1fs/1fs',
    'module wordline_cosim;',
    ...names.map((n) => `  ${n} ${n}_0 ();`),
    ...(dump === undefined ? [] : ['  initial begin', `    $dumpfile("${dump}");`, '    $dumpvars;', '  end']),
    'endmodule',
    '',
  ].join('\n');
}
