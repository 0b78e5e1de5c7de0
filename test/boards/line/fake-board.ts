import { Board, SERVICE_CLASS } from "../../../boards/line/board";
import { Packet } from "../../../server/simulator/jacdac";
import { Decoder, encode } from "../../support/jdusb";

const DEVICE = "12abdd2289421234";
const CLASSES = [0, SERVICE_CLASS.manager, SERVICE_CLASS.settings, SERVICE_CLASS.wifi];
const [GET, SET, DELETE] = [0x80, 0x81, 0x84];
const SET_RUNNING = 0x2080;

/**
 * Stands in for a board on a lossless line. Its settings are a plain store, like that of a runtime
 * that cannot change several settings together. Tests add further behaviour.
 */
export class FakeBoard {
  readonly settings = new Map<string, string>();
  isRunning = true;
  /** Called after each stored setting. */
  onStored: (name: string) => void = () => undefined;
  /** Called when the program starts. */
  onStart: () => void = () => undefined;
  private nowMs = 0;
  readonly line = new Board((bytes) => this.decoder.push(bytes), {
    nowMs: () => this.nowMs,
    wait: (ms) => {
      this.nowMs += ms;
      return Promise.resolve();
    },
  });
  private readonly decoder = new Decoder((frame) => this.take(Packet.fromBinary(frame)));

  say(line: string): void {
    this.line.receive(Buffer.from(`${line}\n`));
  }

  private take(packet: Packet): void {
    if (packet.isMultiCommand) {
      this.report(0, 0, new Uint8Array(new Uint32Array(CLASSES).buffer));
      return;
    }
    if (packet.requiresAck) this.report(0x3f, packet.crc, new Uint8Array());
    const { serviceIndex, serviceCommand, data } = packet;
    if (CLASSES[serviceIndex] === SERVICE_CLASS.settings) this.setting(serviceCommand, data);
    // An empty report means that the board has not joined a network.
    else if (CLASSES[serviceIndex] === SERVICE_CLASS.wifi)
      this.report(serviceIndex, serviceCommand, new Uint8Array());
    else if (serviceCommand === SET_RUNNING) {
      this.isRunning = data[0] === 1;
      if (this.isRunning) this.onStart();
    }
  }

  private setting(command: number, data: Uint8Array): void {
    const [name = "", value = ""] = Buffer.from(data).toString().split("\0");
    if (command === GET)
      this.report(2, GET, Buffer.from(`${name}\0${this.settings.get(name) ?? ""}`));
    else if (command === DELETE) this.settings.delete(name);
    else if (command === SET) {
      this.settings.set(name, value);
      this.onStored(name);
    }
  }

  private report(service: number, command: number, payload: Uint8Array): void {
    const packet = Packet.from(command, payload);
    packet.deviceIdentifier = DEVICE;
    packet.serviceIndex = service;
    this.line.receive(encode(packet.toBuffer()));
  }
}
