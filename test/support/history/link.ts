import { createConnection, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";

export interface LinkHandlers {
  packet: (packet: Packet, link: Link) => void;
  /** Called when the link receives bytes that are not MQTT. */
  malformed: (error: Error, link: Link) => void;
  closed: (link: Link) => void;
}

const HALF: Packet = {
  cmd: "publish",
  topic: "a/0",
  payload: "the second half of this message is never sent",
  qos: 0,
  dup: false,
  retain: false,
};

/** One network connection of a client, with direct control over each packet. */
export class Link {
  /** Number of this connection in the history, once CONNECT has been sent. */
  connection = 0;
  closed = false;
  /** True once the client has stopped reading packets. */
  private deaf = false;

  private constructor(
    private readonly socket: Socket,
    handlers: LinkHandlers,
  ) {
    const packets = parser({ protocolVersion: 4 });
    packets.on("packet", (packet) => {
      if (!this.deaf) handlers.packet(packet, this);
    });
    packets.on("error", (error: Error) => {
      if (!this.deaf) handlers.malformed(error, this);
    });
    socket.on("data", (chunk) => packets.parse(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      handlers.closed(this);
    });
  }

  /**
   * Opens a connection.
   * @returns undefined if nothing listens on the port
   */
  static async open(port: number, handlers: LinkHandlers): Promise<Link | undefined> {
    const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
    return await new Promise((resolve) => {
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        resolve(new Link(socket, handlers));
      });
      socket.once("error", () => resolve(undefined));
    });
  }

  /** Sends all packets in one TCP segment, if they fit. */
  send(packets: Packet[]): void {
    if (packets.length > 0) this.socket.write(Buffer.concat(packets.map((one) => generate(one))));
  }

  /** Sends the first half of a message, which therefore must never arrive. */
  sendHalf(): void {
    const bytes = generate(HALF);
    this.socket.write(bytes.subarray(0, bytes.length >> 1));
  }

  ignore(): void {
    this.deaf = true;
  }

  /** Closes the client's side of the connection. Data already written is still sent. */
  end(): void {
    this.deaf = true;
    this.socket.end();
  }

  /** Closes the connection immediately. Data not yet sent is lost. */
  reset(): void {
    this.deaf = true;
    this.socket.resetAndDestroy();
  }
}
