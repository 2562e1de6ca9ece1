/** Another process works on the call for so long that nothing can be written of it now. */
export class CallBusyError extends Error {
  override readonly name = 'CallBusyError';
  constructor() {
    super('Another process works on the call');
  }
}

/** Codes of SQLite for a value that it does not take: too large, of the wrong type, against a constraint. */
const SQLITE = /^SQLITE_(TOOBIG|MISMATCH|RANGE|CONSTRAINT)/;
/** Classes of PostgreSQL (SQLSTATE): data exception, integrity constraint violation, program limit exceeded. */
const POSTGRES = /^(22|23|54)[0-9A-Z]{3}$/;
/** DynamoDB: an item that is too large, or whose values it does not take. */
const DYNAMO: ReadonlySet<string> = new Set([
  'ValidationException',
  'ItemCollectionSizeLimitExceededException',
]);

/**
 * Whether the store has answered, but will not do this for this call, now or ever: asking again is of no use, and it says
 * nothing about other calls.
 */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return DYNAMO.has(error.name) || (typeof code === 'string' && (SQLITE.test(code) || POSTGRES.test(code)));
}

/** Whether a failure concerns one call, and not the store. */
export function concernsOneCall(error: unknown): boolean {
  return error instanceof CallBusyError || isRefusal(error);
}
