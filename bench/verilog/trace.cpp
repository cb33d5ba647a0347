// Runs the Verilated `top` on request and writes its waves to the file named first: each line of standard input is a number of cycles, each line
// of output the checksum after them. Both clock edges are dumped, as in the waves of a testbench that wants to see the clock.
#include "Vtop.h"
#include "verilated.h"
#include "verilated_vcd_c.h"
#include <cstdio>

int main(int, char** argv) {
  VerilatedContext context;
  context.traceEverOn(true);
  Vtop top{&context};
  VerilatedVcdC vcd;
  top.trace(&vcd, 99);
  vcd.open(argv[1]);
  vluint64_t time = 0;
  top.rst = 1;
  const auto step = [&](long long n) {
    for (; n > 0; n--) {
      top.clk = 1;
      top.eval();
      vcd.dump(time);
      top.clk = 0;
      top.eval();
      vcd.dump(time + 500);
      time += 1000;
    }
  };
  step(4);
  top.rst = 0;
  long long n;
  while (std::scanf("%lld", &n) == 1) {
    step(n);
    vcd.flush();
    std::printf("%016llx\n", static_cast<unsigned long long>(top.csum));
    std::fflush(stdout);
  }
}
