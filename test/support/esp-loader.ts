/**
 * Simulates the boot loader of an ESP32-C3 at the other end of a serial line, as Espressif
 * documents the serial protocol of esptool (docs.espressif.com/projects/esptool, "Serial
 * Protocol"): first the loader in ROM, then the stub that is loaded into RAM. Violations of the
 * protocol are collected in `broken`.
 */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";

const [END, ESC, ESC_END, ESC_ESC] = [0xc0, 0xdb, 0xdc, 0xdd];
const C3 = { chipId: 5, magic: 0x1b31506f };
const MAGIC_REGISTER = 0x40001000;
const SYNC = Buffer.from([7, 7, 0x12, 0x20, ...new Array<number>(32).fill(0x55)]);

export class EspLoader {
  readonly flash = Buffer.alloc(0x400000, 0xff);
  readonly broken: string[] = [];
  /** Names of the received commands, in order. Consecutive repeats count once. */
  readonly commands: string[] = [];
  isStub = false;
  /** The baud rate that was requested last, bits per second. */
  baudRate = 115_200;
  private input: number[] | undefined;
  private isEscaped = false;
  private expected = { blocks: 0, next: 0, size: 0, address: 0 };
  private received: Buffer[] = [];

  /** @param reply sends bytes over the line */
  constructor(private readonly reply: (bytes: Uint8Array) => void) {}

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.take(byte);
  }

  private take(byte: number): void {
    if (byte === END) {
      if (this.input?.length) this.request(Buffer.from(this.input));
      this.input = this.input?.length ? undefined : [];
    } else if (this.isEscaped) {
      this.isEscaped = false;
      this.check(byte === ESC_END || byte === ESC_ESC, "an escape that SLIP has");
      this.input?.push(byte === ESC_END ? END : ESC);
    } else if (byte === ESC) this.isEscaped = true;
    else this.input?.push(byte);
  }

  private check(holds: boolean, rule: string): void {
    if (!holds) this.broken.push(`${this.commands.at(-1) ?? "first"}: expected ${rule}`);
  }

  private request(packet: Buffer): void {
    const [direction, command = 0] = packet;
    const data = packet.subarray(8);
    const name = COMMANDS[command] ?? command.toString(16);
    // Bytes before the first sync command are for a program on the board, not for the loader.
    if (this.commands.length === 0 && name !== "sync") return;
    if (this.commands.at(-1) !== name) this.commands.push(name);
    this.check(direction === 0, "a request to begin with 0");
    this.check(packet.readUInt16LE(2) === data.length, "the length of the data");
    this.obey(name, command, data, packet.readUInt32LE(4));
  }

  private obey(name: string, command: number, data: Buffer, checksum: number): void {
    switch (name) {
      case "sync":
        this.check(data.equals(SYNC), "the bytes of a sync");
        for (let i = 0; i < 8; i++) this.answer(command, { value: this.isStub ? 0 : 0x20120707 });
        return;
      case "security info": {
        const info = Buffer.alloc(20);
        info.writeUInt32LE(C3.chipId, 12);
        this.answer(command, { data: info });
        return;
      }
      case "read register":
        this.answer(command, { value: data.readUInt32LE(0) === MAGIC_REGISTER ? C3.magic : 0 });
        return;
      case "memory begin":
      case "flash begin, deflated":
        this.begin(data);
        this.answer(command);
        return;
      case "memory data":
      case "flash data, deflated":
        this.block(data, checksum);
        this.answer(command);
        if (name.startsWith("flash") && this.expected.next === this.expected.blocks) this.write();
        return;
      case "memory end":
        this.answer(command);
        this.isStub = true;
        this.send(Buffer.from("OHAI"));
        return;
      case "change baud rate":
        this.baudRate = data.readUInt32LE(0);
        this.answer(command);
        return;
      case "flash MD5": {
        const [at, length] = [data.readUInt32LE(0), data.readUInt32LE(4)];
        const hash = createHash("md5").update(this.flash.subarray(at, at + length));
        this.answer(command, { data: hash.digest() });
        return;
      }
      default:
        this.check(name in NAMES, "a command that there is");
        this.answer(command);
    }
  }

  private begin(data: Buffer): void {
    const [size, blocks, , address] = [0, 4, 8, 12].map((at) => data.readUInt32LE(at));
    this.check(this.expected.next === this.expected.blocks, "all blocks before the next begin");
    this.expected = { blocks: blocks ?? 0, next: 0, size: size ?? 0, address: address ?? 0 };
    this.received = [];
  }

  private block(data: Buffer, checksum: number): void {
    const [length, sequence] = [data.readUInt32LE(0), data.readUInt32LE(4)];
    const block = data.subarray(16);
    this.check(length === block.length, "the length of the block");
    this.check(sequence === this.expected.next++, "blocks in their order");
    const sum = block.reduce((so, byte) => so ^ byte, 0xef);
    this.check(checksum === sum, "0xef and all bytes of the block, xor");
    this.received.push(Buffer.from(block));
  }

  private write(): void {
    const bytes = inflateSync(Buffer.concat(this.received));
    const { size, address } = this.expected;
    // For the stub, the size field is the exact size. For the loader in ROM, it is the size of
    // whole blocks.
    this.check(bytes.length === size, "as many bytes as it was told");
    bytes.copy(this.flash, address);
  }

  private answer(command: number, { value = 0, data = Buffer.alloc(0) } = {}): void {
    const status = Buffer.alloc(this.isStub ? 2 : 4);
    const head = Buffer.alloc(8);
    head.set([1, command]);
    head.writeUInt16LE(data.length + status.length, 2);
    head.writeUInt32LE(value, 4);
    this.send(Buffer.concat([head, data, status]));
  }

  private send(packet: Buffer): void {
    const escaped = [...packet].flatMap((byte) =>
      byte === END ? [ESC, ESC_END] : byte === ESC ? [ESC, ESC_ESC] : [byte],
    );
    this.reply(Uint8Array.from([END, ...escaped, END]));
  }
}

const COMMANDS: Readonly<Record<number, string>> = {
  0x05: "memory begin",
  0x06: "memory end",
  0x07: "memory data",
  0x08: "sync",
  0x09: "write register",
  0x0a: "read register",
  0x0b: "flash parameters",
  0x0d: "attach flash",
  0x0f: "change baud rate",
  0x10: "flash begin, deflated",
  0x11: "flash data, deflated",
  0x12: "flash end, deflated",
  0x13: "flash MD5",
  0x14: "security info",
};
const NAMES = Object.fromEntries(Object.values(COMMANDS).map((name) => [name, true]));
