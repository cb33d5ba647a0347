import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bit, elaborate, engineNames, enumeration, model, module, simulate, sint, textWave, uint, vec, type Hardware, type Recording, type Signal } from '../../src/index.ts';
import { randomBits, randomWords } from '../../src/export/cosim/stimulus.ts';
import { bitsOf } from '../../src/ir/shape.ts';
import { runningKernel } from '../../src/sim/js/engine.ts';
import { expectProblems, onEveryEngine } from '../hdl/helpers.ts';
import { circuit, recipes } from './random-circuit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordline-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SEED = Number(process.env['WORDLINE_SEED'] ?? 20231109);

const State = enumeration('State', ['IDLE', 'BUSY']);
const Echo = model('Echo', { in: { x: uint(8) }, out: { y: uint(8) } }, () => ({ clock: ({ in: i, out: o }) => o['y']!.set(i['x']!.get()) }));
const Inner = module('Inner', { in: { x: uint(8) }, out: { y: uint(40) } }, ({ x }, hw) => {
  const acc = hw.reg('acc', uint(40), { reset: 0 });
  const state = hw.reg('state', State, { reset: State.IDLE });
  state.next(x.bit(0));
  acc.next(acc.add(x.zext(40).shl(20)));
  hw.name('both', acc.trunc(8).xor(x));
  return { y: acc };
});
const Top = module('Top', { domains: ['clk', 'slow'], in: { x: uint(8) }, out: { y: uint(40), s: sint(8), lanes: vec(2, uint(4)), e: uint(8), any: bit } }, ({ x }, hw) => {
  const s = hw.in('slow', () => {
    const n = hw.reg('n', sint(8), { reset: -2 });
    n.next(n.add(x));
    return n;
  });
  const e = hw.instance('echo', Echo, { x }).out.y;
  return { y: hw.instance('inner', Inner, { x }).out.y, s, lanes: hw.vec([x.trunc(4), x.slice(7, 4)]) as never, e, any: x.reduceOr() };
});
const clocks = { clk: { period: 600 }, slow: { period: 1000 } };

const valueAt = (recording: Recording, path: string, time: number): unknown => {
  const signal = recording.signals.find((s) => s.path === path);
  if (signal === undefined) throw new Error(`no ${path} in ${recording.signals.map((s) => s.path).join(' ')}`);
  return signal.changes.findLast(([t]) => t * recording.timescalePs <= time)?.[1];
};

