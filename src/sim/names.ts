import { fail, Origin, suggest } from '../diag/index.ts';
import type { Flat, Scope, ScopeName } from '../ir/flatten.ts';

/** Everything in a design that has a name, by dotted path below the top (`core.adc.code`); the top's own signals have no prefix. */
export class Names {
  readonly signals = new Map<string, ScopeName>();
  readonly memories = new Map<string, number>();

  constructor(flat: Flat) {
    const walk = (scope: Scope, prefix: string): void => {
      for (const n of scope.names) this.signals.set(prefix + n.name, n);
      for (const m of scope.memories) this.memories.set(prefix + m.name, m.memory);
      for (const c of scope.children) walk(c, `${prefix}${c.name}.`);
    };
    walk(flat.scope, '');
  }

  signal(path: string): ScopeName {
    const found = this.signals.get(path);
    return found ?? fail('unknown-signal', `there is no signal "${path}"`, { where: [Origin.here()], hint: suggest(path, this.signals.keys()) });
  }

  memory(path: string): number {
    const found = this.memories.get(path);
    return found ?? fail('unknown-memory', `there is no memory "${path}"`, { where: [Origin.here()], hint: suggest(path, this.memories.keys()) });
  }
}
