import { fail, WordlineError } from '../diag/index.ts';
import { compareVcd } from '../wave/diff.ts';
import { timeText } from '../wave/value.ts';
import type { Io } from './io.ts';
import { existing } from './load.ts';
import { EXIT, reportError } from './report.ts';

export interface WaveDiffOptions {
  readonly clock?: readonly string[];
  readonly scopes?: string;
  readonly json?: boolean;
  readonly stack?: boolean;
}

/** Compares the signals that two VCD files share; the first difference is an error. */
export function waveDiff(first: string, second: string, { clock, scopes, json = false, stack = false }: WaveDiffOptions, io: Io): number {
  const [a, b] = [existing(first, io), existing(second, io)];
  const result = compareVcd(a, b, { ...(clock !== undefined && { clocks: clock }), ...(scopes !== undefined && { scopes: parseScopes(scopes) }) });
  const { shared, samples, difference, onlyOurs, onlyTheirs, endPs } = result;
  if (difference !== undefined) {
    const { signal, other, ours, theirs, timePs, otherTimePs, all } = difference;
    const more = all.length > 1 ? `, and ${all.length - 1} more` : '';
    const when = timePs === otherTimePs ? timeText(timePs) : `${timeText(timePs)} there and ${timeText(otherTimePs)} here`;
    const error = new WordlineError({ code: 'wave-differs', message: `${signal} is ${ours} in ${first}, and ${other} is ${theirs} in ${second}, first at ${when}${more}` });
    return reportError(error, io, { json, stack }, { files: [first, second], ...result });
  }
  if (json) io.out(`${JSON.stringify({ files: [first, second], ...result })}\n`);
  else {
    io.out(`${shared.length} signals agree at each of ${samples} ${clock === undefined ? 'moments' : 'clock edges'}, up to ${timeText(Math.min(...endPs))}\n`);
    io.out(`only in ${first}: ${onlyOurs.length}; only in ${second}: ${onlyTheirs.length}\n`);
  }
  return EXIT.ok;
}

function parseScopes(text: string): readonly [string, string] {
  const [a, b, ...more] = text.split('=');
  return a !== undefined && a !== '' && b !== undefined && b !== '' && more.length === 0 ? [a, b] : fail('bad-option', `--scopes ${text}`, { hint: "two scopes, e.g. --scopes 'Top=tb.dut'" });
}
