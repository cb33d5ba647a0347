import * as nodeModule from 'node:module';

interface Resolved {
  readonly format?: string | null | undefined;
  readonly url: string;
}

/**
 * A `.ts` file in a package without `"type": "module"` counts as CommonJS, and what it imports would be loaded a second time as CommonJS:
 * a second copy of the kit, whose testbenches are strangers to this one. So the user's own `.ts` files are always ES modules.
 */
function asModule<R extends Resolved>(found: R): R {
  return found.format === 'commonjs' && /\.ts(\?|$)/.test(found.url) && !found.url.includes('/node_modules/') ? { ...found, format: 'module' } : found;
}

/** Hooks that run in this thread; Node 22.15 and newer. */
type RegisterHooks = (hooks: { resolve(specifier: string, context: unknown, next: (specifier: string, context: unknown) => Resolved): Resolved }) => void;

let ready: Promise<void> | undefined;

/** Teaches this thread to import TypeScript. */
export function readTypeScript(): Promise<void> {
  ready ??= register();
  return ready;
}

async function register(): Promise<void> {
  // Started from its own sources, the command has a loader already.
  if (!import.meta.url.endsWith('.ts')) {
    const tsx = await import('tsx/esm/api');
    tsx.register();
  }
  const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks };
  if (registerHooks !== undefined) registerHooks({ resolve: (specifier, context, next) => asModule(next(specifier, context)) });
  else {
    const source = `${asModule.toString()}\nexport const resolve = async (specifier, context, next) => asModule(await next(specifier, context));`;
    nodeModule.register(`data:text/javascript,${encodeURIComponent(source)}`);
  }
}
