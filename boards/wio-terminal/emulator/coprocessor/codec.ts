/** eRPC's basic codec: little-endian, without padding. */

export class CodecReader {
  private position = 0;

  constructor(private readonly bytes: Buffer) {}

  get rest(): number {
    return this.bytes.length - this.position;
  }

  u8(): number {
    return this.raw(1).readUInt8();
  }

  u32(): number {
    return this.raw(4).readUInt32LE();
  }

  i32(): number {
    return this.raw(4).readInt32LE();
  }

  binary(): Buffer {
    return this.raw(this.u32());
  }

  text(): string {
    return this.binary().toString("utf8");
  }

  nullableText(): string | null {
    return this.u8() === 1 ? null : this.text();
  }

  nullableBinary(): Buffer | null {
    return this.u8() === 1 ? null : this.binary();
  }

  private raw(length: number): Buffer {
    if (length > this.rest) throw new RangeError("message ends too early");
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}

export function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function binary(bytes: Uint8Array): Buffer {
  return Buffer.concat([u32(bytes.length), bytes]);
}

export function nullableBinary(bytes: Uint8Array | null): Buffer {
  return bytes ? Buffer.concat([Buffer.from([0]), binary(bytes)]) : Buffer.from([1]);
}

export function text(value: string): Buffer {
  return binary(Buffer.from(value, "utf8"));
}

export const MESSAGE = { invocation: 0, oneWay: 1, reply: 2 } as const;
const CODEC_VERSION = 1;

export interface Call {
  type: number;
  functionId: number;
  serviceId: number;
  sequence: number;
  args: CodecReader;
}

export function readCall(message: Buffer): Call {
  if (message.length < 8) throw new RangeError("message is shorter than its header");
  if (message[3] !== CODEC_VERSION) throw new Error(`codec version ${message[3] ?? "?"}`);
  return {
    type: message.readUInt8(0),
    functionId: message.readUInt8(1),
    serviceId: message.readUInt8(2),
    sequence: message.readUInt32LE(4),
    args: new CodecReader(message.subarray(8)),
  };
}

export function writeMessage(
  type: number,
  serviceId: number,
  functionId: number,
  sequence: number,
  payload: Uint8Array,
): Buffer {
  return Buffer.concat([
    Buffer.from([type, functionId, serviceId, CODEC_VERSION]),
    u32(sequence),
    payload,
  ]);
}
