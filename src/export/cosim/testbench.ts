import type { Design } from '../../hdl/elaborate.ts';
import { bitsOf } from '../../ir/shape.ts';
import { range } from '../verilog/names.ts';
import type { VerilogExport } from '../verilog/export.ts';
import type { PackedCycle } from './stimulus.ts';
import { hex, type Observed, type Watch } from './watch.ts';

/** Columns of a line of stimulus, left to right: inputs, resets, clocks that tick. */
interface Column {
  readonly id: string;
  readonly bits: number;
  readonly port: string | undefined;
}

function columnsOf({ flat }: Design, verilog: VerilogExport): Column[] {
  return [
    ...[...flat.inputs].map(([name, id], i) => ({ id: `in${i}`, bits: bitsOf(flat.nodes[id]!), port: verilog.ports.get(name) })),
    ...flat.domains.map((d, i) => ({ id: `rst${i}`, bits: 1, port: verilog.resets.get(d) })),
    ...flat.domains.map((d, i) => ({ id: `clk${i}`, bits: 1, port: verilog.clocks.get(d) })),
  ];
}

/** One line a cycle for $readmemh. */
export function stimulusText(design: Design, stimulus: readonly PackedCycle[]): string {
  const widths = [...design.flat.inputs.values()].map((id) => bitsOf(design.flat.nodes[id]!));
  const total = widths.reduce((a, b) => a + b, 0) + 2 * design.flat.domains.length;
  const lines = stimulus.map(({ inputs, resets, ticks }) => {
    let all = 0n;
    inputs.forEach((v, i) => (all = (all << BigInt(widths[i]!)) | v));
    for (const flag of [...resets, ...ticks]) all = (all << 1n) | (flag ? 1n : 0n);
    return hex(all, total);
  });
  return `${lines.join('\n')}\n`;
}

/**
 * A testbench that reads its stimulus, and prints every watched value in every cycle as a line `@tag cycle value value ...`. Clocks tick at
 * multiples of 1000, inputs change one unit later, and values are printed when they have long settled.
 */
export function testbenchText(name: string, tag: number, file: string, design: Design, verilog: VerilogExport, cycles: number, { signals, memories }: Watch, vcd?: string): string {
  const columns = columnsOf(design, verilog);
  const total = columns.reduce((sum, c) => sum + c.bits, 0);
  const clocks = columns.slice(columns.length - design.flat.domains.length);
  const others = columns.slice(0, columns.length - clocks.length);
  const list = (cs: readonly Column[]): string => `{${cs.map((c) => c.id).join(', ')}}`;
  const clockBits = clocks.length;
  const lines = [
    '`timescale 1ps/1ps',
    `module ${name};`,
    ...columns.map((c) => `  reg ${range(c.bits)}${c.id} = 0;`),
    `  reg ${range(Math.max(2, total))}stimulus [0:${cycles - 1}];`,
    `  reg ${range(Math.max(2, total))}now;`,
    '  integer n, a;',
    ...[...verilog.ports].filter(([port]) => !design.flat.inputs.has(port)).map(([port, id]) => `  wire ${range(bitsOf(design.flat.nodes[design.flat.outputs.get(port)!]!))}out_${id};`),
    `  ${verilog.top} dut (`,
    [
      ...columns.flatMap((c) => (c.port === undefined ? [] : [`    .${c.port}(${c.id})`])),
      ...[...verilog.ports].filter(([port]) => !design.flat.inputs.has(port)).map(([, id]) => `    .${id}(out_${id})`),
    ].join(',\n'),
    '  );',
    '  initial begin',
    `    $readmemh("${file}", stimulus);`,
    ...(vcd === undefined ? [] : [`    $dumpfile("${vcd}");`, '    $dumpvars(0, dut);']),
    `    for (n = 0; n < ${cycles}; n = n + 1) begin`,
    '      #1 now = stimulus[n];',
    ...(others.length === 0 ? [] : [`      ${list(others)} = now[${Math.max(2, total) - 1 - (Math.max(2, total) - total)}:${clockBits}];`]),
    ...(clockBits === 0 ? [] : [`      #499 ${list(clocks)} = 0;`]),
    `      #400 $write("@${tag} %0d", n);`,
    ...signals.map((s) => `      $write(" %h", dut.${s.verilog});`),
    '      $write("\\n");',
    `      #100 ${clockBits === 0 ? ';' : `${list(clocks)} = now[${clockBits - 1}:0];`}`,
    '    end',
    '    #500 n = 0;',
    ...memories.flatMap((m, i) => [
      `    $write("@${tag} memory${i}");`,
      `    for (a = 0; a < ${m.depth}; a = a + 1) $write(" %h", dut.${m.verilog}[a]);`,
      '    $write("\\n");',
    ]),
    '  end',
    'endmodule',
  ];
  return lines.join('\n');
}

/** All testbenches side by side. */
export function benchText(names: readonly string[], cycles: number): string {
  return ['`timescale 1ps/1ps', 'module wordline_cosim;', ...names.map((n) => `  ${n} ${n}_0 ();`), `  initial #${1000 * cycles + 2000} $finish;`, 'endmodule', ''].join('\n');
}

/** What the testbenches printed, by tag. */
export function readObserved(output: string): Map<number, Observed> {
  const found = new Map<number, { cycles: string[][]; memories: string[][] }>();
  for (const line of output.split('\n')) {
    const match = /^@(\d+) (memory)?(\d+) ?(.*)$/.exec(line.trimEnd());
    if (match === null) continue;
    const tag = Number(match[1]);
    let mine = found.get(tag);
    if (mine === undefined) found.set(tag, (mine = { cycles: [], memories: [] }));
    (match[2] === undefined ? mine.cycles : mine.memories)[Number(match[3])] = match[4] === '' ? [] : match[4]!.split(' ');
  }
  return found;
}
