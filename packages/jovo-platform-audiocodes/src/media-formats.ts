/** How samples are stored. `lpcm16`: signed, 16 bit, little endian. */
export type Encoding = 'lpcm16' | 'mulaw' | 'alaw';

/** Every format that a stream or a file may have (spec 2.3). All are mono. */
export const MEDIA_FORMATS = {
  'raw/lpcm16': { encoding: 'lpcm16', rateHz: 16_000, wav: false },
  'wav/lpcm16': { encoding: 'lpcm16', rateHz: 16_000, wav: true },
  'raw/lpcm16_8': { encoding: 'lpcm16', rateHz: 8_000, wav: false },
  'wav/lpcm16_8': { encoding: 'lpcm16', rateHz: 8_000, wav: true },
  'raw/lpcm16_24': { encoding: 'lpcm16', rateHz: 24_000, wav: false },
  'wav/lpcm16_24': { encoding: 'lpcm16', rateHz: 24_000, wav: true },
  'raw/mulaw': { encoding: 'mulaw', rateHz: 8_000, wav: false },
  'wav/mulaw': { encoding: 'mulaw', rateHz: 8_000, wav: true },
  'raw/alaw': { encoding: 'alaw', rateHz: 8_000, wav: false },
  'wav/alaw': { encoding: 'alaw', rateHz: 8_000, wav: true },
} as const satisfies Record<string, { encoding: Encoding; rateHz: number; wav: boolean }>;

export type MediaFormat = keyof typeof MEDIA_FORMATS;

/** The format of a session whose list is missing (spec 2.3). */
export const DEFAULT_MEDIA_FORMAT: MediaFormat = 'raw/lpcm16';

export const MEDIA_FORMAT_NAMES = Object.keys(MEDIA_FORMATS) as MediaFormat[];

export function isMediaFormat(name: unknown): name is MediaFormat {
  return typeof name === 'string' && Object.hasOwn(MEDIA_FORMATS, name);
}

/** Bytes of one sample: a chunk may end in the middle of one. */
export function bytesPerSample(format: MediaFormat): 1 | 2 {
  return MEDIA_FORMATS[format].encoding === 'lpcm16' ? 2 : 1;
}

/** How much sound a second is. */
export function bytesPerSecond(format: MediaFormat): number {
  return MEDIA_FORMATS[format].rateHz * bytesPerSample(format);
}

/**
 * The format of a session: the first that we prefer among those offered, in the gateway's order if we have no
 * preference. Undefined: a list that has nothing for us.
 */
export function agreedFormat(
  offered: unknown,
  decodable: readonly MediaFormat[] = MEDIA_FORMAT_NAMES,
  preferred: readonly MediaFormat[] = [],
): MediaFormat | undefined {
  if (!Array.isArray(offered)) return DEFAULT_MEDIA_FORMAT;
  const common = offered.filter(isMediaFormat).filter((format) => decodable.includes(format));
  return preferred.find((format) => common.includes(format)) ?? common[0];
}
