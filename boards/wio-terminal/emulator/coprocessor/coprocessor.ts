/**
 * A model of the Wio Terminal's Wi-Fi coprocessor: an RTL8720DN with seeed-ambd-firmware 2.1.3, as
 * seen through its UART. It serves one call at a time, like the real one; its sockets are real.
 * Tests can order faults that the real one shows by itself.
 */
import { isIPv4 } from "node:net";
import { type CallName, nameOf, SERVICE } from "./calls";
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
import { type Fault, Faults } from "./faults";
import { FrameReader, toFrame } from "./frame";
import { callSocket, isSocketCall } from "./socket-calls";
import { Sockets } from "./sockets";
import { Waits } from "./waits";

const SECURITY = { open: 0, wpa2Aes: 0x00400004 } as const;

/** `netconn_gethostbyname`: an address of zeros, and an i8 that is not 0. */
const NOT_FOUND = Buffer.concat([binary(Buffer.alloc(4)), Buffer.from([0xff])]);
/** Of the callbacks' service. */
const DNS_FOUND = 2;
/** lwIP's ERR_INPROGRESS, -5. */
const IN_PROGRESS = 0xfb;

export interface Network {
  ssid: string;
  /** Undefined for an open network. */
  password?: string;
  /** Addresses by name. Other names are not found. */
  hosts?: Record<string, string>;
  /** Nothing is behind it: no connection leaves it. */
  isDeadEnd?: boolean;
}

export class Coprocessor {
  readonly sockets: Sockets;
  /** The calls that were served, in order. */
  readonly calls: CallName[] = [];
  /** How often the board has switched it on. */
  powerUps = 0;
  /** Those that are there, if they are in range. */
  readonly networks: Network[];
  /** Whether any network is in range. */
  inRange = true;
  /** Whether the network's DHCP server answers. If not, the call fails at once; the real one takes 62 s. */
  dhcpWorks = true;
  version = "2.1.3";
  /** How long the answer to a call takes that the real one would give at once, ms. */
  latencyMs: (call: CallName) => number = () => 0;

  /** Called for a call that the model does not answer. The real one knows some of them. */
  onUnknownCall: (serviceId: number, functionId: number) => void = (serviceId, functionId) => {
    throw new Error(`the board called function ${functionId} of service ${serviceId}`);
  };

  private readonly faults = new Faults();
  private frames = new FrameReader();
  private powered = false;
  private frozen = false;
  private adapterReady = false;
  private radioOn = false;
  private joined: Network | undefined;
  /** The network that the board last wanted to join. */
  wanted: Pick<Network, "ssid" | "password"> | undefined;
  private run = new AbortController(); // the next restart aborts it
  private serving: Promise<void> = Promise.resolve();
  private outstanding = 0;

  constructor(
    network: Network,
    /** Puts bytes on the line to the board. */
    private readonly transmit: (bytes: Uint8Array) => void,
    /** Its time: this machine's, or an emulated chip's. */
    readonly waits = new Waits(),
  ) {
    this.networks = [network];
    this.sockets = new Sockets(waits);
  }

  /** Makes the next call of this name fail in this way. Several orders queue up. */
  order(call: CallName, fault: Fault): void {
    this.faults.order(call, fault);
  }

  /** Whether a call is still being served that the real chip would answer at once. */
  get isServing(): boolean {
    return this.outstanding > 0 && !this.waits.isWaiting;
  }

  /** Faults that were ordered and have not happened yet. */
  get pendingFaults(): number {
    return this.faults.pending;
  }

  setPower(on: boolean): void {
    if (on === this.powered) return;
    this.powered = on;
    if (on) this.powerUps++;
    this.restart();
  }

  /** The chip restarts: it forgets everything, and calls under way get no reply. */
  restart(): void {
    this.run.abort();
    this.run = new AbortController();
    this.frozen = false;
    this.adapterReady = false;
    this.radioOn = false;
    this.joined = undefined;
    this.frames = new FrameReader();
    this.sockets.reset();
  }

  /** The access point disappears: connections end, and the chip sends an event. */
  dropNetwork(): void {
    this.inRange = false;
    this.leave();
    this.event();
  }

