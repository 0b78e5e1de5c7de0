/** Serves the emulated board's page. Only this machine can reach the page. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { listen } from "../../../server/base/listen";
import { bundlePage } from "../../../server/base/page-bundle";
import { lineFor, UserError } from "../../../server/base/user-error";
import { LIGHT_MAX_RAW } from "../../../src/common/wire";
import { WIO_FOLDER } from "../build/paths";
import type { EmulatedBoard } from "./emulated-board";
import { writeImage } from "./image-file";
import { type FromEmulator, parseFromPage } from "./page/messages";

const PAGE = join(WIO_FOLDER, "emulator/page");
const HOST = "127.0.0.1";
/** How often changes are sent to the page. */
const REFRESH_MS = 100;
const MESSAGE_BYTES_MAX = 1024;
const SENSOR_MAX = 65535;
const HEADERS = {
  "content-security-policy": "default-src 'self'; img-src data:; connect-src 'self'",
  "x-content-type-options": "nosniff",
} as const;

/** The upload limit. A UF2 file of the whole flash has 1 MB. */
const IMAGE_BYTES_MAX = 2 * 1024 * 1024;

export interface BoardServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws UserError if the port is taken */
export async function serveBoard(board: EmulatedBoard, port: number): Promise<BoardServer> {
  const files = await bundlePage(PAGE);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://page");
    if (request.method === "POST" && pathname === "/image") {
      if (!isOwnPage(request)) response.writeHead(403).end();
      else void takeImage(board, searchParams.get("name") ?? "", request, response);
      return;
    }
    const file = files.get(request.url ?? "");
    if (request.method !== "GET" || !file) response.writeHead(404).end();
    else response.writeHead(200, { ...HEADERS, "content-type": file.type }).end(file.body);
  });
  const host = `${HOST}:${await listen(server, HOST, port, "--port")}`;
  // Pages of other sites must not control the board.
  const isOwnPage = ({ headers }: IncomingMessage): boolean =>
    headers.origin === `http://${host}` && headers.host === host;
  const sockets = new WebSocketServer({
    server,
    path: "/live",
    maxPayload: MESSAGE_BYTES_MAX,
    verifyClient: ({ req }: { req: IncomingMessage }) => isOwnPage(req),
  });
  sockets.on("connection", (socket) => {
    let told = 0;
    let picture: Uint8Array | undefined;
    const say = (message: FromEmulator): void => socket.send(JSON.stringify(message));
    const refresh = (): void => {
      const { wio, chip } = board;
      if (wio.log.length > told) say({ kind: "console", lines: wio.log.slice(told) });
      told = wio.log.length;
      say({
        kind: "state",
        led: wio.led,
        light: Math.round((wio.light / SENSOR_MAX) * LIGHT_MAX_RAW),
        seconds: chip.clock.nowMicros / 1e6,
        failure: board.failure,
      });
      const shown = wio.display.picture().rgb;
      if (!picture || Buffer.compare(shown, picture) !== 0) socket.send(shown);
      picture = shown;
    };
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    socket.on("close", () => clearInterval(timer));
    socket.on("error", () => socket.terminate());
    socket.on("message", (data: Buffer) => obey(board, data.toString()));
  });
  return {
    url: `http://${host}/`,
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Replaces the image in flash. A file that is no image for the board changes nothing. */
async function takeImage(
  board: EmulatedBoard,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > IMAGE_BYTES_MAX)
        throw new UserError(`${name}: more than ${IMAGE_BYTES_MAX} bytes`);
      parts.push(part);
    }
    const image = { name, bytes: Buffer.concat(parts) };
    await board.reload((nvm) => writeImage(image, nvm, (text) => board.wio.log.push(text)));
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(400, { "content-type": "text/plain; charset=utf-8" }).end(lineFor(error));
  }
}

function obey({ wio }: EmulatedBoard, text: string): void {
  const message = parseFromPage(text);
  if (message?.kind === "light")
    wio.light = Math.round((message.light / LIGHT_MAX_RAW) * SENSOR_MAX);
  else if (message?.kind === "reset" && message.taps === 2) wio.doubleTap();
  else if (message?.kind === "reset") wio.chip.pressReset();
  else if (message?.kind === "button") wio.setButton(message.name, message.pressed);
}
