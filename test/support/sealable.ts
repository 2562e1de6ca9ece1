import type { Sealable } from '../../src/journal/sealing';

/** A text that is kept as it is, for tests of stores: bytes, and what a store is given to seal. */
export function sealed(given: string | Buffer): Buffer & Sealable {
  const bytes = typeof given === 'string' ? Buffer.from(given, 'utf8') : given;
  const text = bytes.toString('utf8');
  const [asText, asBytes] = [{ value: text }, { value: bytes }];
  return Object.defineProperties(bytes, { text: asText, sealed: asBytes, sealedText: asText }) as Buffer &
    Sealable;
}
