import {
  acknowledgement,
  COMMAND_FLAG,
  type JacdacPacket,
  makeFrame,
  packetsOf,
  TO_SERVICE_CLASS,
} from "../../boards/line/packets";
import { LIGHT_MAX_RAW } from "../../src/common/wire";

/**
 * A light sensor and a lamp on the virtual machine's bus: one Jacdac device with two services.
 * Names and numbers follow Jacdac's specification. Pure: the time is a parameter.
 */

const SRV_LIGHT_LEVEL = 0x17dc9a1c;
const SRV_LIGHT_BULB = 0x1cab054c;
const [CONTROL, SENSOR, LAMP] = [0, 1, 2];

const GET = 0x1000;
const SET = 0x2000;
const REGISTER_MASK = 0x0fff;
/** Registers of all services, of sensors, and of the light bulb. */
const INTENSITY = 0x001;
const STREAMING_SAMPLES = 0x003;
const STREAMING_INTERVAL = 0x004;
const READING = 0x101;
const DIMMABLE = 0x180;

const SERVICES = 0x00;
/** Acknowledgements are supported; the restart counter stays at 15. */
const ANNOUNCE_FLAGS = 0x010f;
/** Interval of announcements, ms. A device without one for 2 s is considered gone. */
const ANNOUNCE_INTERVAL_MS = 500;
/** Interval of the sensor's readings, ms. */
const SAMPLE_INTERVAL_MS = 20;

export class TabParts {
  /** Brightness of the lamp, as a share of its full brightness, 0..1. */
  brightness = 0;
  /**
   * Number of readings left to stream. Starts above 0, because the program sends its first request
   * only about 300 ms after it starts.
   */
  private samples = 255;
  private announcedMs = -Infinity;
  private sampledMs = -Infinity;

  /**
   * @param deviceId 16 hexadecimal digits
   * @param lightRaw light at the sensor, raw, 0..1023
   * @param send sends a frame to the virtual machine
   */
  constructor(
    private readonly deviceId: string,
    public lightRaw: number,
    private readonly send: (frame: Uint8Array) => void,
    private readonly onBrightness: (brightness: number) => void,
  ) {}

  /**
   * Sends the announcements and readings that are due. Must be called at least every
   * `SAMPLE_INTERVAL_MS`.
   */
  tick(nowMs: number): void {
    if (nowMs - this.announcedMs >= ANNOUNCE_INTERVAL_MS) this.announce(nowMs);
    if (this.samples === 0 || nowMs - this.sampledMs < SAMPLE_INTERVAL_MS) return;
    this.sampledMs = nowMs;
    this.samples--;
    this.report(SENSOR, GET | READING, this.reading());
  }

  /** Announces the services, which the virtual machine assigns to the program's sensor and lamp. */
  announce(nowMs: number): void {
    this.announcedMs = nowMs;
    this.report(CONTROL, SERVICES, u32(ANNOUNCE_FLAGS, SRV_LIGHT_LEVEL, SRV_LIGHT_BULB));
  }

  /** Handles a frame from the virtual machine. */
  take(frame: Uint8Array): void {
    if (((frame[3] ?? 0) & (COMMAND_FLAG | TO_SERVICE_CLASS)) !== COMMAND_FLAG) return;
    const packets = packetsOf(frame);
    if (packets[0]?.device !== this.deviceId) return;
    const acknowledged = acknowledgement(frame, this.deviceId);
    if (acknowledged) this.send(acknowledged);
    for (const packet of packets) this.command(packet);
  }

  private command({ service, command, payload }: JacdacPacket): void {
    const register = command & REGISTER_MASK;
    if ((command & ~REGISTER_MASK) === SET) this.set(service, register, payload);
    else if ((command & ~REGISTER_MASK) === GET) {
      const value = this.get(service, register);
      // The specification requires silence for unknown registers.
      if (value) this.report(service, command, value);
    }
  }

  private set(service: number, register: number, payload: Uint8Array): void {
    if (service === SENSOR && register === STREAMING_SAMPLES) this.samples = payload[0] ?? 0;
    if (service !== LAMP || register !== INTENSITY) return;
    this.brightness = ((payload[0] ?? 0) + 256 * (payload[1] ?? 0)) / 0xffff;
    this.onBrightness(this.brightness);
  }

  private get(service: number, register: number): Uint8Array | undefined {
    if (service === SENSOR)
      switch (register) {
        case STREAMING_SAMPLES:
          return Uint8Array.of(this.samples);
        case STREAMING_INTERVAL:
          return u32(SAMPLE_INTERVAL_MS);
        case READING:
          return this.reading();
      }
    if (service === LAMP)
      switch (register) {
        case INTENSITY:
          return u16(Math.round(this.brightness * 0xffff));
        case DIMMABLE:
          return Uint8Array.of(1);
      }
    return undefined;
  }

  private reading(): Uint8Array {
    return u16(Math.round((this.lightRaw / LIGHT_MAX_RAW) * 0xffff));
  }

  private report(service: number, command: number, payload: Uint8Array): void {
    this.send(makeFrame({ device: this.deviceId, service, command, payload }));
  }
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

function u32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
}
