import {
  BaseComponent,
  Component,
  ComponentTree,
  Handle,
  type Jovo,
  JovoInput,
  RoutingExecutor,
} from '@jovotech/framework';
import { rememberRoutes } from '../src/remembered-routes';

@Component({ isAvailable: (jovo) => (jovo as unknown as Asked).isOpen })
class Desk extends BaseComponent {
  @Handle({ global: true, types: ['SPEECH'] })
  speech() {}

  @Handle({ global: true, intents: ['HelpIntent'], if: (jovo: Jovo) => (jovo as unknown as Asked).isOpen })
  help() {}
}

@Component({ components: [Desk] })
class Call extends BaseComponent {
  @Handle({ global: true, types: ['SPEECH', 'DTMF'] })
  words() {}

  @Handle({ global: true, types: ['DTMF'], platforms: ['other'] })
  elsewhere() {}

  @Handle({ types: ['DTMF'] })
  local() {}

  UNHANDLED() {}
}

@Component()
class Late extends BaseComponent {
  @Handle({ global: true, types: ['DTMF'] })
  keys() {}
}

interface Asked {
  isOpen: boolean;
}

const original = (RoutingExecutor.prototype as unknown as { getGlobalRouteMatches: () => Promise<object[]> })
  .getGlobalRouteMatches;

/** Where an input goes: by Jovo's own way, and by the remembered one. */
async function routes(componentTree: ComponentTree, input: JovoInput, isOpen: boolean) {
  const jovo = {
    isOpen,
    $input: input,
    $handleRequest: { componentTree, config: {} },
    $platform: { outputTemplateConverterStrategy: { platformName: 'phone' } },
  };
  const executor = new RoutingExecutor(jovo as unknown as Jovo) as unknown as {
    getGlobalRouteMatches: () => Promise<object[]>;
  };
  return { jovos: await original.call(executor), remembered: await executor.getGlobalRouteMatches() };
}

beforeAll(rememberRoutes);

test('every input takes the route that it would take without memory, whatever came before', async () => {
  const tree = new ComponentTree(Call);
  const inputs = [
    ...['SPEECH', 'DTMF', 'NOTHING'].map((type) => new JovoInput({ type })),
    ...['HelpIntent', 'OtherIntent'].map((intent) => new JovoInput({ type: 'INTENT', intent })),
  ];
  const counts: number[] = [];
  for (const isOpen of [true, false, true]) {
    for (const input of inputs) {
      const { jovos, remembered } = await routes(tree, input, isOpen);
      expect(remembered).toEqual(jovos);
      counts.push(remembered.length);
    }
  }
  expect(Math.max(...counts)).toBe(2);
  tree.add(Late);
  const late = await routes(tree, new JovoInput({ type: 'DTMF' }), true);
  expect(late.remembered).toEqual(late.jovos);
  expect(late.remembered).toHaveLength(2);
});

test('inputs of any number of kinds are routed', async () => {
  const tree = new ComponentTree(Call);
  for (let kind = 0; kind < 500; kind += 1) {
    const input = new JovoInput({ type: 'INTENT', intent: `intent ${kind}` });
    const { jovos, remembered } = await routes(tree, input, true);
    expect(remembered).toEqual(jovos);
  }
});
