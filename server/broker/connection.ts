import type { Duplex } from "node:stream";
import { CONNECT, DISCONNECT } from "../../src/mqtt/packet";
import { type Reason, Refusal } from "../base/rejections";
import { messageOf } from "../base/user-error";
import type { Identity } from "./access";
import { admit } from "./admission";
import type { BrokerContext } from "./broker-context";
import { Decoder } from "./decoder";
import {
  ACCEPTED,
  BAD_CLIENT_ID,
  BAD_LOGIN,
  encodeConnack,
  NOT_AUTHORIZED,
  UNAVAILABLE,
} from "./encode";
import { PacketOutput } from "./output";
import { PacketRateLimit } from "./packet-rate-limit";
import type { Connect, Packet } from "./packets";
import { ConnectRefusal } from "./parse";
import { RequestHandler } from "./requests";
import type { Session, SessionConnection } from "./session";

/** How long a client may take to send its CONNECT before it is disconnected, ms [MQTT 3.1.4]. */
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * Time for a client to read the last packets before it is cut off, ms. It is longer than
 * `PATIENCE_MS`, the longest wait for the disk.
 */
const FAREWELL_MS = 6_000;

const RETURN_CODES: Partial<Record<Reason, number>> = {
  "client-id": BAD_CLIENT_ID,
  "login-rate": UNAVAILABLE,
  sessions: UNAVAILABLE,
  login: BAD_LOGIN,
};

/** One client on its stream, from its CONNECT to the end. */
export class Connection implements SessionConnection {
  private readonly decoder: Decoder;
  private readonly rateLimit: PacketRateLimit;
  private readonly output: PacketOutput;
  private identity: Identity | undefined;
  private session: Session | undefined;
  private requests: RequestHandler | undefined;
  private state: "new" | "login" | "open" | "ending" = "new";
  /** Time of the client's last packet, or of the last change of `state`; monotonic, ms. */
  private lastMs: number;
  private keepAliveMs = 0;

  /**
   * @param certificate common name of the client's verified certificate
   * @param nowMs the present time, monotonic, ms
   */
  constructor(
    private readonly context: BrokerContext,
    private readonly stream: Duplex,
    readonly address: string,
    private readonly certificate: string | undefined,
    private nowMs: number,
  ) {
    const { limits, journal } = context;
    this.lastMs = nowMs;
    this.decoder = new Decoder(limits["packet-bytes"]);
    this.rateLimit = new PacketRateLimit(limits["packets-per-second"], nowMs);
    this.output = new PacketOutput(stream, journal, () => this.session?.pump());
    stream.on("data", (chunk: Buffer) => {
      this.nowMs = performance.now();
      if (this.state === "ending") return;
      this.decoder.push(chunk);
      this.work();
    });
    stream.on("end", () => this.end());
    stream.on("error", () => stream.destroy());
    stream.on("close", () => {
      // The client is gone, so a login that is still being checked is abandoned.
      this.state = "ending";
      this.output.close();
      this.leave(false);
    });
  }

  get isLoggedIn(): boolean {
    return this.session !== undefined;
  }

  get isReady(): boolean {
    return this.output.isReady;
  }

  send(packet: Buffer, kept: boolean): void {
    this.output.send(packet, kept);
  }

  replaced(by: string): void {
    this.context.onReplaced(this.session?.clientId ?? "", this.address, by);
    this.end();
  }

  report({ reason, message }: Refusal): void {
    const who = this.identity?.name ? `${this.address} (${this.identity.name})` : this.address;
    this.context.rejections.refuse("broker", reason, `${who}: ${message}`);
  }

  /** Disconnects the client if its login would no longer be accepted. */
  usersChanged(): void {
    if (this.identity && !this.context.logins.stillKnown(this.identity)) this.end();
  }

