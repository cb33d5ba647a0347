// Runs the Verilated `top` on request: each line of standard input is a number of cycles, each line of output the checksum after them.
#include "Vtop.h"
#include "verilated.h"
#include <cstdio>

int main() {
  VerilatedContext context;
  Vtop top{&context};
  top.rst = 1;
  const auto step = [&](long long n) {
    for (; n > 0; n--) {
      top.clk = 1;
      top.eval();
      top.clk = 0;
      top.eval();
    }
  };
  step(4);
  top.rst = 0;
  long long n;
  while (std::scanf("%lld", &n) == 1) {
    step(n);
    std::printf("%016llx\n", static_cast<unsigned long long>(top.csum));
    std::fflush(stdout);
  }
}
