import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { bit, elaborate, enumeration, model, module, uint, vec, type ModuleDefinition } from '../../src/index.ts';
import { exportVerilog } from '../../src/export/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-verilog-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const need = (context: TestContext, tool: string): void => {
  if (spawnSync(tool, ['-V'], { stdio: 'ignore' }).error !== undefined) context.skip(`${tool} is not installed`);
};

/** Without the comments that say where things stand in this file. */
const plain = (definition: ModuleDefinition): string => exportVerilog(definition, { locations: false }).text.replace(/^.*exported by.*\n\n/, '');
const as = (definition: unknown): ModuleDefinition => definition as ModuleDefinition;

const State = enumeration('State', ['IDLE', 'BUSY']);
const Job = module('Job', { in: { start: bit, n: uint(4) }, out: { busy: bit, left: uint(4) } }, ({ start, n }, hw) => {
  const state = hw.reg('state', State, { reset: State.IDLE });
  const left = hw.reg('left', uint(4), { initial: 3 });
  hw.switch(state)
    .case(State.IDLE, () =>
      hw.when(start, () => {
        state.next(State.BUSY);
        left.next(n);
      }),
    )
    .default(() => {
      left.next(left.sub(1));
      hw.when(left.eq(1), () => state.next(State.IDLE));
    });
  hw.assert(state.eq(State.BUSY).not().or(left.ne(0)), '100% "busy"');
  hw.cover(state.eq(State.BUSY), 'starts');
  return { busy: state.eq(State.BUSY), left };
});

