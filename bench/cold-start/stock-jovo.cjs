// Jovo as it is installed, with one component and its own test platform: the named peer.
const {
  App,
  BaseComponent,
  Component,
  Handle,
  TestPlatform,
  TestRequest,
  TestServer,
} = require('@jovotech/framework');

let said = false;

class Hello extends BaseComponent {
  async greet() {
    await this.$send({ message: 'Hello' });
    said = true;
  }
}
const greet = Object.getOwnPropertyDescriptor(Hello.prototype, 'greet');
Handle({ global: true, types: ['LAUNCH'] })(Hello.prototype, 'greet', greet);
Component()(Hello);

class Answered extends TestServer {
  async setResponse() {
    if (!said) throw new Error('Not answered');
    process.stdout.write('answered\n', () => process.exit(0));
  }
}

async function main() {
  const app = new App({
    plugins: [new TestPlatform()],
    components: [Hello],
    logging: false,
    output: { validation: false },
  });
  await app.initialize();
  const request = new TestRequest();
  request.session.isNew = true;
  await app.handle(new Answered(request));
}

main();
