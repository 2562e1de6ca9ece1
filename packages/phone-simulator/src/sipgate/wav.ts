/** The only audio format of the interface: WAV, PCM, 16 kHz, mono, 16 bit, base64 (spec 12). */

const RATE_HZ = 16_000;
const CHANNELS = 1;
const BITS = 16;
const PCM = 1;

/** Either how long the clip plays, or what is wrong with it. */
export type WavReading = { durationMs: number } | { fault: string };

/** Reads a base64 WAV; the fault, if any, completes the sentence "`audio` ...". */
export function readWav(base64: string): WavReading {
  if (base64 === '') return { fault: 'is empty' };
  if (base64.startsWith('data:')) return { fault: 'is a data: URI, expected bare base64' };
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return { fault: 'is not base64 in the standard alphabet' };
  }
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    return { fault: 'is not a WAV file (no RIFF/WAVE header)' };
  }
  return readChunks(bytes);
}

function readChunks(bytes: Buffer): WavReading {
  let format: string | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ' && body + 16 <= bytes.length) {
      const [coding, channels] = [bytes.readUInt16LE(body), bytes.readUInt16LE(body + 2)];
      const [rateHz, bits] = [bytes.readUInt32LE(body + 4), bytes.readUInt16LE(body + 14)];
      format = `${coding === PCM ? 'PCM' : `coding ${coding}`}, ${rateHz} Hz, ${channels} channel(s), ${bits} bit`;
      if (coding !== PCM || channels !== CHANNELS || rateHz !== RATE_HZ || bits !== BITS) {
        return { fault: `is ${format}; expected PCM, 16000 Hz, 1 channel, 16 bit` };
      }
    }
    if (id === 'data') {
      if (!format) return { fault: 'is a WAV file without a format before its data' };
      const dataBytes = Math.min(size, bytes.length - body);
      if (dataBytes === 0) return { fault: 'is a WAV file with no sound in it' };
      return { durationMs: (dataBytes / ((RATE_HZ * CHANNELS * BITS) / 8)) * 1000 };
    }
    at = body + size + (size % 2);
  }
  return { fault: 'is a WAV file without data' };
}