describe('exportVerilog', () => {
  it('keeps names, whens, reset and initial values', () => {
    expect(plain(as(Job))).toMatchInlineSnapshot(`
      "module Job (
        input wire clk,
        input wire rst,
        input wire start,
        input wire [3:0] n,
        output wire busy,
        output reg [3:0] left = 4'd3
      );

        // registers
        reg state = 1'd0; // State: IDLE = 0, BUSY = 1

        // logic
        assign busy = state == 1'd1;

        // at the clock edge
        always @(posedge clk) begin
          if (state == 1'd0) begin
            if (start) begin
              state <= 1'd1;
              left <= n;
            end
          end else begin
            left <= left - 4'd1;
            if (left == 4'd1) begin
              state <= 1'd0;
            end
          end
          if (rst) begin
            state <= 1'd0;
          end
        end

        // properties
        \`ifdef FORMAL
        always @(posedge clk) if (!rst) begin
          assert ((~(state == 1'd1)) | (left != 4'd0));
          cover (state == 1'd1);
        end
        \`endif
        \`ifdef WORDLINE_CHECKS
        always @(posedge clk) if (!rst) begin
          if (!((~(state == 1'd1)) | (left != 4'd0))) $display("%m: assert failed at %0t: 100%% \\"busy\\"", $time);
        end
        \`endif
      endmodule
      "
    `);
  });

  it('inlines what is used once, names what is used twice, and uses the name that designers gave', () => {
    const M = module('M', { in: { a: uint(8), b: uint(8) }, out: { x: uint(8), y: uint(8), z: bit } }, ({ a, b }, hw) => {
      const sum = hw.name('sum', a.add(b));
      const twice = a.xor(b).not();
      return { x: sum.and(twice).or(3), y: twice.sub(sum), z: sum.slice(6, 2).reduceOr() };
    });
    expect(plain(as(M))).toMatchInlineSnapshot(`
      "module M (
        input wire [7:0] a,
        input wire [7:0] b,
        output wire [7:0] x,
        output wire [7:0] y,
        output wire z
      );

        // logic
        wire [7:0] sum = a + b;
        wire [7:0] not_0 = ~(a ^ b);
        assign x = (sum & not_0) | 8'd3;
        assign y = not_0 - sum;
        assign z = |sum[6:2];
      endmodule
      "
    `);
  });

  it('writes memories with their contents, and guards addresses and lanes beyond the end', () => {
    const M = module('M', { in: { a: uint(3), v: vec(3, uint(4)), i: uint(2) }, out: { q: uint(6), lane: uint(4), r: vec(3, uint(4)) } }, ({ a, v, i }, hw) => {
      const m = hw.mem('m', 5, uint(6), { initial: [9, 0, 33] });
      m.write(a, m.read(a).add(1));
      const r = hw.reg('r', vec(3, uint(4)), { reset: [1, 2, 3] });
      r.nextAt(i, v.at(i));
      r.nextAt(1, v.at(0));
      return { q: m.read(a), lane: v.at(i), r };
    });
    expect(plain(as(M))).toMatchInlineSnapshot(`
      "module M (
        input wire clk,
        input wire rst,
        input wire [2:0] a,
        input wire [11:0] v,
        input wire [1:0] i,
        output wire [5:0] q,
        output wire [3:0] lane,
        output reg [11:0] r = 12'h321
      );

        // memories
        reg [5:0] m [0:4];
        integer m_word;
        initial begin
          for (m_word = 0; m_word < 5; m_word = m_word + 1) m[m_word] = 6'd0;
          m[0] = 6'd9;
          m[2] = 6'h21;
        end

        // logic
        assign lane = i < 2'd3 ? v[i * 4 +: 4] : 4'd0;
        assign q = a < 3'd5 ? m[a] : 6'd0;

        // at the clock edge
        always @(posedge clk) begin
          if (a < 3'd5) m[a] <= (a < 3'd5 ? m[a] : 6'd0) + 6'd1;
          if (i < 2'd3) r[i * 4 +: 4] <= i < 2'd3 ? v[i * 4 +: 4] : 4'd0;
          r[7:4] <= v[3:0];
          if (rst) begin
            r <= 12'h321;
          end
        end
      endmodule
      "
    `);
  });

  it('gives a module ports for the clocks and resets that it needs, and no others', () => {
    const Pure = module('Pure', { in: { a: bit }, out: { b: bit } }, ({ a }) => ({ b: a.not() }));
    const Held = module('Held', { in: { a: bit }, out: { q: bit } }, ({ a }, hw) => {
      const q = hw.reg('q', bit);
      q.next(a);
      return { q };
    });
    const Two = module('Two', { domains: ['clk', 'mem', 'idle'], in: { a: bit }, out: { x: bit, y: bit, z: bit } }, ({ a }, hw) => ({
      x: hw.instance('free', Pure, { a }).out.b,
      y: hw.instance('held', Held, { a: 1 }, { domains: { clk: 'mem' } }).out.q,
      z: hw.reset('mem'),
    }));
    const { text, clocks, resets } = exportVerilog(Two);
    expect([...clocks]).toEqual([['mem', 'mem']]);
    expect([...resets]).toEqual([['mem', 'rst_mem']]);
    expect(text).toMatch(/Pure free \([^)]*\n {4}\.a\(a\),\n {4}\.b\(free_b\)/);
    expect(text).toMatch(/Held held \([^)]*\n {4}\.clk\(mem\),/);
    expect([...exportVerilog(Pure).clocks]).toEqual([]);
  });

  it('gives two module types of one name two names, the same in every run', () => {
    const inner = (by: number): ModuleDefinition => as(module('Inner', { in: { a: uint(8) }, out: { b: uint(8) } }, ({ a }) => ({ b: a.add(by) })));
    const [one, two] = [inner(1), inner(2)];
    const Outer = module('Outer', { in: { a: uint(8) }, out: { b: uint(8) } }, ({ a }, hw) => {
      const first = hw.instance('first', one, { a } as never).out as unknown as { b: typeof a };
      const second = hw.instance('second', two, { a: first.b } as never).out as unknown as { b: typeof a };
      const third = hw.instance('third', one, { a: second.b } as never).out as unknown as { b: typeof a };
      return { b: third.b };
    });
    const { text, modules } = exportVerilog(Outer);
    expect([...modules.keys()]).toEqual(['Outer', 'Inner_2', 'Inner']);
    expect(text.match(/Inner(_2)? (first|second|third) /g)).toEqual(['Inner first ', 'Inner_2 second ', 'Inner third ']);
    expect(exportVerilog(Outer).text).toBe(text);
    expect(exportVerilog(elaborate(Outer)).text).toBe(text);
    expect([...exportVerilog(Outer, { prefix: 'my_' }).modules.keys()]).toEqual(['my_Outer', 'my_Inner_2', 'my_Inner']);
  });

  it('renames what is a keyword, and says what it became', () => {
    const M = module('module', { in: { reg: bit, reg_: bit }, out: { logic: bit } }, ({ reg, reg_ }) => ({ logic: reg.and(reg_) }));
    const { top, ports, paths } = exportVerilog(M);
    expect(top).toBe('module_');
    expect([...ports]).toEqual([['reg', 'reg_'], ['reg_', 'reg__2'], ['logic', 'logic_']]);
    expect(paths.get('logic')).toBe('logic_');
  });

  it('says where things were written, and nothing of the machine', () => {
    const { text } = exportVerilog(Job);
    expect(text).toContain('// Job: exported by Wordline from test/export/verilog.test.ts:');
    expect(text).toMatch(/reg state = 1'd0; \/\/ test\/export\/verilog\.test\.ts:\d+, State: IDLE = 0, BUSY = 1/);
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/ {2,}$|\t/m);
  });

  it('knows the Verilog path of every name', () => {
    const Top = module('Top', { in: { start: bit, n: uint(4) }, out: { busy: bit } }, ({ start, n }, hw) => ({ busy: hw.instance('table', Job, { start, n }).out.busy }));
    const { paths } = exportVerilog(Top);
    expect(paths.get('table.state')).toBe('table_.state');
    expect(paths.get('busy')).toBe('busy');
  });
});

