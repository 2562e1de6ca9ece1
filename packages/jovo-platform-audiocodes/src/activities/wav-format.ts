import { MEDIA_FORMATS, type MediaFormat } from '../media-formats';

const FORMAT_TAGS: Readonly<Record<number, string>> = { 1: 'lpcm16', 6: 'alaw', 7: 'mulaw' };

/** The format of a WAV file in base64, from its header; undefined if it is none that the gateway plays. */
export function wavFormatOf(audio: string): MediaFormat | undefined {
  const header = Buffer.from(audio.slice(0, 64), 'base64');
  if (header.length < 28 || header.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  if (header.toString('latin1', 8, 16) !== 'WAVEfmt ') return undefined;
  const encoding = FORMAT_TAGS[header.readUInt16LE(20)];
  const rateHz = header.readUInt32LE(24);
  const found = Object.entries(MEDIA_FORMATS).find(
    ([, format]) => format.wav && format.encoding === encoding && format.rateHz === rateHz,
  );
  return found?.[0] as MediaFormat | undefined;
}