describe('traces', () => {
  onEveryEngine('show every named signal as it was in every cycle', (start) => {
    const sim = start(Top, { clocks, record: true });
    const seen: [number, string, bigint][] = [];
    const scalar = sim.signals.filter((s) => s !== 'lanes');
    for (let n = 0; n < 20; n++) {
      sim.in.x = (n * 37) & 255;
      for (const path of scalar) seen.push([sim.time, path, sim.signal(path).getBig()]);
      sim.step();
    }
    const recording = sim.recording();
    for (const [time, path, value] of seen) expect(BigInt(valueAt(recording, `Top.${path}`, time) as number), `${path} at ${time}`).toBe(value);
    expect(seen.map(([, path]) => path)).toContain('inner.both');
    expect(seen.map(([, path]) => path)).toContain('echo.y');
  });

  onEveryEngine('show clocks with their periods, and resets', (start) => {
    const sim = start(Top, { clocks, record: '*.{clk,slow,rst,rst_slow,s}' });
    sim.reset();
    sim.step(4);
    const { signals, timescalePs } = sim.recording();
    const edges = (name: string): string => {
      const { changes } = signals.find((s) => s.path === `Top.${name}`)!;
      return changes.map(([t, v]) => `${t * timescalePs}:${String(v)}`).join(' ');
    };
    expect(edges('clk')).toBe('0:0 600:1 900:0 1200:1 1500:0 1800:1 2100:0 2400:1 2700:0 3000:1 3300:0');
    expect(edges('slow')).toBe('0:0 1000:1 1500:0 2000:1 2500:0 3000:1 3500:0');
    // Both are held until each has had its edge: until 1000 ps.
    expect(edges('rst')).toBe('0:1 1000:0');
    expect(edges('rst_slow')).toBe('0:1 1000:0');
    expect(textWave(sim.recording())).toContain('rst_slow');
  });

  it('are the same bytes from every engine, and from a second run', () => {
    const files = [...engineNames, ...engineNames].map((engine, i) => {
      const file = join(folder, `${engine}${i}.vcd`);
      const sim = simulate(Top, { engine, clocks, trace: { file, gtkw: false } });
      for (let n = 0; n < 30; n++) {
        sim.in.x = (n * 91) & 255;
        if (n === 10) sim.traceOff();
        if (n === 20) sim.traceOn();
        sim.step(1 + (n % 3));
      }
      sim.close();
      sim.close();
      return readFileSync(file, 'utf8');
    });
    expect(new Set(files).size).toBe(1);
    expect(files[0]).toContain('$dumpoff');
  });

  it(`are the same bytes from every engine on random circuits, in steps of any length (seed ${SEED})`, () => {
    fc.assert(
      fc.property(recipes, fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }), (recipe, steps) => {
        const definition = circuit(recipe);
        const files = engineNames.map((engine) => {
          const file = join(folder, `random-${engine}.vcd`);
          const sim = simulate(definition, { engine, trace: { file, gtkw: false } });
          const { flat } = sim.design;
          const next = randomWords(recipe.stimulus);
          for (const n of steps) {
            for (const id of flat.inputs.values()) sim.engine.poke(id, randomBits(next, bitsOf(flat.nodes[id]!)));
            if (next() % 4 === 0) sim.setReset(next() % 2 === 0, flat.domains[0]);
            if (next() % 8 === 0) sim.traceOff();
            if (next() % 4 === 0) sim.traceOn();
            sim.step(n);
          }
          sim.close();
          return readFileSync(file, 'utf8');
        });
        expect(files[1]).toBe(files[0]);
        expect(files[2]).toBe(files[0]);
      }),
      { numRuns: 80, seed: SEED },
    );
  });

  it('show a cycle that ends in a failed check, or in an error of a model, and what came before it', () => {
    const Bomb = model('Bomb', { in: { n: uint(8) }, out: { y: uint(8) } }, () => ({
      clock: ({ in: i, out: o }) => {
        if (i['n']!.get() === 150) throw new Error('bang');
        o['y']!.set(i['n']!.get());
      },
    }));
    const M = module('M', { in: { stop: uint(8) }, out: { n: uint(8), y: uint(8) } }, ({ stop }, hw) => {
      const n = hw.reg('n', uint(8), { reset: 0 });
      n.next(n.add(1));
      hw.assert(n.ne(stop), 'not yet');
      return { n, y: hw.instance('bomb', Bomb, { n }).out.y };
    });
    for (const [stop, message] of [[100, /not yet/], [200, /bang/]] as const) {
      const files = engineNames.map((engine) => {
        const file = join(folder, `stop-${engine}.vcd`);
        const sim = simulate(M, { engine, trace: { file, gtkw: false } });
        sim.in.stop = stop;
        expect(() => sim.step(1000)).toThrow(message);
        sim.close();
        return readFileSync(file, 'utf8');
      });
      expect(new Set(files).size).toBe(1);
      const last = Math.min(stop, 150);
      expect(files[0]!.trimEnd().split('\n').at(-1)).toBe(`#${1000 * (last + 1)}`);
      expect(files[0]).toContain(`#${1000 * last}\n`);
    }
  });

  it('show every name, whatever optimisation has made of it', () => {
    const body = (x: Signal<8>, hw: Hardware, names: boolean): Signal<8> => {
      const r = hw.reg('r', uint(8), { reset: 0 });
      r.next(r.add(x));
      if (names) {
        hw.name('nothing', x.and(0));
        hw.name('unused', x.mul(x));
        hw.name('same', r.add(x));
        hw.name('again', hw.name('once', r.xor(x)));
        hw.name('chosen', hw.lit(1, 1).mux(r, x));
        hw.reg('dead', uint(8), { reset: 0 }).next(r.sub(x));
      }
      return r;
    };
    const Named = module('Named', { in: { x: uint(8) }, out: { r: uint(8) } }, ({ x }, hw) => ({ r: body(x, hw, true) }));
    const Bare = module('Bare', { in: { x: uint(8) }, out: { r: uint(8) } }, ({ x }, hw) => ({ r: body(x, hw, false) }));
    // They cost nothing while nobody looks; the dead register does, since it is state.
    const dead = 2;
    expect(runningKernel(elaborate(Named)).operations).toBeLessThanOrEqual(runningKernel(elaborate(Bare)).operations + dead);
    const recordings = engineNames.map((engine) => {
      const sim = simulate(Named, { engine, record: true });
      const seen: Record<string, number[]> = {};
      for (let n = 0; n < 20; n++) {
        sim.in.x = (n * 59) & 255;
        const [x, r] = [sim.in.x, sim.out.r];
        const expected = { nothing: 0, unused: x * x, same: (r + x) & 255, once: r ^ x, again: r ^ x, chosen: r };
        for (const [name, value] of Object.entries(expected)) {
          expect(sim.peek(name), `${name} on ${engine}`).toBe(value);
          (seen[name] ??= []).push(value);
        }
        sim.step();
      }
      const recording = sim.recording();
      for (const [name, values] of Object.entries(seen)) values.forEach((v, n) => expect(valueAt(recording, `Named.${name}`, 1000 * n), `${name} in cycle ${n} on ${engine}`).toBe(v));
      return recording.signals;
    });
    expect(recordings[1]).toEqual(recordings[0]);
    expect(recordings[2]).toEqual(recordings[0]);
  });

  it('do not change what a simulation does', () => {
    const run = (record: boolean): unknown => {
      const sim = simulate(Top, { clocks, record });
      const seen = [];
      for (let n = 0; n < 25; n++) {
        sim.in.x = (n * 53) & 255;
        sim.step();
        seen.push({ ...sim.out, time: sim.time });
      }
      return seen;
    };
    expect(run(true)).toEqual(run(false));
  });

  it('are only there if somebody asked', () => {
    expectProblems(() => simulate(Top).recording(), ['no-recording', 'nothing was recorded', 'recording()']);
    expect(() => simulate(Top, { record: 'Top.nothing' })).toThrow(/Top\.nothing/);
  });
});
