import { openSync, read, writeSync } from "node:fs";
import { promisify } from "node:util";
import type { FakeChip } from "../fake-pi";

/**
 * A simulated CP2112, Silicon Labs' bridge from USB to I2C and GPIO, as a HID device in user space.
 * The kernel's own driver, hid-cp2112, makes an I2C bus and a GPIO chip of it. Sources: AN495,
 * "CP2112 Interface Specification", and linux/uhid.h.
 */
const UHID = { destroy: 1, output: 6, getReport: 9, getReply: 10, create: 11, input: 12 } as const;
const [UHID_SET_REPORT, UHID_SET_REPORT_REPLY] = [13, 14];
const EVENT_BYTES = 4 + 128 + 64 + 64 + 2 + 2 + 16 + 4096;
const BUS_USB = 3;
const [VENDOR, PRODUCT] = [0x10c4, 0xea90];

/** Report ids from AN495. */
const GPIO_CONFIG = 0x02;
const GPIO_GET = 0x03;
const GPIO_SET = 0x04;
const VERSION = 0x05;
const READ = 0x10;
const WRITE_READ = 0x11;
const READ_FORCE_SEND = 0x12;
const READ_RESPONSE = 0x13;
const WRITE = 0x14;
const STATUS_REQUEST = 0x15;
const STATUS_RESPONSE = 0x16;
/**
 * Status at the end of a transfer: completed, or failed because the address was not acknowledged.
 */
const [COMPLETE, ERROR] = [2, 3];
const ADDRESS_NACKED = 0;

/** HID report descriptor: two input reports, of 63 and 6 bytes. */
const DESCRIPTOR = Buffer.from(
  "0600ff0901a101" +
    "1500" +
    "26ff00" +
    "7508" +
    "8513" +
    "953f" +
    "09018102" +
    "8516" +
    "9506" +
    "09018102" +
    "c0",
  "hex",
);

const readFile = promisify(read);

export class Cp2112 {
  /** I2C chips by address. Other addresses are not acknowledged. */
  readonly chips = new Map<number, FakeChip>();
  private readonly features = new Map<number, Buffer>([
    [GPIO_CONFIG, Buffer.from([GPIO_CONFIG, 0, 0, 0, 0])],
    [GPIO_GET, Buffer.from([GPIO_GET, 0])],
    // Part number 0x0c, and revision 2, the first that writes and reads in one transfer.
    [VERSION, Buffer.from([VERSION, 0x0c, 2])],
    [0x06, Buffer.from([0x06, 0, 1, 0x86, 0xa0, 2, 0, 0, 0, 0, 0, 0, 0, 0])],
  ]);
  private readonly file = openSync("/dev/uhid", "r+");
  private answer = Buffer.alloc(0);
  private isAcknowledged = false;
  private isOpen = true;

  /** @param onPins called with the values of the eight pins when they are set */
  constructor(private readonly onPins: (pins: number) => void) {
    const event = Buffer.alloc(EVENT_BYTES);
    event.writeUInt32LE(UHID.create, 0);
    event.write("CP2112", 4);
    event.writeUInt16LE(DESCRIPTOR.length, 260);
    event.writeUInt16LE(BUS_USB, 262);
    event.writeUInt32LE(VENDOR, 264);
    event.writeUInt32LE(PRODUCT, 268);
    DESCRIPTOR.copy(event, 280);
    writeSync(this.file, event);
    void this.serve();
  }

  /** Sets the external level of an input pin. */
  drive(pin: number, isHigh: boolean): void {
    const before = this.features.get(GPIO_GET)?.[1] ?? 0;
    const pins = isHigh ? before | (1 << pin) : before & ~(1 << pin);
    this.features.set(GPIO_GET, Buffer.from([GPIO_GET, pins]));
  }

