import type { VerilogScope } from '../../ir/operators/verilog.ts';
import { range } from './names.ts';

/** A Verilog function. Its inputs have names that no other thing of a module is likely to have, so that readers see which is meant. */
export function functionText(name: string, width: number, inputs: readonly number[], body: Parameters<VerilogScope['call']>[3], local?: number): string[] {
  const names = inputs.map((_, k) => `${name}_${'abc'[k] ?? k}`);
  const least = `${name}_best`;
  const rename = (line: string): string => line.replace(/\b[ij]\b/g, (v) => `${name}_${v}`);
  const lines = body(name, names, least).map(rename);
  const integers = ['i', 'j'].map((v) => `${name}_${v}`).filter((v) => lines.some((l) => new RegExp(`\\b${v}\\b`).test(l)));
  return [
    `function ${range(width)}${name};`,
    ...inputs.map((bits, k) => `  input ${range(bits)}${names[k]!};`),
    ...integers.map((v) => `  integer ${v};`),
    ...(local === undefined ? [] : [`  reg ${range(local)}${least};`]),
    '  begin',
    ...lines.map((l) => `    ${l}`),
    '  end',
    'endfunction',
  ];
}
