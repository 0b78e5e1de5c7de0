/** The WebSocket over which a device fetches its program. */
import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { Channel, hello, SEED_BYTES } from "./channel";
import { Upload } from "./upload";

/** A device pings every 16 s, s. One that is silent for longer has gone, ms. */
const SILENCE_MS = 45_000;

export interface Delivery {
  /** Of this connection, 32 bytes. */
  key: Buffer;
  /** Padded. */
  program: Buffer;
  /** False once nobody wants it any more. */
  isMeant(): boolean;
  /** The device has proved the key. */
  onOpen(): void;
  /** It has the program, and starts it. */
  onStored(): void;
  /** It will not have it. */
  onRefused(why: string): void;
  /** The connection ended before. */
  onLost(why: string): void;
}

/** @param deviceSeed as the device has sent it */
export function deliver(socket: WebSocket, deviceSeed: Buffer, delivery: Delivery): void {
  const serverSeed = randomBytes(SEED_BYTES);
  const channel = new Channel(delivery.key, { device: deviceSeed, server: serverSeed });
  const upload = new Upload(delivery.program);
  let isOpen = false;
  let isOver = false;
  const silence = setTimeout(() => end("it was silent"), SILENCE_MS);

  const end = (why: string) => {
    clearTimeout(silence);
    socket.terminate();
    if (isOver) return;
    isOver = true;
    delivery.onLost(upload.written > 0 ? `${why} after ${upload.written} bytes` : why);
  };
  const take = (data: RawData, isBinary: boolean) => {
    if (isOver || !isBinary) return end("it sent what no device sends");
    silence.refresh();
    const frame = data as Buffer;
    if (!isOpen) {
      if (!channel.isProof(frame)) return end("it has another key");
      if (!delivery.isMeant()) return end("its update was called off");
      isOpen = true;
      socket.send(channel.proof());
      delivery.onOpen();
      for (const message of upload.first().send) socket.send(channel.seal(message));
      return;
    }
    const message = channel.open(frame);
    if (!message) return end("a message was altered on its way");
    const { send, outcome } = upload.next(message);
    for (const answer of send) socket.send(channel.seal(answer));
    if (outcome === undefined) return;
    isOver = true;
    clearTimeout(silence);
    if (outcome === "stored") delivery.onStored();
    else {
      delivery.onRefused(outcome.why);
      socket.close();
    }
  };
  socket.on("message", take);
  socket.on("close", () => end("it hung up"));
  socket.on("error", () => end("the connection failed"));
  socket.send(hello(serverSeed));
}
