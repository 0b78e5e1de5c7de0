/**
 * A model of the Wio Terminal's Wi-Fi coprocessor, an RTL8720DN with seeed-ambd-firmware 2.1.3, as
 * seen through its UART. Like the real chip, the model serves one call at a time. Its sockets are
 * real. Tests can order faults that occur on the real chip now and then.
 */
import { isIPv4 } from "node:net";
import { type CallName, nameOf, RPC_SERVICE } from "./calls";
import {
  binary,
  type Call,
  i32,
  MESSAGE,
  nullableBinary,
  readCall,
  text,
  writeMessage,
} from "./codec";
import { Delays } from "./delays";
import { type Fault, Faults } from "./faults";
import { FrameReader, toFrame } from "./frame";
import { callSocket, isSocketCall } from "./socket-calls";
import { Sockets } from "./sockets";
import { type Network, Station } from "./station";

/** Address, mask and gateway that DHCP assigns. */
const LEASE = Buffer.from([10, 0, 2, 15, 255, 255, 255, 0, 10, 0, 2, 2]);
/**
 * The reply of `netconn_gethostbyname` if the name is not found: an address of zeros, and an i8
 * that is not 0.
 */
const NOT_FOUND = Buffer.concat([binary(Buffer.alloc(4)), Buffer.from([0xff])]);
/** The function number of the "DNS found" callback in the service of callbacks. */
const DNS_FOUND = 2;
/** lwIP's ERR_INPROGRESS, -5. */
const IN_PROGRESS = 0xfb;

export class Coprocessor {
  readonly sockets: Sockets;
  readonly station: Station;
  /** The calls served, in order. */
  readonly calls: CallName[] = [];
  /** The number of times the board has switched the coprocessor on. */
  powerUps = 0;
  version = "2.1.3";
  /** The delay before the reply to a call that the real chip answers at once, ms. */
  latencyMs: (call: CallName) => number = () => 0;

  /** Called for a call that the model does not answer. The real chip knows some of these calls. */
  onUnknownCall: (serviceId: number, functionId: number) => void = (serviceId, functionId) => {
    throw new Error(`the board called function ${functionId} of service ${serviceId}`);
  };

  private readonly faults = new Faults();
  private frames = new FrameReader();
  private powered = false;
  private frozen = false;
  private adapterReady = false;
  private run = new AbortController(); // aborted at the next restart
  private serving: Promise<void> = Promise.resolve();
  private outstanding = 0;

  constructor(
    network: Network,
    /** Puts bytes on the line to the board. */
    private readonly transmit: (bytes: Uint8Array) => void,
    /** The source of time: this machine's clock, or an emulated chip's. */
    readonly waits = new Delays(),
  ) {
    this.station = new Station([network]);
    this.sockets = new Sockets(waits);
  }

  /** Orders a fault for the next call of this name. Several orders for one name queue up. */
  injectFault(call: CallName, fault: Fault): void {
    this.faults.order(call, fault);
  }

  /** Whether a call is pending that the real chip would have answered already. */
  get isServing(): boolean {
    return this.outstanding > 0 && !this.waits.isWaiting;
  }

  /** The number of ordered faults that have not occurred yet. */
  get injectedFaults(): number {
    return this.faults.pending;
  }

  setPower(on: boolean): void {
    if (on === this.powered) return;
    this.powered = on;
    if (on) this.powerUps++;
    this.restart();
  }

  /** Restarts the chip. All state is lost, and pending calls get no reply. */
  restart(): void {
    this.run.abort();
    this.run = new AbortController();
    this.frozen = false;
    this.adapterReady = false;
    this.station.switchOff();
    this.frames = new FrameReader();
    this.sockets.reset();
  }

  /** Takes the access point out of range: connections end, and the chip sends an event. */
  dropNetwork(): void {
    this.station.inRange = false;
    this.leave();
    this.event();
  }

  /** Receives bytes from the board. */
  receive(bytes: Uint8Array): void {
    if (!this.powered) return;
    for (const message of this.frames.push(bytes)) {
      const { run } = this;
      this.outstanding++;
      this.serving = this.serving
        .then(() => this.serve(message, run))
        .finally(() => this.outstanding--);
    }
  }

  private async serve(message: Buffer, run: AbortController): Promise<void> {
    if (run !== this.run || this.frozen) return;
    const call = readCall(message);
    if (call.type !== MESSAGE.invocation) return; // the board's answer to a callback
    const name = nameOf(call);
    // eRPC 1.7.4: a server sends no reply to an unknown call.
    if (name === undefined) return this.onUnknownCall(call.serviceId, call.functionId);
    this.calls.push(name);
    const fault = this.faults.take(name);
    const result = await this.perform(name, call);
    await this.waits.wait(this.latencyMs(name), run.signal);
    if (run !== this.run) return;
    const payload =
      fault?.kind === "return"
        ? i32(fault.value)
        : fault?.kind === "unknownHost"
          ? NOT_FOUND
          : result;
    const { serviceId, functionId, sequence } = call;
    const reply = writeMessage(MESSAGE.reply, serviceId, functionId, sequence, payload);
    await this.answer(toFrame(reply), run, fault);
  }

