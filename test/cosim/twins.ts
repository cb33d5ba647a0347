/** The accumulator of the random circuits, as somebody would write it by hand. */
export const twins = {
  Accumulator: `
module Accumulator (input clk, input rst, input go, input [39:0] x, input [26:0] lanes, output reg [39:0] sum, output reg [26:0] last);
  initial begin
    sum = 0;
    last = 0;
  end
  always @(posedge clk)
    if (rst) sum <= 0;
    else if (go) begin
      sum <= sum + x + lanes[17:9];
      last <= {lanes[8:0], lanes[17:9], lanes[26:18]};
    end
endmodule`,
};