  /** Unplugs the bridge. */
  close(): void {
    this.isOpen = false;
    // The kernel answers the pending read with this event. Without the event, the read would wait
    // indefinitely and keep Node from ending.
    const event = Buffer.alloc(4);
    event.writeUInt32LE(UHID.destroy, 0);
    writeSync(this.file, event);
  }

  private async serve(): Promise<void> {
    const event = Buffer.alloc(EVENT_BYTES);
    while (this.isOpen) {
      await readFile(this.file, event, 0, event.length, null);
      const type = event.readUInt32LE(0);
      if (type === UHID.output) {
        const size = event.readUInt16LE(4 + 4096);
        this.take(Buffer.from(event.subarray(4, 4 + size)));
      } else if (type === UHID.getReport) this.give(event.readUInt32LE(4), event[8] ?? 0);
      else if (type === UHID_SET_REPORT) {
        const size = event.readUInt16LE(10);
        this.set(Buffer.from(event.subarray(12, 12 + size)));
        const reply = Buffer.alloc(10);
        reply.writeUInt32LE(UHID_SET_REPORT_REPLY, 0);
        reply.writeUInt32LE(event.readUInt32LE(4), 4);
        writeSync(this.file, reply);
      }
    }
  }

  private give(request: number, report: number): void {
    const feature = this.features.get(report);
    const reply = Buffer.alloc(12 + (feature?.length ?? 0));
    reply.writeUInt32LE(UHID.getReply, 0);
    reply.writeUInt32LE(request, 4);
    reply.writeUInt16LE(feature ? 0 : 5, 8);
    reply.writeUInt16LE(feature?.length ?? 0, 10);
    feature?.copy(reply, 12);
    writeSync(this.file, reply);
  }

  private set(report: Buffer): void {
    const [number = 0, values = 0, mask = 0] = report;
    if (number !== GPIO_SET) {
      this.features.set(number, report);
      return;
    }
    const before = this.features.get(GPIO_GET)?.[1] ?? 0;
    const pins = (before & ~mask) | (values & mask);
    this.features.set(GPIO_GET, Buffer.from([GPIO_GET, pins]));
    this.onPins(pins);
  }

  private take(report: Buffer): void {
    const address = (report[1] ?? 0) >> 1;
    switch (report[0]) {
      case WRITE:
        this.transfer(address, report.subarray(3, 3 + (report[2] ?? 0)), 0);
        break;
      case READ:
        this.transfer(address, undefined, report.readUInt16BE(2));
        break;
      case WRITE_READ:
        this.transfer(address, report.subarray(5, 5 + (report[4] ?? 0)), report.readUInt16BE(2));
        break;
      case STATUS_REQUEST: {
        const status = Buffer.from([STATUS_RESPONSE, COMPLETE, 0, 0, 0, 0, this.answer.length]);
        if (!this.isAcknowledged) status.set([ERROR, ADDRESS_NACKED], 1);
        this.input(status);
        break;
      }
      case READ_FORCE_SEND: {
        const part = this.answer.subarray(0, 61);
        this.answer = this.answer.subarray(part.length);
        const response = Buffer.alloc(64);
        response.set([READ_RESPONSE, COMPLETE, part.length], 0);
        response.set(part, 3);
        this.input(response);
        break;
      }
      case undefined:
      default:
        // The driver has cancelled the transfer.
        this.answer = Buffer.alloc(0);
    }
  }

  private transfer(address: number, write: Buffer | undefined, readBytes: number): void {
    const chip = this.chips.get(address);
    this.isAcknowledged = chip !== undefined;
    this.answer = Buffer.alloc(0);
    if (write) chip?.write([...write]);
    if (readBytes > 0) this.answer = Buffer.from(chip?.read(readBytes) ?? []);
  }

  private input(report: Buffer): void {
    const event = Buffer.alloc(6 + report.length);
    event.writeUInt32LE(UHID.input, 0);
    event.writeUInt16LE(report.length, 4);
    report.copy(event, 6);
    writeSync(this.file, event);
  }
}
