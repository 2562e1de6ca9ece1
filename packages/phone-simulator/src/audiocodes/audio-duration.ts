/** How long audio of a named format plays, and whether it is what its name says (spec 2.3). */
import { MEDIA_FORMATS, type MediaFormat } from './media-formats';

const WAV_CODINGS: Record<number, MediaFormat['encoding']> = { 1: 'lpcm16', 6: 'alaw', 7: 'mulaw' };

export type AudioReading = { durationMs: number } | { fault: string };

/** The fault, if any, completes the sentence "the audio ...". */
export function durationOfAudio(bytes: Buffer, formatName: string): AudioReading {
  const format = MEDIA_FORMATS[formatName];
  if (!format) return { fault: `is of the unknown format ${formatName}` };
  if (format.container === 'raw') return { durationMs: (bytes.length / format.bytesPerSecond) * 1000 };
  return readWav(bytes, formatName, format);
}

function readWav(bytes: Buffer, name: string, format: MediaFormat): AudioReading {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    return { fault: `is not ${name}: it has no RIFF/WAVE header` };
  }
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ' && body + 16 <= bytes.length) {
      const encoding = WAV_CODINGS[bytes.readUInt16LE(body)];
      const rateHz = bytes.readUInt32LE(body + 4);
      if (encoding !== format.encoding || rateHz !== format.rateHz || bytes.readUInt16LE(body + 2) !== 1) {
        return { fault: `is not ${name}, but ${encoding ?? 'another coding'} at ${rateHz} Hz` };
      }
    }
    // A stream that is still being written says 0xffffffff: what is there counts.
    if (id === 'data') {
      return { durationMs: (Math.min(size, bytes.length - body) / format.bytesPerSecond) * 1000 };
    }
    at = body + size + (size % 2);
  }
  return { fault: `is not ${name}: it has no data` };
}
