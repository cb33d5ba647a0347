export * from './verilog/index.ts';