  /**
   * Call about once a second. Disconnects a client that exceeds its keep alive [MQTT-3.1.2-24],
   * sends no CONNECT in time, or does not end after its last packets.
   * @param heldUpMs how long this process was held up, so that it received nothing
   */
  tick(nowMs: number, heldUpMs: number): void {
    this.lastMs = Math.min(nowMs, this.lastMs + heldUpMs);
    const silentMs = nowMs - this.lastMs;
    if (this.state === "ending") {
      if (silentMs > FAREWELL_MS) this.stream.destroy();
    } else if (this.state === "new") {
      // The client gets no answer, so its connection is destroyed at once, which makes room for
      // another.
      if (silentMs > CONNECT_TIMEOUT_MS) this.stream.destroy();
    } else if (this.keepAliveMs > 0 && silentMs > 1.5 * this.keepAliveMs) this.end();
  }

  /** Cuts the connection without publishing the client's will, because the broker stops. */
  drop(): void {
    this.session = undefined;
    this.stream.destroy();
  }

  private work(): void {
    try {
      while (this.state === "new" || this.state === "open") {
        const packet = this.decoder.next();
        if (!packet) break;
        this.lastMs = this.nowMs;
        this.rateLimit.spend(this.nowMs);
        this.handle(packet);
      }
    } catch (error) {
      this.fail(error);
    }
    // Checking a login takes time. During the check, data is still read, to notice the end of the
    // stream.
    this.output.holdBack(this.state === "login" && this.decoder.isFull);
  }

  private handle(packet: Packet): void {
    const { requests } = this;
    if (packet.type === CONNECT) {
      if (requests) throw new Refusal("malformed-packet", "a second CONNECT"); // [MQTT-3.1.0-2]
      this.state = "login";
      void this.login(packet);
    } else if (!requests) {
      // The first packet must be a CONNECT [MQTT-3.1.0-1].
      throw new Refusal("malformed-packet", `a packet of type ${packet.type} before a CONNECT`);
    } else if (packet.type === DISCONNECT) {
      this.leave(true);
      this.end();
    } else requests.handle(packet);
  }

  private async login(packet: Connect): Promise<void> {
    const { address, certificate, context } = this;
    const { username, password, keepAliveS } = packet;
    try {
      const identity = await context.logins.identify({ address, certificate, username, password });
      if (this.state !== "login") return;
      // The users may have changed while the password was checked.
      if (!context.logins.stillKnown(identity))
        throw new Refusal("login", `${identity.name} was removed or changed during the login`);
      const { session, isPresent } = admit(context, identity, packet, address);
      this.identity = identity;
      this.session = session;
      this.requests = new RequestHandler(context, identity, session, this);
      this.rateLimit.isUnlimited = identity.role === "server";
      // MQTT 3.1 has no "session present" flag: that byte is reserved there.
      this.send(encodeConnack(ACCEPTED, isPresent && packet.level === 4), true);
      session.resume(this);
      this.keepAliveMs = keepAliveS * 1000;
      this.state = "open";
      this.lastMs = this.nowMs = performance.now();
    } catch (error) {
      this.fail(this.withAnswer(error));
    }
    // Handles the packets that arrived during the login.
    this.work();
  }

  /** Adds the CONNACK that answers a refused login [MQTT-3.2.2-4, MQTT-3.2.2-5]. */
  private withAnswer(error: unknown): unknown {
    if (!(error instanceof Refusal)) return error;
    const code = RETURN_CODES[error.reason] ?? NOT_AUTHORIZED;
    return new ConnectRefusal(error.reason, error.message, encodeConnack(code));
  }

  private fail(error: unknown): void {
    if (this.state === "ending") return;
    if (error instanceof Refusal) this.report(error);
    else this.context.onTrouble(`client at ${this.address}: ${messageOf(error)}`);
    if (error instanceof ConnectRefusal) this.output.send(error.answer, false);
    this.end();
  }

  /** Sends the packets that are queued, then closes. Packets that arrive later are ignored. */
  private end(): void {
    if (this.state === "ending") return;
    this.state = "ending";
    this.lastMs = performance.now();
    this.output.end();
    this.leave(false);
  }

  private leave(isProper: boolean): void {
    const { session } = this;
    this.session = undefined;
    if (session) this.context.core.leave(session, isProper);
  }
}
