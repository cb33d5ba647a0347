import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { durationText, Progress, rateText } from '../../src/cli/progress.ts';
import { fixture, wordline } from './io.ts';

function terminal(): Writable & { readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return Object.assign(stream, { isTTY: true, columns: 80, text: () => text });
}

it('draws a bar with rate and time left on a terminal, and takes it away at the end', async () => {
  const stream = terminal();
  const said = await wordline(['run', fixture('results'), '--how', 'nothing'], { terminal: stream });
  expect(stream.text()).toContain('working');
  expect(stream.text()).toMatch(/0\/2 -\/s, - left/);
  expect(said.err).toBe('');
});

it('is silent in a pipe', async () => {
  expect(await wordline(['run', fixture('results'), '--how', 'nothing', '--json'])).toMatchObject({ code: 0, err: '' });
});

it('draws during a loop that never awaits', async () => {
  const stream = terminal();
  const plain = (t: string): string => t;
  const progress = new Progress({ terminal: stream, out: plain, err: plain } as never);
  const done = progress.start('steps', 1000);
  for (const end = performance.now() + 300; performance.now() < end; ) done(500);
  expect(stream.text()).toMatch(/500\/1000 [\d.]+k?\/s, \d+ ms left/);
  progress.stop();
  const length = stream.text().length;
  done(600);
  expect(stream.text().length).toBe(length);
});

it('writes rates and durations shortly', () => {
  expect([0.5, 42, 999, 1500, 2.5e6, 1e9].map(rateText)).toEqual(['0.50', '42', '999', '1.50k', '2.50M', '1.00G']);
  expect([0.25, 12.34, 100, 7300].map(durationText)).toEqual(['250 ms', '12.3 s', '1 min 40 s', '2 h 1 min']);
});
