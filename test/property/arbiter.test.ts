import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SMALL, TURNS } from '../rtl/arbiter/numbers.ts';
import { MISTAKES, mistaken, newTrace, player, save, shortest, step, type Mistake } from './arbiter-runs.ts';

const FAIR = SMALL.get('round-robin-requests')!;

describe('the arbiter and sequences of commands', () => {
  it.each(TURNS.map((p) => [p.name, p] as const))('%s: no assert fails, the queues are those of the model, both classes are served', (_, policy) => {
    const trace = newTrace();
    const run = player({ policy });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => run(steps, trace)),
      { numRuns: 100 },
    );
    expect(trace.served.host).toBeGreaterThan(0);
    expect(trace.served.pim).toBeGreaterThan(0);
  });

  it.each(Object.keys(MISTAKES) as Mistake[])('an arbiter that %s is found', (mistake) => {
    const run = player({ policy: FAIR, latency: 3, turns: mistaken(FAIR, mistake) });
    const found = shortest(run, 1, 3000);
    expect(found?.message).toMatch(/assert ".*" failed/);
    // It goes wrong in the last cycle and not before; without any of the others not at all.
    const { steps } = found!;
    for (let i = 0; i < steps.length; i++) expect(() => run(steps.toSpliced(i, 1), newTrace())).not.toThrow();
  });

  it('what is found is a wave, and a testbench that fails in the same way', () => {
    const folder = mkdtempSync(join(import.meta.dirname, '.scratch-'));
    try {
      const options = { policy: FAIR, turns: mistaken(FAIR, 'does not wait for host data') };
      const found = shortest(player(options), 1, 3000)!;
      const source = {
        imports: `import { mistaken, systemOf } from '../arbiter-runs.ts';\nimport { SMALL } from '../../rtl/arbiter/numbers.ts';\n\nconst policy = SMALL.get('round-robin-requests')!;`,
        module: `systemOf({ policy, turns: mistaken(policy, 'does not wait for host data') })`,
      };
      const { vcd, bench } = save(found, options, folder, 'host-data', source);
      expect(readFileSync(vcd, 'utf8')).toContain('hostFlying');
      const printed = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'run', bench], { encoding: 'utf8' });
      expect(printed.status).not.toBe(0);
      expect(printed.stderr).toContain(/assert "[^"]*" failed/.exec(found.message)![0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
