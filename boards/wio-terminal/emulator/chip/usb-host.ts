/**
 * The computer's side of the USB cable. The host enumerates the device as Linux does, opens the
 * serial port and transfers its bytes. All of this happens in chip time, with a frame each
 * millisecond. USB 2.0, chapters 5, 8, 9.
 */
import type { Clock } from "./clock";
import type { UsbDevice } from "./usb";
import { checkSerialPort, readDescription, type UsbDescription } from "./usb-descriptors";

export class UsbStall extends Error {}
class UsbTimeout extends Error {}

export interface Setup {
  type: number;
  request: number;
  value?: number;
  index?: number;
  length?: number;
}

const FRAME_MICROS = 1000;
/** Time between packets: about the duration of a packet at 12 Mbit/s. */
const PACKET_MICROS = 50;
/** Durations of the steps of attaching, from USB 2.0, 7.1.7.3, 7.1.7.5 and 7.1.7.7. */
const DEBOUNCE_MICROS = 100_000;
const RESET_MICROS = 10_000;
const RECOVERY_MICROS = 10_000;
const RESUME_MICROS = 20_000;
/** The time that a device has to start using its new address: USB 2.0, 9.2.6.3. */
const ADDRESS_MICROS = 2_000;
/** The maximum duration of a control transfer: USB 2.0, 9.2.6.4. */
const CONTROL_MICROS = 5_000_000;
const PACKET_BYTES = 64;
/** How many times a host tries to reach a device that does not answer (USB 2.0, 10.2.6). */
const TRIES = 3;
const ADDRESS = 5;
const DATA = { out: 2, in: 2 };
const PACKETS_PER_FRAME = 19;

interface Transfer {
  setup: Setup;
  data: Uint8Array;
  endMicros: number;
  resolve: (answer: Uint8Array) => void;
  reject: (error: Error) => void;
  steps: Generator<void, Uint8Array>;
}

export class UsbHost {
  /** Called with the bytes from the device's serial port. */
  onData: (bytes: Buffer) => void = () => undefined;
  description: UsbDescription | undefined;
  strings = { vendor: "", product: "", serial: "" };
  private address = 0;
  private isOpen = false;
  /** Whether the port sends frames: from the bus reset until unplugging, except while suspended. */
  private sendsFrames = false;
  private transfer: Transfer | undefined;
  private outgoing = Buffer.alloc(0);
  private outToggle = false;
  private inToggle = false;
  private cancelFrame: () => void = () => undefined;

  constructor(
    private readonly device: UsbDevice,
    private readonly clock: Clock,
  ) {}

  /** Connects and configures the device. @throws BadDescriptor, UsbStall, UsbTimeout */
  async enumerate(): Promise<UsbDescription> {
    await this.sleep(DEBOUNCE_MICROS);
    await this.reset();
    // The first eight bytes contain the packet size (5.5.3). This request asks for 64 bytes, as
    // Windows does, too.
    const start = await this.control({ type: 0x80, request: 6, value: 0x0100, length: 64 });
    if (start[7] !== PACKET_BYTES) throw new Error(`packets of ${start[7]} on the first endpoint`);
    await this.reset();
    await this.control({ type: 0, request: 5, value: ADDRESS });
    this.address = ADDRESS;
    await this.sleep(ADDRESS_MICROS);
    const device = await this.descriptor(0x0100, 18);
    const head = await this.descriptor(0x0200, 9);
    const configuration = await this.descriptor(0x0200, (head[2] ?? 0) | ((head[3] ?? 0) << 8));
    const description = readDescription(device, configuration);
    checkSerialPort(description);
    this.strings = {
      vendor: await this.string(description.strings.vendor),
      product: await this.string(description.strings.product),
      serial: await this.string(description.strings.serial),
    };
    await this.control({ type: 0, request: 9, value: 1 });
    this.outToggle = this.inToggle = false;
    this.description = description;
    return description;
  }

  /** Opens the serial port for reading and writing. */
  async open(baud = 115_200): Promise<void> {
    await this.setBaud(baud);
    await this.control({ type: 0x21, request: 0x22, value: 3 });
    this.isOpen = true;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await this.control({ type: 0x21, request: 0x22, value: 0 });
  }

  async setBaud(baud: number): Promise<void> {
    const coding = Buffer.from([0, 0, 0, 0, 0, 0, 8]);
    coding.writeUInt32LE(baud);
    await this.control({ type: 0x21, request: 0x20, length: coding.length }, coding);
  }

  write(bytes: Uint8Array): void {
    this.outgoing = Buffer.concat([this.outgoing, bytes]);
    this.soon();
  }

  /**
   * Performs one control transfer.
   * @throws UsbStall if the device refuses, UsbTimeout if it is silent
   */
  async control(setup: Setup, data = new Uint8Array()): Promise<Uint8Array> {
    if (this.transfer) throw new Error("one control transfer after another");
    return await new Promise((resolve, reject) => {
      const endMicros = this.clock.nowMicros + CONTROL_MICROS;
      const steps = this.steps(setup, data);
      this.transfer = { setup, data, endMicros, resolve, reject, steps };
      this.soon();
    });
  }

  /** Resets the bus, as at the start of each enumeration. */
  async reset(): Promise<void> {
    this.isOpen = this.sendsFrames = false;
    this.address = 0;
    this.device.wakeUp();
    await this.sleep(RESET_MICROS);
    this.device.busReset();
    this.sendsFrames = true;
    this.soon();
    await this.sleep(RECOVERY_MICROS);
  }

