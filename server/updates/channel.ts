/**
 * The encrypted channel of DeviceScript's gateway client (devicescript,
 * runtime/devicescript/network, wssk.c). Each message is one frame of AES-256-CCM with a tag of 4
 * bytes.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

const MAGIC = 0xcee428ca;
const VERSION = 2;
export const SEED_BYTES = 16;
const TAG_BYTES = 4;
const NONCE_BYTES = 13;
/** Plaintext of the proof: each side proves its key by encrypting these zeros. */
const PROOF = Buffer.alloc(32);
/** The first byte of a nonce, by the side that sends the message. */
const FROM = { device: 1, server: 2 } as const;
export type Side = keyof typeof FROM;

const PROTOCOL = /^devs-key-([0-9a-f]{32})$/;

/**
 * @returns the device's seed from the subprotocol that it requests, or undefined if there is none
 */
export function deviceSeed(protocol: string | undefined): Buffer | undefined {
  const hex = PROTOCOL.exec(protocol ?? "")?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, "hex");
}

/** Makes the channel's first message, which the server sends unencrypted. */
export function helloMessage(serverSeed: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(VERSION, 4);
  return Buffer.concat([head, serverSeed]);
}

export class Channel {
  private readonly key: Buffer;
  private readonly outNonce: Buffer;
  private readonly inNonce: Buffer;

  /** @param key shared key, 32 bytes */
  constructor(key: Buffer, seeds: Record<Side, Buffer>, side: Side = "server") {
    const info = Buffer.concat([seeds.device, seeds.server]);
    this.key = Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), info, 32));
    this.outNonce = firstNonce(side);
    this.inNonce = firstNonce(side === "server" ? "device" : "server");
  }

  seal(message: Uint8Array): Buffer {
    const options = { authTagLength: TAG_BYTES };
    const cipher = createCipheriv("aes-256-ccm", this.key, this.outNonce, options);
    const sealed = [cipher.update(message), cipher.final(), cipher.getAuthTag()];
    advance(this.outNonce);
    return Buffer.concat(sealed);
  }

  /** @returns undefined if the frame was altered or encrypted with another key */
  open(frame: Uint8Array): Buffer | undefined {
    if (frame.length <= TAG_BYTES) return undefined;
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv("aes-256-ccm", this.key, this.inNonce, options);
    advance(this.inNonce);
    decipher.setAuthTag(frame.subarray(-TAG_BYTES));
    try {
      const message = decipher.update(frame.subarray(0, -TAG_BYTES));
      decipher.final();
      return message;
    } catch {
      return undefined;
    }
  }

  proof(): Buffer {
    return this.seal(PROOF);
  }

  isProof(frame: Uint8Array): boolean {
    return this.open(frame)?.equals(PROOF) ?? false;
  }
}

function firstNonce(side: Side): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce[0] = FROM[side];
  return nonce;
}

/** Increments a nonce: a number with its most significant byte first. */
function advance(nonce: Buffer): void {
  for (let at = nonce.length - 1; at >= 0; at--) {
    const byte = ((nonce[at] ?? 0) + 1) & 0xff;
    nonce[at] = byte;
    if (byte !== 0) return;
  }
}
