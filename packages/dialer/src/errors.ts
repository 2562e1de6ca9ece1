/** What can go wrong before a call is placed, or around a campaign. How a call itself goes is never an error. */

/** Stable codes, explained in the README of this package. */
export type DialerErrorCode =
  /** A field of a call is missing or out of range. */
  | 'DIALER_REQUEST'
  /** The file of a campaign, or one of its lists, cannot be used. */
  | 'DIALER_CAMPAIGN'
  /** A setting is missing or wrong. */
  | 'DIALER_SETTINGS'
  /** Another process runs the same campaign. */
  | 'DIALER_IN_USE'
  /** The records of calls cannot be read or written. */
  | 'DIALER_STORE'
  /** The command line is not understood. */
  | 'DIALER_USAGE';

/** An error that its reader can act on: each fault names a field, what was expected, and what to do. */
export class DialerError extends Error {
  override readonly name = 'DialerError';

  constructor(
    readonly code: DialerErrorCode,
    readonly faults: readonly string[],
  ) {
    super(faults.join('\n'));
  }
}
