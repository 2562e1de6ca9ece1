/** What is wrong with a base64 WAV for AI Flow (spec 12: PCM, 16 kHz, mono, 16 bit), or undefined if nothing is. */
export function wavFault(base64: unknown): string | undefined {
  if (typeof base64 !== 'string' || base64 === '') return 'audio must be a base64 string';
  // The beginning is all that is looked at: a clip may be a megabyte. Line breaks come after 64 or 76 characters.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64.slice(0, 128)) || base64.length % 4 !== 0) {
    return 'audio must be plain base64, without a data: prefix or line breaks';
  }
  const header = Buffer.from(base64.slice(0, 2048), 'base64');
  if (header.toString('latin1', 0, 4) !== 'RIFF' || header.toString('latin1', 8, 12) !== 'WAVE') {
    return 'audio must be a WAV file (no RIFF/WAVE header found)';
  }
  const format = header.indexOf('fmt ', 12, 'latin1');
  if (format < 0 || header.length < format + 24) return 'audio has no "fmt " chunk';
  const faults = [
    expect('encoding', header.readUInt16LE(format + 8), 1, 'PCM'),
    expect('channels', header.readUInt16LE(format + 10), 1, 'mono'),
    expect('sample rate', header.readUInt32LE(format + 12), 16_000, '16 kHz'),
    expect('bits per sample', header.readUInt16LE(format + 22), 16, '16 bit'),
  ].filter((fault) => fault !== undefined);
  return faults.length > 0 ? `audio must be PCM, 16 kHz, mono, 16 bit: ${faults.join(', ')}` : undefined;
}

function expect(what: string, found: number, wanted: number, name: string): string | undefined {
  return found === wanted ? undefined : `${what} is ${found}, not ${wanted} (${name})`;
}
