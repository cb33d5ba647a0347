/** A module of the kit beside another one, for a thread to load: TypeScript where the kit runs from its sources, else JavaScript. */
export const beside = (name: string, url: string): URL => new URL(`./${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url);
