/** The messages between server and device while a program is transferred. */
import { createHash } from "node:crypto";

/** The first byte of each message (devicescript, runtime/devicescript/network, wssk_health.c). */
export const COMMAND = {
  pingServer: 0x92,
  hash: 0x93,
  start: 0x94,
  write: 0x95,
  finish: 0x96,
  log: 0x9a,
  error: 0xff,
} as const;

/** Block size in which a device stores a program (devsmgr.c: `DEVSMGR_ALIGN`), bytes. */
const ALIGN_BYTES = 32;
/**
 * Number of program bytes in one message. The client's buffer has 270 bytes for frame, command and
 * tag (websock_conn.c: `MAX_MESSAGE`).
 */
const CHUNK_BYTES = 224;

/** Pads a program to whole blocks, as the device stores and hashes it. */
export function padProgram(program: Uint8Array): Buffer {
  const length = Math.ceil(program.length / ALIGN_BYTES) * ALIGN_BYTES;
  return Buffer.concat([program], length);
}

/** Returns the SHA-256 of a padded program, hex. */
export function hashOf(program: Uint8Array): string {
  return createHash("sha256").update(program).digest("hex");
}

/**
 * Returns the 32-bit FNV-1a hash that a runtime stores beside a padded program (devsmgr.c:
 * `jd_hash_fnv1a`).
 */
export function shortHashOf(program: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of program) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export interface UploadStep {
  /** Messages to send, in this order. */
  send: Buffer[];
  /** Set if the server sends nothing more after these messages. */
  isLast?: true;
  /**
   * The result, set at the end: `stored` if the device has stored the program and starts it, else
   * why not.
   */
  outcome?: "stored" | { why: string };
}

/**
 * Sends one program to a device. First asks for the hash of the program that the device already
 * has.
 */
export class Upload {
  /** Number of bytes that the device has acknowledged. */
  written = 0;
  private sent = 0;
  private isFinished = false;
  private readonly hash: string;

  /** @param program padded */
  constructor(private readonly program: Buffer) {
    this.hash = hashOf(program);
  }

  first(): UploadStep {
    return { send: [Buffer.of(COMMAND.hash)] };
  }

  /** @param message from the device */
  next(message: Buffer): UploadStep {
    switch (message[0] as number) {
      case COMMAND.pingServer:
        return { send: [Buffer.of(COMMAND.pingServer)] };
      case COMMAND.hash:
        return this.hashed(message.subarray(1).toString("hex"));
      case COMMAND.start:
        return { send: [this.chunk()] };
      case COMMAND.write:
        this.written = this.sent;
        if (this.sent < this.program.length) return { send: [this.chunk()] };
        this.isFinished = true;
        // Both messages are sent at once, because the program uses the board's socket once it runs.
        return { send: [Buffer.of(COMMAND.finish), Buffer.of(COMMAND.hash)], isLast: true };
      case COMMAND.error:
        return { send: [], outcome: { why: `the device refused the program ${this.place()}` } };
      default:
        return { send: [] };
    }
  }

  /** Returns the progress as words that follow a reason such as "it disconnected". */
  progress(): string {
    const { length } = this.program;
    if (this.isFinished)
      return `after all ${length} bytes, before it confirmed that it has the program`;
    return this.written === 0
      ? "before the first byte of the program"
      : `after ${this.written} of ${length} bytes`;
  }

  private hashed(hash: string): UploadStep {
    if (hash === this.hash) return { send: [], outcome: "stored" };
    if (this.isFinished)
      return {
        send: [],
        outcome: { why: `expected a program with the hash ${this.hash}, got ${hash}` },
      };
    const start = Buffer.alloc(5);
    start[0] = COMMAND.start;
    start.writeUInt32LE(this.program.length, 1);
    return { send: [start] };
  }

  private chunk(): Buffer {
    const bytes = this.program.subarray(this.sent, this.sent + CHUNK_BYTES);
    this.sent += bytes.length;
    return Buffer.concat([Buffer.of(COMMAND.write), bytes]);
  }

  private place(): string {
    if (this.isFinished) return "at its end";
    return this.sent === 0 ? "before its first byte" : `after ${this.written} bytes`;
  }
}
