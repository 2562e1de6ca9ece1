import { Logger } from '@jovotech/framework';

/** Jovo logs whole requests, responses and errors unless told not to. An app of the README does not tell it. */
export function quiet(): void {
  Logger.level = 'silent';
  for (const method of ['log', 'info', 'debug', 'warn', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation(() => {});
  }
}
