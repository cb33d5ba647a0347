import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySink, VcdParser, VcdWriter, type VcdVisitor } from '../../src/wave/index.ts';
import { arbitraryRun } from './arbitrary.ts';
import { replay } from './tracers.ts';

const HEADER = '$timescale 1ns $end\n$scope module top $end\n$var wire 1 ! a $end\n$var wire 4 " v [3:0] $end\n$var real 64 # r $end\n$upscope $end\n$enddefinitions $end\n';

/** Everything the parser says, as lines. */
function log(): VcdVisitor & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    header: (h) => void lines.push(`header ${h.vars.map((v) => v.path).join(' ')}`),
    time: (t) => void lines.push(`#${t}`),
    bits: (slot, digits, from, to) => void lines.push(`${slot}=${Buffer.from(digits.subarray(from, to)).toString()}`),
    real: (slot, value) => void lines.push(`${slot}=${value}`),
    string: (slot, text) => void lines.push(`${slot}="${text}"`),
    event: (slot) => void lines.push(`${slot}!`),
    dump: (section, begins) => void lines.push(`${begins ? 'begin' : 'end'} ${section}`),
  };
}

function parse(text: string, cut = Infinity, options = {}): string[] {
  const visitor = log();
  const parser = new VcdParser(visitor, { file: 'f.vcd', ...options });
  const bytes = Buffer.from(text, 'latin1');
  // The same block is used again for every chunk, as a file reader does.
  const block = new Uint8Array(Math.min(cut, bytes.length));
  for (let at = 0; at < bytes.length; at += cut) {
    const length = Math.min(cut, bytes.length - at);
    block.set(bytes.subarray(at, at + length));
    if (!parser.push(block.subarray(0, length))) break;
    block.fill(0xff);
  }
  parser.end();
  return visitor.lines;
}

