// A Jovo app as the documentation of Jovo 4.6 builds one: a platform from the framework's own classes, one component,
// one answer. Nothing is stored between its turns, which is more than fair: every database plugin adds to it.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const {
  App,
  BaseComponent,
  Component,
  Global,
  Jovo,
  JovoDevice,
  JovoRequest,
  JovoResponse,
  JovoUser,
  Platform,
  Server,
} = require('@jovotech/framework');
const { SingleResponseOutputTemplateConverterStrategy } = require('@jovotech/output');

class StockRequest extends JovoRequest {
  getLocale() {}
  setLocale() {}
  getIntent() {}
  setIntent() {}
  getEntities() {}
  getInputType() {
    return this.type === 'user_speak' ? 'TEXT' : 'LAUNCH';
  }
  getInputText() {
    return this.text;
  }
  getInputAudio() {}
  setSessionData() {}
  getUserId() {
    return this.session.id;
  }
  setUserId() {}
  getSessionData() {}
  getSessionId() {
    return this.session.id;
  }
  isNewSession() {
    return false;
  }
  getDeviceCapabilities() {}
  setDeviceCapabilities() {}
}

class StockResponse extends JovoResponse {
  hasSessionEnded() {
    return false;
  }
}

class StockConverter extends SingleResponseOutputTemplateConverterStrategy {
  platformName = 'stock';
  responseClass = StockResponse;
  sanitizeOutput(output) {
    return output;
  }
  toResponse(output) {
    return Object.assign(new StockResponse(), { type: 'speak', text: output.message });
  }
  fromResponse({ text }) {
    return { message: text };
  }
}

class StockUser extends JovoUser {
  get id() {
    return this.jovo.$request.getUserId();
  }
}
class StockJovo extends Jovo {}

class StockPlatform extends Platform {
  id = 'stock';
  requestClass = StockRequest;
  jovoClass = StockJovo;
  userClass = StockUser;
  deviceClass = JovoDevice;
  requestBuilder = class {};
  outputTemplateConverterStrategy = new StockConverter();
  getDefaultConfig() {
    return {};
  }
  isRequestRelated({ type, session }) {
    return typeof type === 'string' && typeof session?.id === 'string';
  }
  isResponseRelated() {
    return true;
  }
  finalizeResponse(response) {
    return response;
  }
}

class Talk extends BaseComponent {
  LAUNCH() {
    return this.$send({ message: 'Hello.' });
  }
  UNHANDLED() {
    return this.$send({ message: `You said: ${this.$request.getInputText()}.` });
  }
}
Global()(Talk);
Component()(Talk);

class MemoryServer extends Server {
  constructor(request, answered) {
    super();
    this.request = request;
    this.answered = answered;
  }
  hasWriteFileAccess() {
    return false;
  }
  getRequestObject() {
    return this.request;
  }
  getNativeRequestHeaders() {
    return {};
  }
  getQueryParams() {
    return {};
  }
  setResponseHeaders() {}
  async setResponse(response) {
    this.answered(response);
  }
  fail(error) {
    throw error;
  }
}

export async function stockTurns() {
  const app = new App({
    components: [Talk],
    plugins: [new StockPlatform()],
    logging: false,
    output: { validation: false },
  });
  app.onError((error) => {
    throw error;
  });
  await app.initialize();
  if (!app.isInitialized) throw new Error('The stock app could not be initialized');
  const send = (type, text) =>
    new Promise((resolve, reject) => {
      app.handle(new MemoryServer({ type, text, session: { id: 'stock' } }, resolve)).catch(reject);
    });
  return {
    async run(count, times) {
      for (let turn = 0; turn < count; turn += 1) {
        const since = process.hrtime.bigint();
        const response = await send('user_speak', `What about number ${turn} please`);
        times.push(Number(process.hrtime.bigint() - since) / 1_000);
        if (!response?.text?.startsWith('You said')) throw new Error('A turn was not answered');
      }
    },
  };
}
