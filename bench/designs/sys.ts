import { module, uint } from '../../src/index.ts';
import { Mc } from './mc.ts';
import { Simd } from './simd.ts';

/** Eight controllers, always full, and eight sets of SIMD lanes, each with a seed of its own. Twin of `bench/verilog/top_sys.v`. */

const CONTROLLERS = [
  0x9e3779b97f4a7c15n,
  0xdaa66d2c7ddf743fn,
  0x1715609f7c746c69n,
  0x538454127b096493n,
  0x8ff34785799e5cbdn,
  0xcc623af8783354e7n,
  0x08d12e6b76c84d11n,
  0x454021de755d453bn,
];
const LANES = [
  0x398e92a4f17b6c7dn,
  0x75fd8617f01064a7n,
  0xb26c798aeea55cd1n,
  0xeedb6cfded3a54fbn,
  0x2b4a6070ebcf4d25n,
  0x67b953e3ea64454fn,
  0xa4284756e8f93d79n,
  0xe0973ac9e78e35a3n,
];

export const SysTop = module('SysTop', { out: { csum: uint(64) } }, (_, hw) => {
  const sums = [
    ...CONTROLLERS.map((seed, i) => hw.instance(`mc${i}`, Mc({ rate: 255 }), { seed }).out.csum),
    ...LANES.map((seed, i) => hw.instance(`simd${i}`, Simd, { seed }).out.csum),
  ];
  return { csum: hw.vec(sums).foldXor() };
});
