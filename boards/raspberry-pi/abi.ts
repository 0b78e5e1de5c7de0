/**
 * The kernel's requests and structures: linux/i2c-dev.h, linux/spi/spidev.h and linux/gpio.h
 * (version 2). `test/boards/raspberry-pi/abi.test.ts` compares all of them with the C compiler's.
 * Little-endian, as every Raspberry Pi is.
 */
export const I2C_RDWR = 0x0707;
const I2C_M_RD = 1;

/** The size of a pointer, bytes: 8, or 4 on a 32-bit system. */
export type PointerBytes = 4 | 8;

/** `struct i2c_msg`: address, flags, length, and the address of the bytes. */
export function i2cMessage(
  pointerBytes: PointerBytes,
  message: { address: number; isRead: boolean; length: number; at: bigint },
): Buffer {
  const bytes = Buffer.alloc(8 + pointerBytes);
  bytes.writeUInt16LE(message.address, 0);
  bytes.writeUInt16LE(message.isRead ? I2C_M_RD : 0, 2);
  bytes.writeUInt16LE(message.length, 4);
  writePointer(bytes, 8, message.at, pointerBytes);
  return bytes;
}

/** `struct i2c_rdwr_ioctl_data`: the address and the number of the messages. */
export function i2cTransfer(pointerBytes: PointerBytes, messagesAt: bigint, count: number): Buffer {
  const bytes = Buffer.alloc(2 * pointerBytes);
  writePointer(bytes, 0, messagesAt, pointerBytes);
  bytes.writeUInt32LE(count, pointerBytes);
  return bytes;
}

export const SPI_MESSAGE = 0x40206b00;
export const SPI_SET_MODE = 0x40016b01;

/** `struct spi_ioc_transfer`. Its pointers have 8 bytes on every system. */
export function spiTransfer(transfer: {
  writeAt: bigint;
  readAt: bigint;
  length: number;
  speedHz: number;
}): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeBigUInt64LE(transfer.writeAt, 0);
  bytes.writeBigUInt64LE(transfer.readAt, 8);
  bytes.writeUInt32LE(transfer.length, 16);
  bytes.writeUInt32LE(transfer.speedHz, 20);
  return bytes;
}

function writePointer(bytes: Buffer, at: number, value: bigint, size: PointerBytes): void {
  if (size === 8) bytes.writeBigUInt64LE(value, at);
  else bytes.writeUInt32LE(Number(value), at);
}

export const GPIO_GET_CHIPINFO = 0x8044b401;
export const GPIO_GET_LINEINFO = 0xc100b405;
export const GPIO_GET_LINE = 0xc250b407;
export const GPIO_GET_VALUES = 0xc010b40e;
export const GPIO_SET_VALUES = 0xc010b40f;

const NAME_BYTES = 32;

/** An empty `struct gpiochip_info`, which the kernel fills. */
export function chipInfo(): Buffer {
  return Buffer.alloc(2 * NAME_BYTES + 4);
}

export function chipLabel(chipInfo: Buffer): string {
  return textAt(chipInfo, NAME_BYTES);
}

/** A `struct gpio_v2_line_info` with only the line set; the kernel fills the rest. */
export function lineInfo(line: number): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.writeUInt32LE(line, 2 * NAME_BYTES);
  return bytes;
}

/** The program that uses the line, as it named itself; empty if it gave no name. */
export function lineConsumer(lineInfo: Buffer): string {
  return textAt(lineInfo, NAME_BYTES);
}

const CONSUMER_AT = 256;
const FLAGS_AT = 288;
const COUNT_AT = 560;
const FD_AT = 588;
const FLAG = { activeLow: 1n << 1n, input: 1n << 2n, output: 1n << 3n };
const PULL = { up: 1n << 8n, down: 1n << 9n };

/** `struct gpio_v2_line_request` for one output, which is low at first. */
export function outputRequest(line: number, consumer: string): Buffer {
  return lineRequest(line, consumer, FLAG.output);
}

/**
 * `struct gpio_v2_line_request` for one input.
 * @param active the level that counts as 1; the line is pulled to the opposite level
 */
export function inputRequest(line: number, consumer: string, active: "high" | "low"): Buffer {
  const flags = active === "low" ? FLAG.activeLow | PULL.up : PULL.down;
  return lineRequest(line, consumer, FLAG.input | flags);
}

function lineRequest(line: number, consumer: string, flags: bigint): Buffer {
  const bytes = Buffer.alloc(592);
  bytes.writeUInt32LE(line, 0);
  bytes.write(consumer.slice(0, NAME_BYTES - 1), CONSUMER_AT, "latin1");
  bytes.writeBigUInt64LE(flags, FLAGS_AT);
  bytes.writeUInt32LE(1, COUNT_AT);
  return bytes;
}

/** The file descriptor that the kernel opened for the line. */
export function lineDescriptor(request: Buffer): number {
  return request.readInt32LE(FD_AT);
}

/** `struct gpio_v2_line_values` for the only line of a request, to set it or to read it. */
export function lineValue(isHigh: boolean): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(isHigh ? 1n : 0n, 0);
  bytes.writeBigUInt64LE(1n, 8);
  return bytes;
}

export function isActive(lineValue: Buffer): boolean {
  return (lineValue.readUInt32LE(0) & 1) !== 0;
}

function textAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString("utf8", at, end < 0 ? at + NAME_BYTES : Math.min(end, at + NAME_BYTES));
}
