/** What can go wrong before or beside a call. Faults *of the agent* are never thrown: they are violations. */

/** Stable codes; each one has an exit code of `npm run phone` (see `cli-options.ts`). */
export type SimulatorErrorCode =
  | 'SIM_REFUSED'
  | 'SIM_UNAUTHORIZED'
  | 'SIM_NOT_AN_AGENT'
  | 'SIM_DECLINED'
  | 'SIM_CALL_OVER'
  | 'SIM_SCRIPT'
  | 'SIM_USAGE';

/** An error the user of the simulator can act on: `message` says what is wrong, `advice` what to do. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';

  constructor(
    readonly code: SimulatorErrorCode,
    message: string,
    readonly advice?: string,
  ) {
    super(message);
  }
}

/** Thrown by the caller's verbs (`says`, `presses` ...) when nobody is on the line any more. */
export function callIsOver(what: string): SimulatorError {
  return new SimulatorError('SIM_CALL_OVER', `The caller cannot ${what}: the call is over.`);
}

/** Turns a socket error of the first contact into an error with advice. */
export function connectionError(url: string, cause: NodeJS.ErrnoException): SimulatorError {
  const why: Record<string, string> = {
    ECONNREFUSED: 'nobody is listening there',
    ENOTFOUND: 'that host name is not known',
    ETIMEDOUT: 'nobody answered in time',
    ECONNRESET: 'the connection was cut',
  };
  const reason = (cause.code && why[cause.code]) || cause.message || cause.code || 'the connection failed';
  return new SimulatorError(
    'SIM_REFUSED',
    `Cannot call ${url}: ${reason}.`,
    'Is the server running? Start it with `npm start` in another terminal, or name its address with --url.',
  );
}

/** Turns a refused upgrade or a non-webhook answer into an error with advice (spec 2). */
export function refusedError(url: string, status: number): SimulatorError {
  if (status === 401 || status === 403) {
    return new SimulatorError(
      'SIM_UNAUTHORIZED',
      `${url} answered ${status}: the secret was not accepted.`,
      'Pass the secret of the server with --token, or set AIFLOW_API_KEY (AudioCodes: AUDIOCODES_TOKEN) to the ' +
        'same value for both.',
    );
  }
  return new SimulatorError(
    'SIM_NOT_AN_AGENT',
    `${url} answered ${status} instead of taking the call.`,
    'Check the path of --url (the default is /sipgate or /audiocodes) and whether the agent speaks this wire.',
  );
}
