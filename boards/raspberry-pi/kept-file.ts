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

/** What a fault of the file means to a person. */
export interface Consequences {
  /** If it can't be read, as "the last order is not known". */
  unread: string;
  /** If it can't be written, as "orders are not kept". */
  unwritten: string;
}

export const SETTINGS: Consequences = {
  unread: "the last order is not known",
  unwritten: "orders are not kept",
};
export const READINGS: Consequences = {
  unread: "the readings that waited are lost",
  unwritten: "readings that wait are kept in RAM only",
};

/**
 * Content that survives a cut of power, which leaves the old one or the new one: a new file is on
 * the disk before it takes the place of the old one.
 */
export class KeptFile implements Flash {
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
      // The device goes on.
      if (!this.isFailing)
        this.warn(`${this.path}: ${messageOf(error)}; ${this.consequences.unwritten}`);
      this.isFailing = true;
    }
  }
}

function writeDurably(path: string, content: Uint8Array): void {
  const temporary = `${path}.new`;
  // It holds the broker's password.
  withFile(temporary, "w", (file) => {
    // As long as it takes: on a disk that is nearly full, a single write may take a part only.
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