describe('VcdParser', () => {
  it('tells what it reads', () => {
    expect(parse(`${HEADER}#0\n$dumpvars\n0!\nbx "\nr1.5e3 #\n$end\n$comment b1 $end #10 1!\nB1Zx "\n#20\n$dumpoff x! bx " rnan # $end\n`)).toEqual([
      'header top.a top.v top.r',
      '#0', 'begin dumpvars', '0=0', '1=x', '2=1500', 'end dumpvars',
      '#10', '0=1', '1=1Zx',
      '#20', 'begin dumpoff', '0=x', '1=x', '2=NaN', 'end dumpoff',
    ]);
  });

  it('reads the same whatever the chunks', () => {
    fc.assert(
      fc.property(arbitraryRun({ reals: true, pauses: true }), fc.integer({ min: 1, max: 200 }), (run, cut) => {
        const sink = new MemorySink();
        replay(run, [new VcdWriter(sink, run.top)]);
        expect(parse(sink.text(), cut)).toEqual(parse(sink.text()));
      }),
      { numRuns: 60 },
    );
  });

  it('takes CRLF, a missing last line end, and changes before the first time', () => {
    expect(parse(`${HEADER}1!\n#5\n0!`.replaceAll('\n', '\r\n'))).toEqual(['header top.a top.v top.r', '0=1', '#5', '0=0']);
  });

  it('stops when asked to', () => {
    const seen: number[] = [];
    const parser = new VcdParser({ time: (t) => (seen.push(t), t < 2) });
    expect(parser.push(Buffer.from(`${HEADER}#1\n#2\n#3\n`))).toBe(false);
    parser.end();
    expect(seen).toEqual([1, 2]);
  });

  const message = (text: string, cut?: number): string => {
    try {
      parse(text, cut);
    } catch (error) {
      return (error as Error).message.replaceAll('\n', ' |');
    }
    return 'no error';
  };

  const MALFORMED: readonly (readonly [string, string])[] = [
    ['', 'f.vcd:1:1: the file is empty [vcd-truncated]'],
    ['PK#4', 'f.vcd:1:1: expected a declaration such as $var or $enddefinitions, found "PK#4" [vcd-syntax] |  hint: this does not look like a VCD file'],
    ['$date now', 'f.vcd:1:10: the file ends before $enddefinitions [vcd-truncated]'],
    ['$timescale\n 3ns $end\n', 'f.vcd:2:2: expected a timescale, found "3ns" [vcd-syntax] |  hint: 1, 10 or 100, then s, ms, us, ns, ps or fs'],
    ['$upscope $end\n', 'f.vcd:1:1: $upscope without an open $scope [vcd-syntax]'],
    ['$scope module $end\n', 'f.vcd:1:1: expected "$scope <type> <name> $end" [vcd-syntax]'],
    ['$var wire 1 ! $end\n', 'f.vcd:1:1: expected "$var <type> <width> <code> <name> $end", found 3 of the 4 words [vcd-syntax]'],
    ['$var wire x ! a $end\n', 'f.vcd:1:11: expected a width in bits, found "x" [vcd-syntax] |  hint: a variable has 1 bit or more'],
    ['$var wire 1 ! a $end\n$var real 64 ! r $end\n', 'f.vcd:2:14: code "!" is the wire "a" already and cannot be a real too [vcd-syntax]'],
    [`${HEADER}#0\n1\n`, 'f.vcd:9:1: expected an identifier code right after "1" [vcd-syntax]'],
    [`${HEADER}#0\n1%\n`, 'f.vcd:9:2: no variable has the identifier code "%" [vcd-code] |  hint: codes are declared with $var before $enddefinitions'],
    [`${HEADER}#0\nb102 "\n`, 'f.vcd:9:4: expected a digit 0, 1, x or z, found "2" [vcd-syntax]'],
    [`${HEADER}#0\n  b11111 "\n`, 'f.vcd:9:3: 5 digits for a variable of 4 bits [vcd-width]'],
    [`${HEADER}#0\nr1,5 #\n`, 'f.vcd:9:2: expected a decimal number after "r", found "1,5" [vcd-syntax]'],
    [`${HEADER}#0\nr1 !\n`, 'f.vcd:9:1: a real for a variable of kind bits [vcd-syntax]'],
    [`${HEADER}#0\n1#\n`, 'f.vcd:9:1: a digit for a real [vcd-syntax] |  hint: a real is written r<number> <code>'],
    [`${HEADER}#12a\n`, 'f.vcd:8:4: expected a decimal time, found "#12a" [vcd-syntax]'],
    [`${HEADER}#10\n1!\n#9\n`, 'f.vcd:10:1: time goes back from 10 to 9 [vcd-time]'],
    [`${HEADER}#99999999999999999999\n`, 'f.vcd:8:1: time "#99999999999999999999" is beyond 2^53 ticks [vcd-time]'],
    [`${HEADER}$dumpvar\n`, 'f.vcd:8:1: unknown keyword $dumpvar among the value changes [vcd-syntax] |  hint: did you mean "$dumpvars" or "$dumpall" or "$dumpoff"?'],
    [`${HEADER}$end\n`, 'f.vcd:8:1: $end without a section to end [vcd-syntax]'],
    [`${HEADER}$dumpvars\n$dumpall\n`, 'f.vcd:9:1: $dumpall inside $dumpvars [vcd-syntax]'],
    [`${HEADER}#0\npD 6 6 <0\n`, 'f.vcd:9:1: expected a value change, a time stamp or a keyword, found "pD" [vcd-syntax] |  hint: extended VCD (port dumps) is not supported; dump with $dumpvars'],
    [`${HEADER}#0\nb10`, 'f.vcd:9:4: the file ends within a value change [vcd-truncated] |  hint: the run that wrote it was interrupted; read it with allowTruncated to use what is there'],
    [`${HEADER}#0\n$dumpvars\n1!\n`, 'f.vcd:11:1: the file ends inside $dumpvars [vcd-truncated] |  hint: the run that wrote it was interrupted; read it with allowTruncated to use what is there'],
  ];

  it.each(MALFORMED)('%j: says what and where', (text, expected) => {
    expect(message(text)).toBe(expected);
    // The place does not depend on how the file came in.
    for (const cut of [1, 7, 64]) expect(message(text, cut)).toBe(expected);
  });

  it('reads as much as there is of a file that was cut anywhere, if asked to', () => {
    const text = `${HEADER}#0\n$dumpvars\n0!\nb1 "\nr0.25 #\n$end\n#10\n1!\nb1010 "\n#100\n0!\n`;
    const whole = parse(text);
    for (let length = HEADER.length; length <= text.length; length++) {
      const part = parse(text.slice(0, length), 16, { allowTruncated: true });
      const same = part.filter((line, i) => line === whole[i]).length;
      // The last number may be cut into a smaller one, which nobody can see.
      expect(part.length - same).toBeLessThanOrEqual(1);
    }
  });

  it('never fails but with a place, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$var', 'wire', '1', '!', 'a', '$end', '$scope', 'module', '#5', 'b01', 'r1', '1!', 'x"', '\n', '$dumpoff', '$enddefinitions', '€', 's'), { maxLength: 30 }), fc.boolean(), (words, header) => {
        const text = message(`${header ? HEADER : ''}${words.join(' ')}`, 5);
        expect(text).toMatch(/^(no error|f\.vcd:\d+:\d+: .* \[vcd-[a-z]+\].*)$/);
      }),
      { numRuns: 500 },
    );
  });
});
