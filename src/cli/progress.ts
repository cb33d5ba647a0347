import { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

/** A progress bar at a time, drawn on a terminal only. */
export class Progress {
  readonly #io: Io;
  #bar: SingleBar | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Announces work; the result takes how much of it is done. */
  start(label: string, total: number): (done: number) => void {
    const { terminal } = this.#io;
    if (terminal === undefined) return () => undefined;
    this.stop();
    const start = performance.now();
    const bar = new SingleBar({
      stream: terminal,
      hideCursor: true,
      clearOnComplete: true,
      // Simulations do not await: the bar has to draw itself when it is told of progress, not from a timer.
      synchronousUpdate: true,
      fps: 8,
      format: `${label} {bar} {value}/{total} {rate}/s, {left} left`,
      barsize: 24,
    });
    this.#bar = bar;
    bar.start(total, 0, { rate: '-', left: '-' });
    return (done) => {
      if (this.#bar !== bar) return;
      const seconds = (performance.now() - start) / 1000;
      const rate = done / Math.max(seconds, 1e-3);
      bar.update(done, { rate: rateText(rate), left: done > 0 ? durationText((total - done) / rate) : '-' });
      if (done >= total) this.stop();
    };
  }

  /** Makes room for a line of text; the next update draws the bar again. */
  clear(): void {
    if (this.#bar !== undefined) this.#io.terminal?.write('\r\x1b[K');
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

export function rateText(rate: number): string {
  for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e3]] as const) if (rate >= size) return `${(rate / size).toPrecision(3)}${unit}`;
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2);
}

export function durationText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds.toPrecision(3)} s`;
  const whole = Math.round(seconds);
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  return h > 0 ? `${h} h ${m} min` : `${m} min ${whole % 60} s`;
}
