import { locate, type SourceMap } from "../base/source-map";
import { MqttReader, packetWords, type WirePacket } from "./mqtt-reader";

/** The internal state of one device, derived from its program's log and its traffic. Pure. */

export interface InternalsLine {
  /** When the line was added, Unix time, ms. */
  atMs: number;
  /** Direction of traffic, as seen from the device. */
  direction?: "sent" | "received";
  text: string;
}

const KEPT_LINES = 300;

export class DeviceInternals {
  /** Whether the broker has accepted the connection. */
  isOnline = false;
  /** Number of unacknowledged readings since the connection was lost. */
  outbox = 0;
  /** Who decides for the LED; null until it is known. */
  decidedBy: "server" | "device" | null = null;
  /** Number of readings that the broker has acknowledged since power-on. */
  acknowledged = 0;
  /** Return code of the broker's last refusal to connect, or 0. */
  refusal = 0;
  /** The program's last panic, with the source line if it is known; empty if there was none. */
  panic = "";
  /** SHA-256 of the program, as logged by the virtual machine. */
  programHash = "";
  /** The lines of both lists, oldest first. */
  readonly log: InternalsLine[] = [];
  readonly wire: InternalsLine[] = [];
  /** The last logged exception, and the source line that threw it. */
  private fault: { message: string; place: string | undefined } = { message: "", place: undefined };
  private readonly sent = new MqttReader();
  private readonly received = new MqttReader();
  /** Topics of unacknowledged messages, by packet id. */
  private readonly unacknowledged = new Map<number, string>();

  /** @param places map to the sources, for a program that a learner has changed */
  constructor(private readonly places?: SourceMap) {}

  onLogLine(line: string, atMs: number): void {
    const hash = /^DevS-SHA256: ([0-9a-f]{64})/.exec(line.trimStart())?.[1];
    if (hash !== undefined) this.programHash = hash;
    this.noteFault(line);
    // The program's log lines begin with "> ", its errors with "! ". Other lines are the runtime's.
    if (!/^[>!] /.test(line)) return;
    const text = line.slice(2);
    keep(this.log, { atMs, text });
    const waiting = /^Outbox: (\d+)$/.exec(text)?.[1];
    if (waiting !== undefined) this.outbox = Number(waiting);
    if (text.startsWith("No server: deciding")) this.decidedBy = "device";
    if (text.startsWith("The server decides")) this.decidedBy = "server";
  }

  onPanic(code: number, atMs: number): void {
    const { message, place } = this.fault;
    const where = place === undefined ? "" : ` at ${place}`;
    this.panic = `Panic ${code}${where}${message === "" ? "" : `, ${message}`}`;
    keep(this.log, { atMs, text: `${this.panic}: the program restarts` });
  }

  /**
   * Parses the virtual machine's lines before a panic of a changed program: "* Exception: Error",
   * "*  message: too dark", and "*  at NAME_F3 (pc:86)" for each call on the stack, innermost first.
   */
  private noteFault(line: string): void {
    if (!this.places) return;
    if (line.startsWith("* Exception: ")) this.fault = { message: line.slice(2), place: undefined };
    const [, message] = /^\* {2}message: (.+)/.exec(line) ?? [];
    if (message !== undefined) this.fault.message += ` "${message}"`;
    if (/^\* {2}at /.test(line)) this.fault.place ??= locate(line, this.places);
  }

  onLink(isOpen: boolean, atMs: number): void {
    if (this.isOnline && !isOpen) keep(this.wire, { atMs, text: "Connection lost" });
    this.isOnline = false;
    this.unacknowledged.clear();
    this.sent.clear();
    this.received.clear();
  }

  onTraffic(direction: "sent" | "received", bytes: Uint8Array, atMs: number): void {
    const reader = direction === "sent" ? this.sent : this.received;
    for (const packet of reader.push(bytes)) {
      keep(this.wire, { atMs, direction, text: packetWords(packet) });
      if (direction === "sent") this.noteSent(packet);
      else this.noteReceived(packet);
    }
  }

  private noteSent({ name, text = "", payload = "", packetId }: WirePacket): void {
    if (name !== "PUBLISH") return;
    if (packetId !== undefined) this.unacknowledged.set(packetId, text);
    if (!text.endsWith("/state")) return;
    try {
      const state = JSON.parse(payload) as { decided_by?: "server" | "device"; outbox?: number };
      this.decidedBy = state.decided_by ?? this.decidedBy;
      this.outbox = state.outbox ?? this.outbox;
    } catch {
      // A state that can't be parsed is skipped.
    }
  }

  private noteReceived({ name, packetId = 0, returnCode = 0 }: WirePacket): void {
    if (name === "CONNACK") {
      this.isOnline = returnCode === 0;
      this.refusal = returnCode;
    }
    if (name !== "PUBACK") return;
    const topic = this.unacknowledged.get(packetId);
    this.unacknowledged.delete(packetId);
    if (!topic?.endsWith("/telemetry")) return;
    this.acknowledged++;
    this.outbox = Math.max(0, this.outbox - 1);
  }
}

function keep(lines: InternalsLine[], line: InternalsLine): void {
  lines.push(line);
  if (lines.length > KEPT_LINES) lines.shift();
}
