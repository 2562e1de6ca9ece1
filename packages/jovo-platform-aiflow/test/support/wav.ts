interface WavShape {
  rateHz?: number;
  channels?: number;
  bits?: number;
  encoding?: number;
  samples?: number;
  /** Name of a chunk that comes before the format. */
  before?: string;
}

/** A WAV file of silence, base64. */
export function wav({
  rateHz = 16_000,
  channels = 1,
  bits = 16,
  encoding = 1,
  samples = 8,
  before,
}: WavShape = {}) {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(encoding, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rateHz, 4);
  format.writeUInt32LE((rateHz * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  const chunks = [
    ...(before ? [chunk(before, Buffer.alloc(10))] : []),
    chunk('fmt ', format),
    chunk('data', Buffer.alloc((samples * channels * bits) / 8)),
  ];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks])).toString('base64');
}

function chunk(name: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from(name), size, body]);
}
