// Runs `top` on request: each line of standard input is a number of cycles, each line of output the checksum after them.
`timescale 1ns/1ns
module bench;
  reg clk = 0, rst = 1;
  wire [63:0] csum;
  integer n, i, got;
  top t(.clk(clk), .rst(rst), .csum(csum));
  initial begin
    for (i = 0; i < 4; i = i + 1) begin #1 clk = 1; #1 clk = 0; end
    rst = 0;
    got = $fscanf(32'h80000000, "%d", n);
    while (got == 1) begin
      for (i = 0; i < n; i = i + 1) begin #1 clk = 1; #1 clk = 0; end
      $display("%h", csum);
      $fflush;
      got = $fscanf(32'h80000000, "%d", n);
    end
    $finish;
  end
endmodule