describe('models', () => {
  const io = { in: { x: uint(8) }, out: { y: vec(2, uint(4)) } } as const;
  const Array_ = model('Array', io, () => ({ clock: () => undefined }));
  const Top = module('Top', io, ({ x }, hw) => ({ y: hw.instance('array', Array_, { x }).out.y }));

  it('without Verilog is a black box that says so', () => {
    const { text, blackBoxes, modules } = exportVerilog(Top);
    expect(blackBoxes).toEqual(['Array']);
    expect(text).toContain('.clk(clk),\n    .rst(rst),\n    .x(x),\n    .y(array_y)');
    expect(modules.get('Array')).toMatch(/Black box: the behaviour of Array is TypeScript[^]*\(\* blackbox \*\)\nmodule Array \(\n {2}input wire clk,\n {2}input wire rst,\n {2}input wire \[7:0\] x,\n {2}output wire \[7:0\] y\n\);\nendmodule/);
    expect(() => exportVerilog(Top, { models: 'required' })).toThrow(/model Array has no Verilog \[no-verilog\]\n {2}hint: give it a twin/);
  });

  it('with Verilog is that, or a black box if that is wanted', () => {
    const twins = { Array: 'module Array (input clk, input rst, input [7:0] x, output reg [7:0] y); always @(posedge clk) y <= x; endmodule' };
    expect(exportVerilog(Top, { twins }).blackBoxes).toEqual([]);
    expect(exportVerilog(Top, { twins, prefix: 'p_' }).text).toContain('module p_Array (input clk');
    expect(exportVerilog(Top, { twins, models: 'stub' }).blackBoxes).toEqual(['Array']);
    expect(() => exportVerilog(Top, { twins: { Array: 'module Other; endmodule' } })).toThrow(/the Verilog of model Array has no "module Array" \[bad-twin\]/);
  });
});

describe('what Verilog cannot say', () => {
  it('a memory written by two clocks', () => {
    const M = module('M', { domains: ['a', 'b'], in: { x: uint(4) } }, ({ x }, hw) => {
      const m = hw.mem('m', 4, uint(4));
      hw.in('a', () => m.write(0, x));
      hw.in('b', () => m.write(1, x));
      return {};
    });
    expect(() => exportVerilog(M)).toThrow(/memory "m" of module M is written in clock domains "a" and "b" \[memory-two-clocks\]/);
  });
});

describe('properties', () => {
  const Bad = module('Bad', { in: { x: uint(4) } }, ({ x }, hw) => {
    hw.when(x.ne(3), () => hw.assert(x.lt(9), 'x is "small", 100%'));
    hw.cover(x.eq(1), 'one');
    return {};
  });

  it('are told of by a simulator that is asked to', (context) => {
    need(context, 'iverilog');
    const bench = 'module tb; reg clk = 0, rst = 0; reg [3:0] x = 3; Bad dut (.clk(clk), .rst(rst), .x(x));\ninitial begin #1 clk = 1; #1 clk = 0; x = 9; #1 clk = 1; #1 clk = 0; rst = 1; #1 clk = 1; end endmodule\n';
    writeFileSync(join(folder, 'bad.v'), exportVerilog(Bad).text + bench);
    const run = (...defines: string[]): string => {
      const compiled = spawnSync('iverilog', ['-g2005', ...defines, '-s', 'tb', '-o', join(folder, 'bad.vvp'), join(folder, 'bad.v')], { encoding: 'utf8' });
      return compiled.stderr + spawnSync('vvp', ['-n', join(folder, 'bad.vvp')], { encoding: 'utf8' }).stdout;
    };
    expect(run()).toBe('');
    expect(run('-DWORDLINE_CHECKS')).toMatch(/^tb\.dut: assert failed at 3: x is "small", 100% \(test\/export\/verilog\.test\.ts:\d+\)\n$/);
  });

  it('are read by Yosys as formal ones', (context) => {
    need(context, 'yosys');
    writeFileSync(join(folder, 'formal.v'), exportVerilog(Bad).text);
    const { stdout } = spawnSync('yosys', ['-p', `read_verilog -formal -DFORMAL ${join(folder, 'formal.v')}; prep -top Bad; select -assert-count 1 t:$assert; select -assert-count 1 t:$cover; stat`], { encoding: 'utf8' });
    expect(stdout).toMatch(/\$assert +1[^]*\$cover +1/);
    expect(stdout).not.toMatch(/warning/i);
  });
});
