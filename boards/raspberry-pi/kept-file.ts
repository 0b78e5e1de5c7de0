import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../../server/base/user-error";
import type { Flash } from "../../server/simulator/device";

const DIGEST_BYTES = 32;

/**
 * What the virtual machine keeps, in a file. A cut of power leaves the old content or the new one:
 * a new file is on the disk before it takes the place of the old one.
 */
export class KeptFile implements Flash {
  private isFailing = false;

  constructor(
    private readonly path: string,
    private readonly warn: (line: string) => void,
  ) {}

  load(): Uint8Array {
    if (!existsSync(this.path)) return new Uint8Array();
    try {
      const kept = readFileSync(this.path);
      const content = kept.subarray(DIGEST_BYTES);
      if (kept.subarray(0, DIGEST_BYTES).equals(digest(content))) return content;
      renameSync(this.path, `${this.path}.damaged`);
      this.warn(`${this.path}: damaged, renamed to .damaged; the last order is not known`);
    } catch (error) {
      this.warn(`${this.path}: ${messageOf(error)}; the last order is not known`);
    }
    return new Uint8Array();
  }

  save(content: Uint8Array): void {
    try {
      writeDurably(this.path, Buffer.concat([digest(content), content]));
      if (this.isFailing) this.warn(`${this.path}: is written again`);
      this.isFailing = false;
    } catch (error) {
      // The device goes on: a restart may then repeat an order.
      if (!this.isFailing) this.warn(`${this.path}: ${messageOf(error)}; orders are not kept`);
      this.isFailing = true;
    }
  }
}

function writeDurably(path: string, content: Uint8Array): void {
  const temporary = `${path}.new`;
  // It holds the broker's password.
  withFile(temporary, "w", (file) => {
    writeSync(file, content);
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
