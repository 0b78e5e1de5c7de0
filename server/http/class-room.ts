import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import type { ClassEvent, ClassView } from "../../src/common/api";
import { isTabId } from "../base/tab-id";
import { HttpError, parseLight, readJsonObject, requireMethod, sendJson } from "./http-request";

/** Interval of pings, which keep proxies from closing an idle connection, ms. */
const HEARTBEAT_MS = 15_000;

/**
 * A teacher's control of all devices in browser tabs: darkens their room, cuts their network, or
 * restarts one device. The settings last until they are changed back or the server stops.
 */
export class ClassRoom {
  view: ClassView = { light: null, networkCut: false };
  onChange: (view: ClassView) => void = () => undefined;
  private readonly tabs = new Set<WebSocket>();
  private readonly timer = setInterval(() => {
    for (const tab of this.tabs) tab.ping();
  }, HEARTBEAT_MS);

  stop(): void {
    clearInterval(this.timer);
  }

  /**
   * Sends a new tab the current state first, then each change.
   * @param mayProgram whether learners may change the devices' programs
   */
  addTab(socket: WebSocket, mayProgram: boolean): void {
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.tabs.delete(socket));
    this.tabs.add(socket);
    const first: ClassEvent[] = [
      { kind: "room", room: this.view },
      { kind: "program", mayChange: mayProgram },
    ];
    for (const event of first) socket.send(JSON.stringify(event));
  }

  /**
   * Handles `GET` and `PUT /api/class`, `POST /api/class/reset`.
   * @param hasDevice whether the server knows a device with this id
   * @returns false if the path belongs to another handler
   * @throws HttpError
   */
  async answer(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    hasDevice: (id: string) => boolean,
  ): Promise<boolean> {
    if (path === "/api/class") {
      requireMethod(request, "GET", "PUT");
      if (request.method === "PUT") this.change(await readJsonObject(request));
      sendJson(response, 200, this.view);
      return true;
    }
    if (path !== "/api/class/reset") return false;
    requireMethod(request, "POST");
    const { device } = await readJsonObject(request);
    if (typeof device !== "string" || !isTabId(device))
      throw new HttpError(
        400,
        'device: expected the id of a device in a tab, such as "tab-0a1b2c3d"',
      );
    if (!hasDevice(device)) throw new HttpError(404, `no device ${device}`);
    this.tell({ kind: "reset", device });
    sendJson(response, 202, { device });
    return true;
  }

  /**
   * Changes the settings for the class.
   * @throws HttpError 400
   */
  private change(body: Record<string, unknown>): void {
    const { light = this.view.light, networkCut = this.view.networkCut, ...others } = body;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined)
      throw new HttpError(
        400,
        `body: expected light and networkCut, got ${JSON.stringify(unknown)}`,
      );
    if (typeof networkCut !== "boolean")
      throw new HttpError(400, "networkCut: expected true or false");
    this.view = { light: light === null ? null : parseLight(light, ", or null"), networkCut };
    this.tell({ kind: "room", room: this.view });
    this.onChange(this.view);
  }

  private tell(event: ClassEvent): void {
    const text = JSON.stringify(event);
    for (const tab of this.tabs) tab.send(text);
  }
}
