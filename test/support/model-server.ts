import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';

/** A model server that does what a real one never should: the test decides every byte, and sees when it is left. */
export interface HostileModel {
  url: string;
  /** Requests that came, and how many of them were closed by the caller before their end. */
  requests: number;
  closedEarly: number;
  close(): Promise<void>;
}

export async function hostileModel(
  answer: (response: ServerResponse, body: string) => void,
): Promise<HostileModel> {
  const model: HostileModel = { url: '', requests: 0, closedEarly: 0, close };
  const server = createServer((request, response) => {
    model.requests += 1;
    const body: Buffer[] = [];
    request.on('data', (bytes: Buffer) => body.push(bytes));
    response.on('close', () => {
      if (!response.writableFinished) model.closedEarly += 1;
    });
    request.on('end', () => answer(response, Buffer.concat(body).toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  model.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return model;

  async function close(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

/** One piece of a streamed completion. */
export function chunk(delta: Record<string, unknown>, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

export function startStream(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.flushHeaders();
}

type Answer = Parameters<typeof hostileModel>[0];

/**
 * Model servers for the tests of a file: one that behaves, forgotten between the tests, and those that a test wants to
 * misbehave, gone after it.
 */
export function models() {
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  let hostile: HostileModel[] = [];
  beforeAll(() => mock.start());
  afterAll(() => mock.stop());
  afterEach(async () => {
    mock.reset();
    await Promise.all(hostile.map((model) => model.close()));
    hostile = [];
  });
  const misbehaving = async (answer: Answer): Promise<HostileModel> => {
    const model = await hostileModel(answer);
    hostile.push(model);
    return model;
  };
  return { mock, misbehaving };
}
