import { type Jovo, Middleware, MiddlewareCollection, type MiddlewareFunction } from '@jovotech/framework';

type Middlewares = Record<string, Middleware | undefined>;
type Functions = readonly MiddlewareFunction[];

/** Hooks that turns share, by their full names. Few names have any. */
export class SharedHooks {
  private readonly functions = new Map<string, Functions>();
  /** How many hooks there were when that was put together. */
  private count = -1;

  constructor(readonly collection: MiddlewareCollection) {}

  /** As they are now: an app may hook something in at any time. */
  get current(): ReadonlyMap<string, Functions> {
    const { middlewares } = this.collection;
    let count = 0;
    for (const name in middlewares) count += functionsOf(middlewares[name]).length;
    if (count !== this.count) {
      this.count = count;
      this.functions.clear();
      for (const name in middlewares) {
        const functions = functionsOf(middlewares[name]);
        if (functions.length > 0) this.functions.set(name, functions);
      }
    }
    return this.functions;
  }
}

/** The hooks of one turn: those that all turns share, and in their place what this one changes of them. */
export class TurnMiddlewares extends MiddlewareCollection {
  private shared: readonly SharedHooks[];
  private functions: readonly ReadonlyMap<string, Functions>[];
  private isChanged = false;

  /** @param shared in the order in which they run */
  constructor(...shared: SharedHooks[]) {
    super();
    this.shared = shared;
    this.functions = shared.map(({ current }) => current);
  }

  override get names(): string[] {
    const collections = [this, ...this.shared.map(({ collection }) => collection)];
    const names = new Set(collections.flatMap(({ middlewares }) => Object.keys(middlewares)));
    return [...names].filter((name) => this.has(name));
  }

  override has(name: string): boolean {
    if (name in this.own) return this.own[name] !== undefined;
    return this.shared.some(({ collection }) => collection.has(name));
  }

  /** The turn's own, as it may be changed. */
  override get(name: string): Middleware | undefined {
    if (!(name in this.own)) {
      const all = this.shared.flatMap(({ collection }) => collection.middlewares[name] ?? []);
      if (all.length === 0) return undefined;
      const [enabled, fns] = [all.every((each) => each.enabled), all.flatMap((each) => each.fns)];
      this.change(name, Object.assign(new Middleware(name), { enabled, fns }));
    }
    return this.own[name];
  }

  override add(...added: (string | Middleware)[]): this {
    for (const each of added) {
      const middleware = typeof each === 'string' ? new Middleware(each) : each;
      this.change(middleware.name, middleware);
    }
    return this;
  }

  override remove(...names: string[]): this {
    for (const name of names) this.change(name, undefined);
    return this;
  }

  override clear(): this {
    this.shared = [];
    this.functions = [];
    return this.remove(...Object.keys(this.own));
  }

  /** Whether anything would run. */
  runs(name: string): boolean {
    const [before, at, after] = stepsOf(name);
    return this.at(before).length + this.at(at).length + this.at(after).length > 0;
  }

  /** What Jovo's does, without waiting for what is not there. Counted loops: it runs for every name of every turn. */
  override async run(nameOrNames: string | string[], jovo: Jovo, payload?: object): Promise<void> {
    const names = typeof nameOrNames === 'string' ? [nameOrNames] : nameOrNames;
    for (let index = 0; index < names.length; index += 1) {
      const steps = stepsOf(names[index] as string);
      for (let step = 0; step < steps.length; step += 1) {
        const functions = this.at(steps[step] as string);
        for (let at = 0; at < functions.length; at += 1) {
          const done: unknown = functions[at]?.(jovo, payload);
          if (typeof done === 'object' && done !== null && 'then' in done) await done;
        }
      }
    }
  }

  private at(step: string): Functions {
    if (this.isChanged && step in this.own) return functionsOf(this.own[step]);
    let found = NONE;
    for (let layer = 0; layer < this.functions.length; layer += 1) {
      const functions = this.functions[layer]?.get(step);
      if (functions) found = found.length > 0 ? [...found, ...functions] : functions;
    }
    return found;
  }

  private change(name: string, middleware: Middleware | undefined): void {
    this.isChanged = true;
    this.own[name] = middleware;
  }

  private get own(): Middlewares {
    return this.middlewares as Middlewares;
  }
}

const NONE: Functions = [];

const functionsOf = (middleware: Middleware | undefined): Functions =>
  middleware?.enabled ? middleware.fns : NONE;

type Steps = readonly [before: string, at: string, after: string];

const steps = new Map<string, Steps>();

function stepsOf(name: string): Steps {
  let known = steps.get(name);
  if (!known) {
    known = [`before.${name}`, name, `after.${name}`];
    steps.set(name, known);
  }
  return known;
}