  private async answer(frame: Buffer, run: AbortController, fault?: Fault): Promise<void> {
    switch (fault?.kind) {
      case "lose":
        return;
      case "freeze":
        this.frozen = true;
        return;
      case "reset":
        this.restart();
        return;
      case "delay":
        await this.waits.wait(fault.ms, run.signal);
        if (run !== this.run) return;
        break;
      case "corrupt":
        frame.writeUInt8(frame.readUInt8(frame.length - 1) ^ 0x10, frame.length - 1);
        break;
      case "garbageFirst":
        this.transmit(Buffer.from("\xff\xff\x13noise", "latin1"));
        break;
      case "callbackFirst":
        this.event();
        this.sendCallback();
        break;
      case "double":
        this.transmit(frame);
        break;
      case "return":
      case "unknownHost":
      case undefined:
        break;
    }
    this.transmit(frame);
  }

  /** Sends `wifi_event`, one-way: u32 event id, then a union of 44 bytes. */
  event(): void {
    const stationDisconnected = 5;
    const event = Buffer.alloc(48);
    event.writeUInt32LE(stationDisconnected);
    this.transmit(
      toFrame(writeMessage(MESSAGE.oneWay, RPC_SERVICE.wifiEvents, 1, 1, binary(event))),
    );
  }

  /** Calls `tcpip_api_call_fn`, which expects an i32 as the answer. */
  private sendCallback(): void {
    this.transmit(toFrame(writeMessage(MESSAGE.invocation, RPC_SERVICE.wifiEvents, 3, 2, i32(0))));
  }

  private async perform(name: CallName, { args }: Call): Promise<Buffer> {
    const { sockets, station } = this;
    if (isSocketCall(name)) return await callSocket(sockets, name, args, station.canReach);
    switch (name) {
      case "version":
        return text(this.version);
      case "adapterInit":
        // On the real chip, a second call makes the list of interfaces a ring, and the network task
        // never leaves it.
        if (this.adapterReady) this.frozen = true;
        this.adapterReady = true;
        return i32(0);
      case "wifiOff":
        station.switchOff();
        sockets.abort();
        return i32(0);
      case "wifiOn":
        station.radioOn = args.u32() === 1;
        // The "station started" event comes before the reply.
        this.event();
        return i32(0);
      case "wifiDisconnect":
        this.leave();
        return i32(0);
      case "wifiConnect":
        return i32(station.join(args.text(), args.nullableText(), args.u32()) ? 0 : -1);
      case "wifiIsConnected":
      case "dhcpStart":
        return i32(station.isJoined ? 0 : -1);
      case "ipInfo":
        return Buffer.concat([binary(LEASE), i32(0)]);
      case "hostByName":
        return this.resolve(args.text());
      case "findHost":
        return this.find(args.text(), args.u32() !== 0, args.nullableBinary());
    }
  }

  private leave(): void {
    this.station.leave();
    this.sockets.abort();
  }

  private resolve(host: string): Buffer {
    const address = this.station.find(host);
    if (address === undefined) return NOT_FOUND;
    return Buffer.concat([binary(addressBytes(address)), Buffer.from([0])]);
  }

  /**
   * `dns_gethostbyname_addrtype`: an address in digits is found at once. For a name, the result
   * comes in a callback after the reply, with zeros if the name does not exist (the real firmware's
   * callback then reads through a null pointer). The address in the reply is memory that the
   * firmware has freed.
   */
  private find(host: string, hasCallback: boolean, argument: Buffer | null): Buffer {
    const isDigits = isIPv4(host);
    const known = this.station.find(host);
    const address = addressBytes(isDigits ? host : (known ?? "0.0.0.0"));
    const { run } = this;
    const tell = (): void => {
      const payload = Buffer.concat([text(host), binary(address), nullableBinary(argument)]);
      const callback = writeMessage(
        MESSAGE.invocation,
        RPC_SERVICE.wifiEvents,
        DNS_FOUND,
        3,
        payload,
      );
      if (run === this.run) this.transmit(toFrame(callback));
    };
    if (!isDigits) setImmediate(tell);
    else if (hasCallback) tell();
    const freed = binary(Buffer.alloc(4, 0xaa));
    return Buffer.concat([freed, Buffer.from([isDigits ? 0 : IN_PROGRESS])]);
  }
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}
