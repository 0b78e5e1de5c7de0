import type { IncomingMessage, ServerResponse } from "node:http";
import { idExpected } from "../../src/common/id";
import type { ServerRule } from "../../src/common/server-rule";
import type { Counters, Decider, DeviceNames, Devices } from "../deciding/index";
import { sendCommand } from "./command-request";
import { DeviceEdits } from "./device-edits";
import {
  HttpError,
  parseLight,
  queryOf,
  readJsonObject,
  requireMethod,
  sendJson,
} from "./http-request";
import { answerTelemetry, type HistoryAnswers } from "./telemetry";
import { answerOrder, type UpdateParts } from "./updates";

export interface DeviceRoutesOptions {
  counts: Pick<Counters, "brokerConnected">;
  decider: Decider;
  devices: Devices;
  history: HistoryAnswers;
  names: DeviceNames;
  rule: ServerRule;
  updates: Omit<UpdateParts, "devices">;
}

type DevicePath = [string?, string?, ("light" | "commands" | "telemetry" | "name" | "orders")?];
/** Matches the device's percent-encoded id and the requested action. */
const DEVICE_PATH = /^\/api\/devices\/([^/]*)(?:\/(light|commands|telemetry|name|orders))?$/;

/** The HTTP API of a single device. */
export class DeviceRoutes {
  private readonly edits: DeviceEdits;

  constructor(private readonly options: DeviceRoutesOptions) {
    this.edits = new DeviceEdits({ ...options, history: options.history.history });
  }

  /**
   * Handles a request for one device.
   * @returns false if the path belongs to another handler
   * @throws HttpError
   */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const [, text, action] = (DEVICE_PATH.exec(path) ?? []) as DevicePath;
    if (text === undefined) return false;
    const id = decodeId(text);
    switch (action) {
      case "telemetry":
        requireMethod(request, "GET");
        await answerTelemetry(this.options.history, id, queryOf(request), request, response);
        break;
      case "light":
        requireMethod(request, "PUT");
        sendJson(response, 200, this.setLight(id, await readJsonObject(request)));
        break;
      case "commands": {
        requireMethod(request, "POST");
        const command = await readJsonObject(request);
        this.demandDevice(id);
        sendJson(response, 202, sendCommand(this.options.decider, this.options.rule, id, command));
        break;
      }
      case "orders":
        this.demandDevice(id);
        await answerOrder(this.options.updates, id, request, response);
        break;
      case "name":
        requireMethod(request, "PUT");
        sendJson(
          response,
          200,
          await this.edits.rename(id, (await readJsonObject(request))["name"]),
        );
        break;
      case undefined:
        requireMethod(request, "DELETE");
        sendJson(response, 200, await this.edits.remove(id, queryOf(request)));
    }
    return true;
  }

  private setLight(id: string, body: Record<string, unknown>): { light: number } {
    this.demandDevice(id);
    const simulated = this.options.devices.simulated(id);
    if (!simulated)
      throw new HttpError(409, `${id}: not simulated, so its light can't be set here`);
    const light = parseLight(body["light"]);
    simulated.lightRaw = light;
    return { light };
  }

  private demandDevice(id: string): void {
    if (!this.options.devices.has(id)) throw new HttpError(404, `no device ${id}`);
  }
}

/**
 * Decodes a percent-encoded device id.
 * @throws HttpError 400
 */
export function decodeId(text: string): string {
  let id: string;
  try {
    id = decodeURIComponent(text);
  } catch {
    throw new HttpError(400, "device id: bad percent-encoding");
  }
  const error = idExpected(id);
  if (error) throw new HttpError(400, `device id: ${error}`);
  return id;
}
