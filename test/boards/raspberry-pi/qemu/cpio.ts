/**
 * A file in an archive that the kernel unpacks as its first root file system: the "newc" format of
 * cpio(5).
 */
export interface Entry {
  name: string;
  /** File type and permissions, as in stat(2). */
  mode: number;
  content?: Buffer;
}

export function cpio(entries: Entry[]): Buffer {
  return Buffer.concat([...entries, { name: "TRAILER!!!", mode: 0 }].map(record));
}

function record({ name, mode, content = Buffer.alloc(0) }: Entry, index: number): Buffer {
  const fields = [index + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return Buffer.concat([padded(Buffer.from(`${head}${name}\0`)), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
