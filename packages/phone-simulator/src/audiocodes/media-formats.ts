/** Audio formats of the interface: container, encoding, rate (spec 2.3). */

export interface MediaFormat {
  /** `wav`: every stream begins with a RIFF header. */
  container: 'raw' | 'wav';
  encoding: 'lpcm16' | 'mulaw' | 'alaw';
  rateHz: number;
  bytesPerSecond: number;
}

const format = (
  container: MediaFormat['container'],
  encoding: MediaFormat['encoding'],
  rateHz: number,
): MediaFormat => ({
  container,
  encoding,
  rateHz,
  bytesPerSecond: rateHz * (encoding === 'lpcm16' ? 2 : 1),
});

/** In the order in which a gateway offers them (spec 2.9); the last two are only hinted at and never offered. */
export const MEDIA_FORMATS: Readonly<Record<string, MediaFormat>> = {
  'raw/lpcm16': format('raw', 'lpcm16', 16_000),
  'wav/lpcm16': format('wav', 'lpcm16', 16_000),
  'raw/lpcm16_8': format('raw', 'lpcm16', 8000),
  'wav/lpcm16_8': format('wav', 'lpcm16', 8000),
  'raw/lpcm16_24': format('raw', 'lpcm16', 24_000),
  'wav/lpcm16_24': format('wav', 'lpcm16', 24_000),
  'raw/mulaw': format('raw', 'mulaw', 8000),
  'wav/mulaw': format('wav', 'mulaw', 8000),
  'raw/alaw': format('raw', 'alaw', 8000),
  'wav/alaw': format('wav', 'alaw', 8000),
};

/** What `session.initiate` offers (spec 2.4). */
export const OFFERED_FORMATS: readonly string[] = Object.keys(MEDIA_FORMATS).slice(0, 8);
