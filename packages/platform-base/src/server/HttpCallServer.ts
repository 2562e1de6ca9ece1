import { errorAnswer } from '../door/error-answer';
import type { HttpAnswer } from '../http-answer';
import { CallResponse } from '../jovo/CallResponse';
import type { RefusalOptions } from './any-server';
import { CallServer } from './CallServer';
import type { Headers } from './headers';

/** An event that is answered once, by a status and a body: HTTP and Lambda. */
export abstract class HttpCallServer extends CallServer {
  private answered = false;

  constructor(
    event: unknown,
    headers: Headers,
    private readonly send: (answer: HttpAnswer) => void,
  ) {
    super(event, headers);
  }

  override async setResponse(response: unknown): Promise<void> {
    this.answer(response instanceof CallResponse ? response.toAnswer() : { status: 204 });
  }

  override refuse(status: number, error: string, { retryAfterSeconds }: RefusalOptions = {}): void {
    const headers =
      retryAfterSeconds === undefined ? undefined : { 'Retry-After': String(retryAfterSeconds) };
    this.answer(errorAnswer(status, error, headers));
  }

  private answer(answer: HttpAnswer): void {
    if (this.answered) return;
    this.answered = true;
    this.send(answer);
  }
}
