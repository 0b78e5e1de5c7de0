import { createConnection } from "node:net";
import { createWebSocketStream, WebSocket } from "ws";
import type { Connect } from "../support/mqtt-bytes";
import { Peer } from "./peer";

/** A broker under test. Tests know only its addresses. */
export interface Target {
  port: number;
  /** URL of the broker for MQTT over WebSocket. */
  webUrl: string;
}

/** One test at one broker: the test's clients, and names that no other test uses. */
export class Scene {
  private readonly peers: Peer[] = [];
  private clients = 0;

  constructor(
    private readonly target: Target,
    private readonly number: number,
  ) {}

  topic(name: string): string {
    return `t${this.number}/${name}`;
  }

  clientId(name: string): string {
    return `c${this.number}${name}`;
  }

  /** Opens a TCP connection without sending anything. */
  open(): Peer {
    const { port } = this.target;
    return this.keep(new Peer(createConnection({ port, host: "127.0.0.1", noDelay: true })));
  }

  /** Connects a client, by default with a clean session. */
  async client(options: Connect = {}, sessionPresent = false): Promise<Peer> {
    const peer = this.open();
    const id = this.clientId(`x${this.clients++}`);
    await peer.connect({ id, ...options }, sessionPresent);
    return peer;
  }

  /** Opens a WebSocket connection without sending anything. */
  async webSocket(subprotocols = ["mqtt"]): Promise<{ socket: WebSocket; peer: Peer }> {
    const socket = new WebSocket(this.target.webUrl, subprotocols);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return { socket, peer: this.keep(new Peer(createWebSocketStream(socket))) };
  }

  async end(): Promise<void> {
    for (const peer of this.peers) await peer.stop();
  }

  private keep(peer: Peer): Peer {
    this.peers.push(peer);
    return peer;
  }
}

/** A test of one statement. */
export interface Case {
  /** The statement's number: 3.1.0-2 for [MQTT-3.1.0-2]. */
  statement: string;
  /** The test's observation if the statement holds, worded to follow the statement's number. */
  sees: string;
  run: (scene: Scene) => Promise<void>;
}

export function when(statement: string, sees: string, run: Case["run"]): Case {
  return { statement, sees, run };
}
