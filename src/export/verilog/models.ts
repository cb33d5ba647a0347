import { fail } from '../../diag/index.ts';
import type { Model } from '../../ir/netlist.ts';
import { bitsOf } from '../../ir/shape.ts';
import type { Face } from './module.ts';
import { range } from './names.ts';

/** A model's ports have the names that it gave them: its twin is written by hand. */
export function modelFace(model: Model, name: string): Face {
  return { name, clocks: ['clk'], resets: ['rst'], ports: new Map([...model.inputs.keys(), ...model.outputs.keys()].map((port) => [port, port])) };
}

/** An empty module that says what belongs there. */
export function stubText(model: Model, face: Face, place: string): string {
  const ports = [
    'input wire clk',
    'input wire rst',
    ...[...model.inputs].map(([port, shape]) => `input wire ${range(bitsOf(shape))}${port}`),
    ...[...model.outputs].map(([port, shape]) => `output wire ${range(bitsOf(shape))}${port}`),
  ];
  const acts = model.fire === undefined ? 'at every clock edge' : `at clock edges with ${model.fire}`;
  return [
    ...(place === '' ? [] : [`// ${place}`]),
    `// Black box: the behaviour of ${model.name} is TypeScript. It acts ${acts}: it sees the inputs of the cycle`,
    '// that ends and sets its outputs for the next one. Replace this module by one of the same name and ports.',
    '/* verilator lint_off UNDRIVEN */',
    '(* blackbox *)',
    `module ${face.name} (`,
    ports.map((p) => `  ${p}`).join(',\n'),
    ');',
    'endmodule',
    '/* verilator lint_on UNDRIVEN */',
  ].join('\n');
}

/** The Verilog that a model brings, under the name that it has in this design. */
export function twinText(model: Model, face: Face, twin: string): string {
  const head = new RegExp(`\\bmodule(\\s+)${model.name}\\b`);
  if (!head.test(twin)) fail('bad-twin', `the Verilog of model ${model.name} has no "module ${model.name}"`, { where: [model.origin] });
  return twin.replace(head, `module$1${face.name}`).trim();
}
