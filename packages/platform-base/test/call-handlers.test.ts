import { App, BaseComponent, Component, Global, Handle, Jovo } from '@jovotech/framework';
import { CallHandlers, type HttpAnswer, InputType } from '../src';
import { gist, ToyHttpServer, ToyPlatform } from './support/toy-platform';

test('a component passes on to the Jovo instance of its event, and keeps what is its own', async () => {
  const seen: unknown[] = [];

  @Global()
  @Component({ name: 'Lean' })
  class Lean extends CallHandlers {
    private mine = 'mine';

    @Handle({ global: true, types: [InputType.USER_SPEAK], prioritizedOverUnhandled: true })
    async words(): Promise<void> {
      expect(this).toBeInstanceOf(BaseComponent);
      expect(this).toBeInstanceOf(Jovo);
      expect(this.$request).toBe(this.jovo.$request);
      expect(this.$component.data).toEqual({});
      const count = (this.$session.data.count as number | undefined) ?? 0;
      this.$session.data.count = count + 1;
      Object.assign(this, { $data: { set: 'on the component' } });
      seen.push(this.mine, this.jovo.$data.set, count);
      this.mine = 'changed';
      const { $send } = this;
      await $send(`heard ${this.$input.text}`);
    }
  }

  const app = new App({ components: [Lean], plugins: [new ToyPlatform()], logging: false });
  await app.initialize();
  const answers: HttpAnswer[] = [];
  for (const text of ['one', 'two']) {
    const event = { type: 'words', call: 'c', text };
    await app.handle(new ToyHttpServer(event, {}, (answer) => answers.push(answer)));
  }
  expect(answers.flatMap(gist)).toEqual(['heard one', 'heard two']);
  expect(seen).toEqual(['mine', 'on the component', 0, 'mine', 'on the component', 1]);
});
