import type { IncomingMessage, ServerResponse } from "node:http";
import type { Group } from "../../src/common/groups";
import { UserError } from "../base/user-error";
import type { Devices } from "../deciding/devices";
import type { Updates } from "../updates/updates";
import { allow, HttpError, json, readJsonObject } from "./http-request";

export interface UpdateParts {
  updates: Updates;
  devices: Devices;
  groups: Group[];
}

/** `GET` and `POST /api/updates`. @throws HttpError */
export async function answerUpdates(
  { updates, devices, groups }: UpdateParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "?" } = request;
  if (method === "GET" || method === "HEAD") return json(response, 200, updates.view());
  if (method !== "POST")
    throw new HttpError(405, `expected GET or POST, got ${method}`, "GET, POST");
  const { device, group, all, downgrade = false } = await readJsonObject(request);
  if (typeof downgrade !== "boolean") throw new HttpError(400, "downgrade: expected true or false");
  const given = [device, group, all].filter((value) => value !== undefined).length;
  if (given !== 1) throw new HttpError(400, "body: expected one of device, group and all");
  const isId = typeof device === "string" && device !== "";
  if (device !== undefined && !isId) throw new HttpError(400, "device: expected an id");
  if (all !== undefined && all !== true) throw new HttpError(400, "all: expected true");
  try {
    if (isId) return json(response, 202, updates.begin(device, downgrade));
    const ids = all ? devices.list().map(({ id }) => id) : membersOf(group, groups);
    json(response, 202, updates.beginFleet(ids, downgrade));
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(409, error.message);
    throw error;
  }
}

function membersOf(name: unknown, groups: Group[]): string[] {
  const group = groups.find(({ id }) => id === name);
  if (!group) {
    const known = groups.map(({ id }) => id).join(", ") || "none";
    throw new HttpError(404, `no group ${JSON.stringify(name)}; there are: ${known}`);
  }
  return [...new Set([...group.members, ...group.lights])];
}

/** `POST /api/devices/ID/orders`. @throws HttpError */
export async function answerOrder(
  updates: Updates,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  allow(request, "POST");
  const { do: what } = await readJsonObject(request);
  if (what !== "identify" && what !== "report" && what !== "restart")
    throw new HttpError(400, "do: expected identify, report or restart");
  try {
    json(response, 202, await updates.order(id, what));
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(409, error.message);
    throw error;
  }
}
