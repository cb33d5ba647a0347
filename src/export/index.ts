export * from './verilog/index.ts';
export * from './cosim/index.ts';