  /** Stops the frames, so that frames no longer wake the chip. */
  unplug(): void {
    this.isOpen = false;
    this.suspend();
  }

  /** Suspends the bus, as a sleeping computer does. An open port stays open. */
  suspend(): void {
    this.cancelFrame();
    this.sendsFrames = false;
    this.device.suspend();
  }

  async resume(): Promise<void> {
    this.device.wakeUp();
    await this.sleep(RESUME_MICROS);
    this.device.endOfResume();
    this.sendsFrames = true;
    this.soon();
  }

  async sleep(micros: number): Promise<void> {
    await new Promise<void>((resolve) => this.clock.at(this.clock.nowMicros + micros, resolve));
  }

  private async descriptor(value: number, length: number): Promise<Uint8Array> {
    return await this.control({ type: 0x80, request: 6, value, length });
  }

  private async string(index: number): Promise<string> {
    const setup = { type: 0x80, request: 6, value: 0x0300 | index, index: 0x0409, length: 255 };
    const bytes = await this.control(setup);
    if (bytes[0] !== bytes.length || bytes[1] !== 3) throw new Error(`string ${index}: 9.6.7`);
    return Buffer.from(bytes.subarray(2)).toString("utf16le");
  }

  /**
   * Performs the stages of a control transfer (8.5.3). The generator yields when the device answers
   * NAK or nothing.
   */
  private *steps(setup: Setup, data: Uint8Array): Generator<void, Uint8Array> {
    const { type, request, value = 0, index = 0, length = 0 } = setup;
    const bytes = Buffer.from([type, request, 0, 0, 0, 0, 0, 0]);
    [value, index, length].forEach((word, i) => bytes.writeUInt16LE(word, 2 + 2 * i));
    yield* this.insist(() => this.device.setup(this.address, 0, bytes));
    const isIn = Boolean(type & 0x80) && length > 0;
    let answer = Buffer.alloc(0);
    let toggle = true;
    if (isIn) {
      let packet: Uint8Array;
      do {
        packet = yield* this.receive(toggle);
        toggle = !toggle;
        answer = Buffer.concat([answer, packet]);
      } while (packet.length === PACKET_BYTES && answer.length < length);
      yield* this.insist(() => this.device.out(this.address, 0, new Uint8Array(), true));
      return answer;
    }
    for (let at = 0; at < data.length; at += PACKET_BYTES, toggle = !toggle) {
      const [packet, parity] = [data.subarray(at, at + PACKET_BYTES), toggle];
      yield* this.insist(() => this.device.out(this.address, 0, packet, parity));
    }
    const status = yield* this.receive(true);
    if (status.length > 0) throw new Error("a status stage with data");
    return answer;
  }

  private *receive(toggle: boolean): Generator<void, Uint8Array> {
    let data: Uint8Array | undefined;
    yield* this.insist(() => {
      const reply = this.device.in(this.address, 0);
      if (typeof reply === "string") return reply;
      if (reply.toggle !== toggle) throw new Error("a packet with the wrong toggle");
      data = reply.data;
      return "ack";
    });
    return data ?? new Uint8Array();
  }

  private *insist(act: () => "ack" | "nak" | "stall" | "none"): Generator<void, void> {
    for (let silent = 0; ;) {
      const handshake = act();
      if (handshake === "ack") return;
      if (handshake === "stall") throw new UsbStall("the device refuses");
      if (handshake === "none" && ++silent === TRIES)
        throw new UsbTimeout("the device does not answer");
      yield;
    }
  }

  private soon(): void {
    this.cancelFrame();
    this.cancelFrame = this.clock.at(this.clock.nowMicros, () => this.frame());
  }

  private frame(): void {
    if (!this.sendsFrames) return;
    this.device.startOfFrame();
    const moved = [this.advance(), this.isOpen && this.moveOut(), this.isOpen && this.moveIn()];
    const isBusy = moved.includes(true) || this.transfer !== undefined;
    const next = this.clock.nowMicros + (isBusy ? PACKET_MICROS : FRAME_MICROS);
    this.cancelFrame = this.clock.at(next, () => this.frame());
  }

  private advance(): boolean {
    const { transfer } = this;
    if (!transfer) return false;
    try {
      const { done, value } = transfer.steps.next();
      if (done) {
        this.transfer = undefined;
        transfer.resolve(value);
      } else if (this.clock.nowMicros > transfer.endMicros)
        throw new UsbTimeout(`request ${transfer.setup.request}: not completed within 5 s`);
    } catch (error) {
      this.transfer = undefined;
      transfer.reject(error as Error);
    }
    return true;
  }

  private moveOut(): boolean {
    if (this.outgoing.length === 0) return false;
    const packet = this.outgoing.subarray(0, PACKET_BYTES);
    if (this.device.out(this.address, DATA.out, packet, this.outToggle) !== "ack") return false;
    this.outToggle = !this.outToggle;
    this.outgoing = this.outgoing.subarray(packet.length);
    return true;
  }

  private moveIn(): boolean {
    for (let packets = 0; packets < PACKETS_PER_FRAME; packets++) {
      const reply = this.device.in(this.address, DATA.in);
      if (typeof reply === "string") return packets > 0;
      if (reply.toggle !== this.inToggle) throw new Error("bulk: a packet with the wrong toggle");
      this.inToggle = !this.inToggle;
      if (reply.data.length > 0) this.onData(Buffer.from(reply.data));
    }
    return true;
  }
}
