import { WebSocket } from "ws";
import { Transport } from "./jacdac";

/** Carries Jacdac frames to a DeviceScript development server, one frame per binary message. */
export class SocketTransport extends Transport {
  constructor(private readonly socket: WebSocket) {
    super("websocket", {});
    socket.on("message", (data, isBinary) => {
      if (isBinary) this.handleFrame(new Uint8Array(data as Buffer));
    });
  }

  protected override transportConnectAsync(): Promise<void> {
    return Promise.resolve();
  }

  protected override transportSendPacketAsync(frame: Uint8Array): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
    return Promise.resolve();
  }

  protected override transportDisconnectAsync(): Promise<void> {
    return Promise.resolve();
  }
}
