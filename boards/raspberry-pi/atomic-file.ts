import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../../server/base/user-error";
import type { Flash } from "../../server/simulator/device";

const DIGEST_BYTES = 32;

/** The consequences of a file error, for the log. */
export interface Consequences {
  /** If the file can't be read, such as "the last order is not known". */
  unread: string;
  /** If the file can't be written, such as "orders are not kept". */
  unwritten: string;
}

export const SETTINGS_CONSEQUENCES: Consequences = {
  unread: "the last order is not known",
  unwritten: "orders are not kept",
};
export const READINGS_CONSEQUENCES: Consequences = {
  unread: "the readings that waited are lost",
  unwritten: "readings that wait are kept in RAM only",
};

/**
 * A file that survives a power cut with its old or its new content: the new file is on the disk
 * before it replaces the old one.
 */
export class AtomicFile implements Flash {
  private isFailing = false;

  constructor(
    private readonly path: string,
    private readonly consequences: Consequences,
    private readonly warn: (line: string) => void,
  ) {}

  load(): Uint8Array {
    if (!existsSync(this.path)) return new Uint8Array();
    const { unread } = this.consequences;
    try {
      const kept = readFileSync(this.path);
      const content = kept.subarray(DIGEST_BYTES);
      if (kept.subarray(0, DIGEST_BYTES).equals(digest(content))) return content;
      renameSync(this.path, `${this.path}.damaged`);
      this.warn(`${this.path}: damaged, renamed to .damaged; ${unread}`);
    } catch (error) {
      this.warn(`${this.path}: ${messageOf(error)}; ${unread}`);
    }
    return new Uint8Array();
  }

  save(content: Uint8Array): void {
    try {
      writeDurably(this.path, Buffer.concat([digest(content), content]));
      if (this.isFailing) this.warn(`${this.path}: is written again`);
      this.isFailing = false;
    } catch (error) {
      // The device continues without the file.
      if (!this.isFailing)
        this.warn(`${this.path}: ${messageOf(error)}; ${this.consequences.unwritten}`);
      this.isFailing = true;
    }
  }
}

function writeDurably(path: string, content: Uint8Array): void {
  const temporary = `${path}.new`;
  // withFile creates the file with mode 600, because it holds the broker's password.
  withFile(temporary, "w", (file) => {
    // writeFileSync repeats partial writes, which can happen on a nearly full disk.
    writeFileSync(file, content);
    fsyncSync(file);
  });
  renameSync(temporary, path);
  withFile(dirname(path), "r", fsyncSync);
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}

function digest(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}
