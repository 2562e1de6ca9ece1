import { type Jovo, Middleware, MiddlewareCollection, type MiddlewareFunction } from '@jovotech/framework';

type Middlewares = Record<string, Middleware | undefined>;

/** The hooks of one turn: those that all turns share, asked as they are, and in their place what it changes of them. */
export class TurnMiddlewares extends MiddlewareCollection {
  private shared: readonly MiddlewareCollection[];

  /** @param shared in the order in which they run */
  constructor(...shared: MiddlewareCollection[]) {
    super();
    this.shared = shared;
  }

  override get names(): string[] {
    const names = new Set([this, ...this.shared].flatMap(({ middlewares }) => Object.keys(middlewares)));
    return [...names].filter((name) => this.has(name));
  }

  override has(name: string): boolean {
    return name in this.own ? this.own[name] !== undefined : this.shared.some((shared) => shared.has(name));
  }

  /** The turn's own, as it may be changed. */
  override get(name: string): Middleware | undefined {
    if (!(name in this.own)) {
      const all = this.shared.flatMap(({ middlewares }) => middlewares[name] ?? []);
      if (all.length === 0) return undefined;
      const [enabled, fns] = [all.every((each) => each.enabled), all.flatMap((each) => each.fns)];
      this.own[name] = Object.assign(new Middleware(name), { enabled, fns });
    }
    return this.own[name];
  }

  override remove(...names: string[]): this {
    for (const name of names) this.own[name] = undefined;
    return this;
  }

  override clear(): this {
    this.shared = [];
    return this.remove(...Object.keys(this.own));
  }

  /** Whether anything would run. */
  runs(name: string): boolean {
    return stepsOf(name).some((step) => this.at(step).length > 0);
  }

  /** What Jovo's does, without waiting for what is not there: most names have no hooks. */
  override async run(nameOrNames: string | string[], jovo: Jovo, payload?: object): Promise<void> {
    for (const name of typeof nameOrNames === 'string' ? [nameOrNames] : nameOrNames) {
      for (const step of stepsOf(name)) {
        for (const fn of this.at(step)) {
          const done: unknown = fn(jovo, payload);
          if (typeof done === 'object' && done !== null && 'then' in done) await done;
        }
      }
    }
  }

  private at(step: string): readonly MiddlewareFunction[] {
    if (step in this.own) return functionsOf(this.own[step]);
    let found = NONE;
    for (const { middlewares } of this.shared) {
      const fns = functionsOf(middlewares[step]);
      if (fns.length > 0) found = found.length > 0 ? [...found, ...fns] : fns;
    }
    return found;
  }

  private get own(): Middlewares {
    return this.middlewares as Middlewares;
  }
}

const NONE: readonly MiddlewareFunction[] = [];

const functionsOf = (middleware: Middleware | undefined): readonly MiddlewareFunction[] =>
  middleware?.enabled ? middleware.fns : NONE;

const steps = new Map<string, readonly string[]>();

function stepsOf(name: string): readonly string[] {
  const known = steps.get(name) ?? [`before.${name}`, name, `after.${name}`];
  steps.set(name, known);
  return known;
}
