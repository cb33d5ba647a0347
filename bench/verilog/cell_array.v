// The cell array of the default crossbar, 128 x 128 differential cells of 2 bits, as somebody would write it for speed: a column of bits at a
// time, counted by $countones, where the array's own twin adds cell by cell.
module CellArray128x128b2(
  input clk, input rst, input fire, input sample, input write, input [127:0] wordlines, input [6:0] row, input [2:0] turn,
  input [63:0] levels, output reg [1279:0] held
);
  // Bits 0 and 1 of what counts up and of what counts down.
  reg [127:0] up0 [0:127], up1 [0:127], down0 [0:127], down1 [0:127];
  integer c;
  initial begin
    for (c = 0; c < 128; c = c + 1) begin up0[c] = 0; up1[c] = 0; down0[c] = 0; down1[c] = 0; end
    held = 0;
  end
  always @(posedge clk) if (!rst && fire) begin
    if (write)
      for (c = 0; c < 16; c = c + 1) begin
        up0[{turn, 4'd0} + c][row] = levels[2 * c];
        up1[{turn, 4'd0} + c][row] = levels[2 * c + 1];
        down0[{turn, 4'd0} + c][row] = levels[32 + 2 * c];
        down1[{turn, 4'd0} + c][row] = levels[32 + 2 * c + 1];
      end
    if (sample)
      for (c = 0; c < 128; c = c + 1)
        held[10 * c +: 10] <= $countones(up0[c] & wordlines) + 2 * $countones(up1[c] & wordlines) - $countones(down0[c] & wordlines) - 2 * $countones(down1[c] & wordlines);
  end
endmodule