  /** Bytes from the board. */
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
    // eRPC 1.7.4: a server sends no reply to a call that it does not know.
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

  /** `wifi_event`, one-way: u32 event id, then a union of 44 bytes. */
  event(): void {
    const stationDisconnected = 5;
    const event = Buffer.alloc(48);
    event.writeUInt32LE(stationDisconnected);
    this.transmit(toFrame(writeMessage(MESSAGE.oneWay, SERVICE.wifiEvents, 1, 1, binary(event))));
  }

  /** `tcpip_api_call_fn`, which expects an i32 as its answer. */
  private sendCallback(): void {
    this.transmit(toFrame(writeMessage(MESSAGE.invocation, SERVICE.wifiEvents, 3, 2, i32(0))));
  }

  private async perform(name: CallName, { args }: Call): Promise<Buffer> {
    if (isSocketCall(name)) return await callSocket(this.sockets, name, args, this.canReach);
    switch (name) {
      case "version":
        return text(this.version);
      case "adapterInit":
        // The real one's list of interfaces becomes a ring, and its network task never leaves it.
        if (this.adapterReady) this.frozen = true;
        this.adapterReady = true;
        return i32(0);
      case "wifiOff":
        this.radioOn = false;
        this.leave();
        return i32(0);
      case "wifiOn":
        this.radioOn = args.u32() === 1;
        // The event that the station has started comes before the reply.
        this.event();
        return i32(0);
      case "wifiDisconnect":
        this.leave();
        return i32(0);
      case "wifiConnect":
        return i32(this.join(args.text(), args.nullableText(), args.u32()));
      case "wifiIsConnected":
        return i32(this.joined ? 0 : -1);
      case "dhcpStart":
        return i32(this.joined && this.dhcpWorks ? 0 : -1);
      case "ipInfo":
        // If DHCP failed, the chip still shows an address, which it made up.
        return Buffer.concat([
          binary(
            Buffer.from(
              this.dhcpWorks
                ? [10, 0, 2, 15, 255, 255, 255, 0, 10, 0, 2, 2]
                : [192, 168, 1, 80, 255, 255, 255, 0, 192, 168, 1, 1],
            ),
          ),
          i32(0),
        ]);
      case "hostByName":
        return this.resolve(args.text());
      case "findHost":
        return this.find(args.text(), args.u32() !== 0, args.nullableBinary());
    }
  }

  private join(ssid: string, password: string | null, security: number): number {
    this.wanted = { ssid, ...(password !== null && { password }) };
    const found = this.networks.find(
      (network) => ssid === network.ssid && password === (network.password ?? null),
    );
    const right = security === (password === null ? SECURITY.open : SECURITY.wpa2Aes);
    this.joined = this.radioOn && this.inRange && right ? found : undefined;
    return this.joined ? 0 : -1;
  }

  private get canReach(): boolean {
    return this.joined !== undefined && this.joined.isDeadEnd !== true;
  }

  private leave(): void {
    this.joined = undefined;
    this.sockets.abort();
  }

  private resolve(host: string): Buffer {
    const address = this.joined?.hosts?.[host];
    if (address === undefined) return NOT_FOUND;
    return Buffer.concat([binary(addressBytes(address)), Buffer.from([0])]);
  }

  /**
   * `dns_gethostbyname_addrtype`: an address in digits is found at once. A name is found by a
   * callback after the reply, with zeros if there is no such name (the firmware's callback reads
   * through a null pointer then). The address in the reply is memory that the firmware has freed.
   */
  private find(host: string, hasCallback: boolean, argument: Buffer | null): Buffer {
    const isDigits = isIPv4(host);
    const known = this.joined?.hosts?.[host];
    const address = addressBytes(isDigits ? host : (known ?? "0.0.0.0"));
    const { run } = this;
    const tell = (): void => {
      const payload = Buffer.concat([text(host), binary(address), nullableBinary(argument)]);
      const callback = writeMessage(MESSAGE.invocation, SERVICE.wifiEvents, DNS_FOUND, 3, payload);
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
