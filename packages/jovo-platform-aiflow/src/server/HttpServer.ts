import { SipgateAiflowResponse } from '../SipgateAiflowResponse';
import { AiflowServer } from './AiflowServer';
import type { Headers } from './token';

/** One HTTP answer: a status and a body, or only a status. */
export interface HttpAnswer {
  status: number;
  body?: unknown;
}

/** An event that is answered once, by a status and a body: HTTP and Lambda. */
export class HttpServer extends AiflowServer {
  private answered = false;

  constructor(
    event: unknown,
    headers: Headers,
    private readonly send: (answer: HttpAnswer) => void,
  ) {
    super(event, headers);
  }

  /** 204 for nothing; never `[]`, `{}` or an empty 200 (spec 3.2). */
  override async setResponse(response: unknown): Promise<void> {
    const actions = response instanceof SipgateAiflowResponse ? response.actions : [];
    this.answer(actions.length === 0 ? { status: 204 } : { status: 200, body: response });
  }

  override refuse(status: number, error: string): void {
    this.answer({ status, body: { error } });
  }

  private answer(answer: HttpAnswer): void {
    if (this.answered) return;
    this.answered = true;
    this.send(answer);
  }
}
