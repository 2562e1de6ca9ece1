/** What costs money, reaches a third person or keeps a voice: what the policy judges and the ledger counts. */
export type RiskyAction =
  /** Hands the caller over to a named destination. */
  | { type: 'transfer'; destination: string }
  /** A text message; without a number it goes to the caller. */
  | { type: 'send_sms'; text: string; number?: string }
  /** A call of our own, to a named destination or, where the profile allows it, to a number. */
  | { type: 'dial'; destination: string }
  | { type: 'dial'; number: string }
  | { type: 'record' };

export type RiskyActionType = RiskyAction['type'];

export const RISKY_ACTION_TYPES: readonly RiskyActionType[] = ['transfer', 'send_sms', 'dial', 'record'];

/**
 * What an action is, whatever way it is put: the same text with other punctuation, capitals or spaces is the same
 * message; a number is its digits. Two actions with the same content are one for the ledger and for a confirmation.
 */
export function actionContent(action: RiskyAction): string {
  switch (action.type) {
    case 'transfer':
      return JSON.stringify(['transfer', plain(action.destination)]);
    case 'send_sms':
      // Not its number: a message only ever goes to the caller, whether the brain writes the number or leaves it out.
      return JSON.stringify(['send_sms', plain(action.text)]);
    case 'dial':
      return 'destination' in action
        ? JSON.stringify(['dial', 'to', plain(action.destination)])
        : JSON.stringify(['dial', 'number', number(action.number)]);
    case 'record':
      return JSON.stringify(['record']);
  }
}

const number = (raw: string): string => raw.replace(/[^0-9]/g, '').replace(/^00/, '');

/** A text of signs alone keeps them: otherwise all such texts would be one. */
const plain = (text: string): string => {
  const folded = text.normalize('NFKC').toLowerCase();
  const words = folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim();
  return words === '' ? folded.trim() : words;
};
