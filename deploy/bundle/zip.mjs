/** A zip file of a folder: the same bytes for the same files, so that an unchanged function is not deployed again. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

/** 1 January 1980, midnight: the zero of zip's clock. */
const DOS_TIME = 0;
const DOS_DATE = 0x21;
const UTF8 = 0x800;
const DEFLATE = 8;
const VERSION = 20;
/** Made on Unix, readable by everybody: Lambda runs as another user than the one who builds. */
const MADE_BY = (3 << 8) | VERSION;
const MODE = 0o100644 << 16;

/** All files below a folder, as paths with forward slashes, sorted. */
export function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(folder, path).split(sep).join('/'))
    .sort();
}

export function zipFolder(folder) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const name of filesIn(folder)) {
    const content = readFileSync(join(folder, name));
    const packed = deflateRawSync(content, { level: 9 });
    const encoded = Buffer.from(name, 'utf8');
    const common = fields([
      [VERSION, 2],
      [UTF8, 2],
      [DEFLATE, 2],
      [DOS_TIME, 2],
      [DOS_DATE, 2],
      [crc32(content), 4],
      [packed.length, 4],
      [content.length, 4],
      [encoded.length, 2],
      [0, 2],
    ]);
    directory.push(
      fields([
        [0x02014b50, 4],
        [MADE_BY, 2],
      ]),
      common,
      fields([
        [0, 2],
        [0, 2],
        [0, 2],
        [MODE, 4],
        [offset, 4],
      ]),
      encoded,
    );
    const local = Buffer.concat([fields([[0x04034b50, 4]]), common, encoded]);
    parts.push(local, packed);
    offset += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const count = directory.length / 4;
  const end = fields([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [central.length, 4],
    [offset, 4],
    [0, 2],
  ]);
  return Buffer.concat([...parts, central, end]);
}

/** Numbers as little-endian bytes: [value, size in bytes]. */
function fields(list) {
  const buffer = Buffer.alloc(list.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of list) {
    buffer.writeUIntLE(value >>> 0, at, size);
    at += size;
  }
  return buffer;
}
