/** The WebSocket over which a device fetches its program. */
import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { Channel, helloMessage, SEED_BYTES } from "./channel";
import { Upload } from "./upload";

/** Silence after which a device is considered gone, ms. A device pings every 16 s. */
const SILENCE_MS = 45_000;

/** The delivery for a device that has proved its key. */
export interface ProgramDelivery {
  /** The padded program. */
  program: Buffer;
  /** Whether the device is still to get the program; false once the update was cancelled. */
  isMeant(): boolean;
  onOpen(): void;
  /** Called when the device has stored the program and starts it. */
  onStored(): void;
  /** Called when the device rejects the program. */
  onRefused(why: string): void;
  /** Called when the connection ends before the delivery is complete. */
  onLost(why: string): void;
}

export interface GatewayClient {
  /** The key that the device must prove, 32 bytes. */
  key: Buffer;
  /**
   * Called once the device has proved its key. Resolves to undefined if there is nothing to
   * deliver.
   */
  delivery(): Promise<ProgramDelivery | undefined>;
  /** Called when the client's proof is made with another key. */
  onForeign(): void;
}

/**
 * Serves a device's connection: checks its key, then sends it its program.
 * @param deviceSeed the seed that the device sent in its request
 */
export function serveProgram(socket: WebSocket, deviceSeed: Buffer, client: GatewayClient): void {
  const serverSeed = randomBytes(SEED_BYTES);
  const channel = new Channel(client.key, { device: deviceSeed, server: serverSeed });
  let download: { delivery: ProgramDelivery; upload: Upload } | undefined;
  let isProved = false;
  let isOver = false;
  const silence = setTimeout(() => end("it stopped answering"), SILENCE_MS);

  const end = (why: string) => {
    clearTimeout(silence);
    socket.terminate();
    if (isOver) return;
    isOver = true;
    if (download) download.delivery.onLost(`${why} ${download.upload.progress()}`);
  };
  const prove = async (frame: Buffer) => {
    if (isProved) return end("it spoke too early");
    isProved = channel.isProof(frame);
    if (!isProved) {
      client.onForeign();
      return end("it has another key");
    }
    const delivery = await client.delivery();
    if (!delivery || isOver) return end("there is nothing for it");
    download = { delivery, upload: new Upload(delivery.program) };
    socket.send(channel.proof());
    delivery.onOpen();
    for (const message of download.upload.first().send) socket.send(channel.seal(message));
  };
  const take = (data: RawData, isBinary: boolean) => {
    if (isOver || !isBinary) return end("it sent an unexpected message");
    silence.refresh();
    const frame = data as Buffer;
    if (!download) return void prove(frame);
    const { delivery, upload } = download;
    if (!delivery.isMeant()) return end("its update was cancelled");
    const message = channel.open(frame);
    if (!message) return end("a message was altered in transit");
    const { send, isLast, outcome } = upload.next(message);
    for (const answer of send) socket.send(channel.seal(answer));
    // Close before the program starts. The program clears the gateway client's address. If that
    // client is still connected, clearing its address closes the board's only socket, which the
    // program has opened for its broker by then (wssk_health.c: set_conn_string).
    if (isLast || outcome !== undefined) socket.close();
    if (outcome === undefined) return;
    isOver = true;
    clearTimeout(silence);
    if (outcome === "stored") delivery.onStored();
    else delivery.onRefused(outcome.why);
  };
  socket.on("message", take);
  socket.on("close", () => end("it disconnected"));
  socket.on("error", () => end("the connection failed"));
  socket.send(helloMessage(serverSeed));
}
