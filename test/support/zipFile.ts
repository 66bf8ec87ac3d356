import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const END_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const FILE_HEADER_BYTES = 30;
const STORED = 0;

/**
 * A file in a ZIP archive, as text. For archives without a comment (APPNOTE.TXT, sections 4.3.6 to 4.3.16).
 * @throws Error when the archive has no file of that name
 */
export function readZipped(archive: Buffer, name: string): string {
  const end = archive.length - END_BYTES;
  if (archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('not a ZIP archive without a comment');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      archive.readUInt16LE(at + field),
    );
    const nameEnd = at + DIRECTORY_ENTRY_BYTES + nameBytes!;
    if (archive.toString('utf8', at + DIRECTORY_ENTRY_BYTES, nameEnd) === name) {
      const header = archive.readUInt32LE(at + 42);
      const start =
        header + FILE_HEADER_BYTES + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
      const bytes = archive.subarray(start, start + archive.readUInt32LE(at + 20));
      return (archive.readUInt16LE(at + 10) === STORED ? bytes : inflateRawSync(bytes)).toString('utf8');
    }
    at = nameEnd + extraBytes! + commentBytes!;
  }
  throw new Error(`the archive has no file ${name}`);
}
