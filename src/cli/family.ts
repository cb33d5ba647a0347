import { fail, nearest, suggest } from '../diag/index.ts';
import { elaborate } from '../hdl/elaborate.ts';
import { ModuleDefinition } from '../hdl/module.ts';

/** Parameters that tell which of them were looked at. A family that looks all of them up, to know one that it has already made, counts as none. */
class Watched {
  readonly #reads = new Map<string, number>();
  #listed = 0;
  readonly proxy: object;

  constructor(private readonly parameters: Readonly<Record<string, unknown>>) {
    this.proxy = new Proxy(parameters, {
      get: (target, name) => {
        if (typeof name === 'string') this.#reads.set(name, (this.#reads.get(name) ?? 0) + 1);
        return Reflect.get(target, name) as unknown;
      },
      ownKeys: (target) => {
        this.#listed++;
        return Reflect.ownKeys(target);
      },
    });
  }

  /** What nobody asked for by name, and what was asked for in vain. */
  get unread(): string[] {
    return Object.keys(this.parameters).filter((name) => (this.#reads.get(name) ?? 0) <= this.#listed);
  }
  get missing(): string[] {
    return [...this.#reads.keys()].filter((name) => !Object.hasOwn(this.parameters, name));
  }
}

/**
 * The module that a function of the user makes from parameters. What it takes is known from what it reads, since it has no schema.
 *
 * Errors: `unknown-parameter` for one that nobody reads while a name near it is read, `which-module`, and those of the function itself.
 */
export function makeMember(family: (parameters: object) => unknown, name: string, parameters: Readonly<Record<string, unknown>>): ModuleDefinition {
  const watched = new Watched(parameters);
  const misspelt = (): void => {
    for (const typed of watched.unread) {
      const near = nearest(typed, watched.missing);
      if (near.length > 0) fail('unknown-parameter', `${name} reads no parameter "${typed}"`, { hint: suggest(typed, near) });
    }
  };
  try {
    const made = family(watched.proxy);
    if (!(made instanceof ModuleDefinition)) return fail('which-module', `${name}(...) makes no module`);
    // Most of what a module reads it reads when it is built.
    elaborate(made as ModuleDefinition);
    misspelt();
    return made as ModuleDefinition;
  } catch (error) {
    // What goes wrong without a parameter goes wrong because of it.
    misspelt();
    throw error;
  }
}
