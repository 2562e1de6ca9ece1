import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { bearerGuard, errorAnswer, type Guard } from '@jovo-telephony/platform-base';
import { isLocal } from './addresses';
import type { Alarms } from './alarms';
import type { DrainState } from './drain';
import type { Metrics } from './metrics';

export interface ProbesOptions {
  metrics: Metrics;
  alarms: Alarms;
  state(): DrainState;
  /** Any of them opens `/metrics` and `/alarms`. */
  tokens: readonly string[] | undefined;
  /** Figures have a port of their own: there they need no token, and on this one they are not to be found. */
  ownPort: boolean;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The endpoints for whoever runs the server, by path. */
export class Probes {
  /** Those of the port of the doors. */
  readonly public: ReadonlyMap<string, Answer>;
  /** Those of the port of the figures. */
  readonly internal: ReadonlyMap<string, Answer>;
  private readonly guard: Guard | undefined;

  constructor(private readonly options: ProbesOptions) {
    this.guard = options.tokens && bearerGuard(options.tokens);
    const probes: [string, Answer][] = [
      ['/healthz', (_request, response) => json(response, 200, { status: 'ok' })],
      ['/readyz', (_request, response) => this.ready(response)],
    ];
    const figures: [string, Answer][] = [
      ['/metrics', (request, response) => this.guarded(request, response, () => this.figures(response))],
      ['/alarms', (request, response) => this.guarded(request, response, () => this.alarms(response))],
    ];
    this.internal = new Map([...probes, ...figures]);
    this.public = options.ownPort ? new Map(probes) : this.internal;
  }

  /** For a server of its own. */
  readonly listener: RequestListener = (request, response) => {
    const answer = this.internal.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (answer) answer(request, response);
    else refuse(response, 404, `Nothing here. Try ${[...this.internal.keys()].join(', ')}`);
  };

  /** A server that finishes its calls still lives, but should get no new ones. */
  private ready(response: ServerResponse): void {
    const state = this.options.state();
    const isReady = state === 'serving';
    json(response, isReady ? 200 : 503, { status: isReady ? 'ready' : state });
  }

  private guarded(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
    const { ownPort } = this.options;
    if (this.guard) {
      if (this.guard(request.headers) === true) answer();
      else {
        response.setHeader('WWW-Authenticate', 'Bearer');
        refuse(response, 401, 'Send METRICS_TOKEN as "Authorization: Bearer ..."');
      }
    } else if (ownPort || isLocal(request)) answer();
    else
      refuse(
        response,
        403,
        'Only for this machine; set METRICS_TOKEN or METRICS_PORT to read it from others',
      );
  }

  private figures(response: ServerResponse): void {
    const { metrics } = this.options;
    metrics.text().then(
      (text) => send(response, 200, metrics.registry.contentType, text),
      () => refuse(response, 500, 'The figures could not be read'),
    );
  }

  private alarms(response: ServerResponse): void {
    const { active, history } = this.options.alarms;
    json(response, 200, { active, history });
  }
}

function refuse(response: ServerResponse, status: number, error: string): void {
  json(response, status, errorAnswer(status, error).body);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}
