import type { Design } from '../../hdl/elaborate.ts';
import { FileSink } from '../../wave/sink.ts';
import { identifierCode } from '../../wave/vcd-format.ts';
import { vcdName } from '../../wave/declare.ts';
import type { Side } from './compare.ts';
import { readLines } from './lines.ts';
import { FS, OP } from './script.ts';
import type { Watch } from './watch.ts';

/** A level of the hierarchy: what is watched there, by number, and levels below. */
interface Level {
  readonly here: Map<string, number>;
  readonly below: Map<string, Level>;
}

const level = (): Level => ({ here: new Map(), below: new Map() });

function levels({ signals }: Watch): Level {
  const top = level();
  signals.forEach(({ path }, i) => {
    const names = path.split('.');
    let at = top;
    for (const name of names.slice(0, -1)) {
      const inner = at.below.get(name) ?? level();
      at.below.set(name, inner);
      at = inner;
    }
    at.here.set(names.at(-1)!, i);
  });
  return top;
}

/** Binary digits of hexadecimal ones; a digit that is partly unknown (`X`, `Z`) is wholly so here. */
function binary(digits: string, bits: number): string {
  const all = [...digits.toLowerCase()].map((d) => (d === 'x' || d === 'z' ? d.repeat(4) : Number.parseInt(d, 16).toString(2).padStart(4, '0'))).join('');
  return all.slice(-bits).padStart(bits, '0');
}

/**
 * A VCD of two sides: scopes `ours`, `theirs` and, with a bit for each signal that is 1 wherever the two are not the same, `differs`; the
 * clocks of the script above them, and `differs` as a whole. What both printed is all that is needed.
 */
export function sideBySide(file: string, { flat }: Design, watch: Watch, ours: Side, theirs: Side, script: string): void {
  const { signals } = watch;
  const clocks = flat.domains.length;
  const codes = { clocks: 0, any: clocks, ours: clocks + 1, theirs: clocks + 1 + signals.length, differs: clocks + 1 + 2 * signals.length };
  const sink = new FileSink(file);
  const put = (...lines: readonly string[]): void => sink.write(Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
  const scope = (name: string, at: Level, first: number, flags: boolean): void => {
    put(`$scope module ${vcdName(name)} $end`);
    for (const [local, i] of at.here) put(`$var wire ${flags ? 1 : signals[i]!.bits} ${identifierCode(first + i)} ${vcdName(local)} $end`);
    for (const [inner, l] of at.below) scope(inner, l, first, flags);
    put('$upscope $end');
  };
  try {
    const top = levels(watch);
    put('$timescale 1 ps $end', `$comment ours is ${ours.name}, theirs is ${theirs.name} $end`, `$scope module ${vcdName(flat.name)} $end`);
    flat.domains.forEach((name, d) => put(`$var wire 1 ${identifierCode(codes.clocks + d)} ${vcdName(name)} $end`));
    put(`$var wire 1 ${identifierCode(codes.any)} different $end`);
    scope('ours', top, codes.ours, false);
    scope('theirs', top, codes.theirs, false);
    scope('differs', top, codes.differs, true);
    put('$upscope $end', '$enddefinitions $end');

    const before = new Map<number, string>();
    let stamped = -1;
    const set = (timePs: number, code: number, value: string): void => {
      if (before.get(code) === value) return;
      before.set(code, value);
      if (timePs > stamped) put(`#${timePs}`);
      stamped = Math.max(stamped, timePs);
      put(value.length === 1 ? `${value}${identifierCode(code)}` : `b${value} ${identifierCode(code)}`);
    };
    const left = readLines(ours.path);
    const right = readLines(theirs.path);
    let now = 0;
    for (const line of readLines(script)) {
      const [op, delay = '0', vector = '0'] = line.split(' ');
      const kind = Number(op);
      now += kind === OP.clocks ? Number.parseInt(delay, 16) : 1;
      const timePs = Math.floor(now / FS);
      if (kind === OP.clocks) [...BigInt(`0x${vector}`).toString(2).padStart(clocks, '0')].forEach((bit, d) => set(timePs, codes.clocks + d, bit));
      if (kind !== OP.sample) continue;
      const [, ...mine] = left.next().value?.split(' ') ?? [];
      const [, ...others] = right.next().value?.split(' ') ?? [];
      let any = '0';
      signals.forEach(({ bits }, i) => {
        const [a, b] = [mine[i] ?? 'x', others[i] ?? 'x'];
        set(timePs, codes.ours + i, binary(a, bits));
        set(timePs, codes.theirs + i, b === 'x' ? 'x'.repeat(bits) : binary(b, bits));
        set(timePs, codes.differs + i, a === b ? '0' : '1');
        if (a !== b) any = '1';
      });
      set(timePs, codes.any, any);
    }
    put(`#${Math.max(stamped, Math.floor(now / FS)) + 1}`);
  } finally {
    sink.close();
  }
}
