export { exportVerilog, type VerilogExport, type VerilogOptions } from './export.ts';
