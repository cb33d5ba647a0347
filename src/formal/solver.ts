import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { fail } from '../diag/index.ts';
import { parseValues } from './sexpr.ts';
import { start, type SolverName } from './tools.ts';

/** Thrown where a solver is asked that has been stopped. */
export class Stopped extends Error {}

/**
 * A solver at work in a process of its own, spoken to in SMT-LIB. Commands are collected and sent with the next question; the answer is
 * complete when the solver repeats a mark.
 */
export class Solver {
  readonly #child: ChildProcessWithoutNullStreams;
  #pending: string[] = [];
  #marks = 0;
  #questions = 0;
  #output = '';
  #errors = '';
  #waiting: { mark: string; resolve: (answer: string) => void; reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;

  constructor(readonly name: SolverName) {
    this.#child = start(name, []);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    // A solver that has died does not read any more; that it has died is what is told.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('close', (code, signal) => this.#end(new Error(`solver ${name} ended (${signal ?? code})${this.#errors === '' ? '' : `: ${this.#errors.trim()}`}`)));
  }

  #receive(text: string): void {
    this.#output += text;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    // cvc5 repeats the quotes of what it echoes.
    const at = this.#output.lastIndexOf(waiting.mark);
    if (at < 0) return;
    const answer = this.#output.slice(0, at).replace(/"$/, '').trim();
    this.#output = '';
    this.#waiting = undefined;
    waiting.resolve(answer);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
  }

  /** Something that has no answer. */
  tell(...commands: readonly string[]): void {
    this.#pending.push(...commands);
  }

  async #ask(command: string): Promise<string> {
    if (this.#ended !== undefined) throw this.#ended;
    const mark = `wordline-${++this.#marks}.`;
    const text = [...this.#pending, command, `(echo "${mark}")`, ''].join('\n');
    this.#pending = [];
    const answer = await new Promise<string>((resolve, reject) => {
      this.#waiting = { mark, resolve, reject };
      this.#child.stdin.write(text);
    });
    const wrong = /^\(error .*$/m.exec(answer)?.[0];
    return wrong === undefined ? answer : fail('solver-failed', `solver ${this.name}: ${wrong}`);
  }

  /** Is there a model of everything that was asserted? */
  async check(): Promise<boolean> {
    return this.#decide('(check-sat)');
  }

  /**
   * Is there one in which these conditions hold too? Then what `look` makes of it, else undefined. The conditions are forgotten afterwards. They
   * hang on a literal and are not in a scope of `push` and `pop`: after those, models of Z3 (4.8 and 5.1) do not satisfy what was asserted.
   */
  async find<T>(conditions: readonly string[], look: () => Promise<T>): Promise<T | undefined> {
    const literal = `if-${++this.#questions}`;
    this.tell(`(declare-fun ${literal} () Bool)`, ...conditions.map((c) => `(assert (=> ${literal} ${c}))`));
    const result = (await this.#decide(`(check-sat-assuming (${literal}))`)) ? await look() : undefined;
    this.tell(`(assert (not ${literal}))`);
    return result;
  }

  async #decide(question: string): Promise<boolean> {
    const answer = await this.#ask(question);
    if (answer === 'sat') return true;
    return answer === 'unsat' ? false : fail('solver-failed', `solver ${this.name} answers "${answer}" to a question of bits`);
  }

  /** Values of terms in the model that was found last. */
  async values(terms: readonly string[]): Promise<bigint[]> {
    if (terms.length === 0) return [];
    return parseValues(await this.#ask(`(get-value (${terms.join('\n')}))`), terms.length);
  }

  /** Ends the process, whatever it is doing; whoever waits for an answer gets `Stopped`. */
  stop(): void {
    this.#end(new Stopped('stopped'));
    this.#child.kill('SIGKILL');
  }
}
