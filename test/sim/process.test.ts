import { describe, expect } from 'vitest';
import { bit, module, uint } from '../../src/index.ts';
import { onEveryEngine, textsOf } from '../hdl/helpers.ts';
import { WordlineError, type Problem } from '../../src/index.ts';

const Counter = module('Counter', { in: { enable: bit }, out: { n: uint(8), twice: uint(9) } }, ({ enable }, hw) => {
  const n = hw.reg('n', uint(8), { reset: 0 });
  hw.when(enable, () => n.next(n.add(1)));
  return { n, twice: n.addWide(n) };
});

async function rejection(action: Promise<unknown>): Promise<Problem> {
  const error: unknown = await action.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error instanceof WordlineError) return error.problems[0]!;
  throw error;
}

describe('processes', () => {
  onEveryEngine('see settled state, in the order in which they were added', async (start) => {
    const sim = start(Counter);
    const log: string[] = [];
    sim.process('driver', async (task) => {
      for (let i = 0; i < 3; i++) {
        sim.in.enable = 1 - (i & 1);
        log.push(`driver ${task === undefined} ${sim.cycle()}`);
        await task.step();
      }
    });
    sim.process('monitor', async (task) => {
      for (let i = 0; i < 4; i++) {
        log.push(`monitor ${sim.out.n} ${sim.out.twice} ${sim.in.enable}`);
        await task.step();
      }
    });
    expect(await sim.run()).toBe(4);
    expect(log).toEqual(['driver false 0', 'monitor 0 0 1', 'driver false 1', 'monitor 1 2 0', 'driver false 2', 'monitor 1 2 1', 'monitor 2 4 1']);
    expect(sim.cycle()).toBe(4);
  });

  onEveryEngine('wait for edges and conditions', async (start) => {
    const sim = start(Counter);
    sim.in.enable = 1;
    const found: unknown[] = [];
    sim.process('late', async (task) => {
      await task.step(10);
      found.push(['late', sim.out.n]);
      await task.step(0);
      found.push(['at once', sim.out.n, await task.until(() => sim.out.n === 10)]);
    });
    sim.process('early', async (task) => {
      found.push(['until', await task.until(() => sim.out.n >= 4), sim.out.n]);
    });
    expect(await sim.run()).toBe(10);
    expect(found).toEqual([['until', 4, 4], ['late', 10], ['at once', 10, 0]]);
  });

  onEveryEngine('fork and join at the same edge', async (start) => {
    const sim = start(Counter);
    const log: string[] = [];
    sim.process('parent', async (task) => {
      const children = [3, 1].map((n) =>
        task.fork(`child${n}`, async (own) => {
          log.push(`child${n} starts at ${sim.cycle()}`);
          await own.step(n);
          log.push(`child${n} ends at ${sim.cycle()}`);
        }),
      );
      log.push('parent goes on');
      await task.join(...children);
      log.push(`parent joined at ${sim.cycle()}`);
      await children[0]!.done;
      await task.join();
      await task.step();
    });
    expect(await sim.run()).toBe(4);
    expect(log).toEqual(['parent goes on', 'child3 starts at 0', 'child1 starts at 0', 'child1 ends at 1', 'child3 ends at 3', 'parent joined at 3']);
  });

  onEveryEngine('say what they waited for, and where', async (start) => {
    const sim = start(Counter);
    sim.process('waiter', async (task) => {
      await task.step(2);
      await task.until(() => sim.out.n > 0, { limit: 5, message: 'the first count' });
    });
    const problem = await rejection(sim.run());
    expect(problem.message).toBe('process "waiter" waited for the first count since cycle 2 and gave up at cycle 7 (7000 ps)');
    expect(textsOf(problem)[0]).toMatch(/^until\(/);
    sim.process('sleeper', (task) => task.step(1000));
    sim.process('hoper', async (task) => void (await task.until(() => false, { message: 'a miracle' })));
    expect((await rejection(sim.run({ limit: 20 }))).message).toBe('processes still run after 20 cycles: process "sleeper" waits for 1000 clock edges, process "hoper" waits for a miracle');
    expect(sim.cycle()).toBe(27);
  });

  onEveryEngine('end the run with the first error, and do not come back', async (start) => {
    const sim = start(Counter);
    let turns = 0;
    sim.process('endless', async (task) => {
      for (;;) {
        turns++;
        await task.step();
      }
    });
    const failing = sim.process('failing', async (task) => {
      await task.step(2);
      sim.expect('n', 9);
    });
    expect((await rejection(sim.run())).message).toBe('n is 0, expected 9 at 2000 ps (cycle 2)');
    await expect(failing.done).rejects.toThrow('n is 0');
    expect(turns).toBe(3);
    sim.process('text', async () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a process may
      throw 'a text';
    });
    await expect(sim.run()).rejects.toThrow('process "text" ended with an error: a text');
    sim.process('fine', (task) => task.step());
    expect(await sim.run()).toBe(1);
    expect(turns).toBe(3);
    expect(await sim.run()).toBe(0);
  });

  onEveryEngine('hear of what would make them hang', async (start) => {
    const sim = start(Counter);
    sim.process('done', async (task) => {
      await task.fork('child', (own) => own.step()).done;
    });
    const stuck = await rejection(sim.run());
    expect([stuck.code, stuck.message, stuck.hint]).toEqual(['process-stuck', 'process "done" waits for the end of "child" without saying so', 'await task.join(process)']);
    expect(textsOf(stuck)[0]).toMatch(/^\.?done;/);

    sim.process('both', async (task) => {
      await Promise.all([task.step(), task.until(() => false, { message: 'never' })]);
    });
    expect((await rejection(sim.run())).message).toBe('process "both" waits for never while it waits for 1 clock edges');

    sim.process('a', async (task) => {
      const b = task.fork('b', (own) => own.join(a));
      await task.join(b);
    });
    const a = { name: 'a', done: Promise.resolve() };
    expect((await rejection(sim.run())).message).toBe('no process can go on: process "a" waits for the end of "b", process "b" waits for the end of "a"');

    sim.process('steps', async () => sim.step());
    const time = await rejection(sim.run());
    expect([time.code, time.message]).toEqual(['step-in-process', 'time belongs to the scheduler while processes run']);
    expect(textsOf(time)[0]).toMatch(/^step\(\)/);
    sim.process('half', (task) => task.step(0.5));
    expect((await rejection(sim.run())).message).toBe('0.5 is not a number of clock edges');
  });

  onEveryEngine('may wait for the world outside', async (start) => {
    const sim = start(Counter);
    const log: number[] = [];
    sim.process('file', async (task) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(1);
      await task.step();
      log.push(3);
    });
    sim.process('after', async () => void log.push(2));
    await sim.run();
    expect(log).toEqual([1, 2, 3]);
  });
});
