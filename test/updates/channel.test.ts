import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Channel, deviceSeed, helloMessage } from "../../server/updates/channel";

const hex = (text: string) => Buffer.from(text, "hex");
const KEY = randomBytes(32);
const SEEDS = { device: randomBytes(16), server: randomBytes(16) };
const pair = (key = KEY) => ({
  server: new Channel(KEY, SEEDS),
  device: new Channel(key, SEEDS, "device"),
});

describe("the sealed channel", () => {
  it("takes a device's seed from its subprotocol, and nothing else as a seed", () => {
    expect(deviceSeed(`devs-key-${"0a".repeat(16)}`)).toEqual(hex("0a".repeat(16)));
    for (const other of [undefined, "mqtt", "devs-key-", `devs-key-${"0a".repeat(15)}`])
      expect(deviceSeed(other)).toBeUndefined();
  });

  it("starts with magic, version and seed", () => {
    expect(helloMessage(hex("11".repeat(16)))).toEqual(hex(`ca28e4ce02000000${"11".repeat(16)}`));
  });

  it("seals as AES-256-CCM with counting nonces does, with a key of HKDF (RFC 5869)", () => {
    // Derives the key by the steps of RFC 5869: extract without a salt, expand once.
    const extracted = createHmac("sha256", Buffer.alloc(32)).update(KEY).digest();
    const info = Buffer.concat([SEEDS.device, SEEDS.server, Buffer.of(1)]);
    const key = createHmac("sha256", extracted).update(info).digest();
    const { server } = pair();
    for (let count = 0; count < 300; count++) {
      const nonce = Buffer.alloc(13);
      nonce[0] = 2;
      nonce.writeUInt16BE(count, 11);
      const cipher = createCipheriv("aes-256-ccm", key, nonce, { authTagLength: 4 });
      const expected = Buffer.concat([cipher.update(Buffer.of(count & 0xff)), cipher.final()]);
      const frame = Buffer.concat([expected, cipher.getAuthTag()]);
      expect(server.seal(Buffer.of(count & 0xff))).toEqual(frame);
    }
  });

  it("is understood by the other side, in order", () => {
    const { server, device } = pair();
    for (const message of [Buffer.of(0x93), randomBytes(200), Buffer.of(1)]) {
      expect(device.open(server.seal(message))).toEqual(message);
      expect(server.open(device.seal(message))).toEqual(message);
    }
    const [first, second] = [server.seal(Buffer.of(1)), server.seal(Buffer.of(2))];
    expect(device.open(second)).toBeUndefined();
    // A channel does not recover from a lost or repeated frame, so the first frame can't be opened
    // either.
    expect(device.open(first)).toBeUndefined();
  });

  it("proves the key", () => {
    const { server, device } = pair();
    expect(server.isProof(device.proof())).toBe(true);
    expect(pair().server.isProof(pair(randomBytes(32)).device.proof())).toBe(false);
    expect(pair().server.isProof(pair().device.seal(Buffer.alloc(31)))).toBe(false);
    // A server must not accept its own proof, sent back by the other side.
    const own = pair().server;
    expect(pair().server.isProof(own.proof())).toBe(false);
  });

  it("detects each flipped bit, and messages that are too short", () => {
    const message = Buffer.of(1, 2, 3);
    const bits = pair().server.seal(message).length * 8;
    for (let bit = 0; bit < bits; bit++) {
      const { server, device } = pair();
      const frame = server.seal(message);
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(device.open(frame)).toBeUndefined();
    }
    for (let length = 0; length <= 4; length++)
      expect(pair().device.open(Buffer.alloc(length))).toBeUndefined();
  });
});
