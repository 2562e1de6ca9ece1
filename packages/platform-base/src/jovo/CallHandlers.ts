import { BaseComponent, Jovo } from '@jovotech/framework';

/**
 * What Jovo's `BaseComponent` is: everything of the `Jovo` instance can be read and set on it as if it were its own. That
 * class makes a second request, session and user for each component, and then hides every one of them behind an accessor;
 * here the accessors are made once, for all. What a subclass has of its own wins.
 */
function Handlers(this: BaseComponent, jovo: Jovo, options: BaseComponent['options']): void {
  this.jovo = jovo;
  Object.assign(this, { options });
  for (const key in jovo) if (Object.hasOwn(jovo, key)) passOn(key);
}

Handlers.prototype = Object.create(BaseComponent.prototype, {
  constructor: { value: Handlers, writable: true, configurable: true },
});

/** Base class of components that are made for every event of a call. */
export const CallHandlers = Handlers as unknown as typeof BaseComponent;

/** The component's own, and what has no value of its own in Jovo. */
const OWN: ReadonlySet<string> = new Set(['constructor', 'jovo', 'options', '$component', 'toJSON']);
const passedOn = new Set<string>(OWN);

function passOn(key: string): void {
  if (passedOn.has(key)) return;
  passedOn.add(key);
  Object.defineProperty(Handlers.prototype, key, {
    configurable: true,
    get(this: { jovo: Record<string, unknown> }) {
      const value = this.jovo[key];
      return typeof value === 'function' ? value.bind(this.jovo) : value;
    },
    set(this: { jovo: Record<string, unknown> }, value: unknown) {
      this.jovo[key] = value;
    },
  });
}

for (const key of Object.getOwnPropertyNames(Jovo.prototype)) passOn(key);
