export * from './netlist.ts';
export * from './shape.ts';
export { operators, opNames, type OpName, type Operator } from './operators/index.ts';
