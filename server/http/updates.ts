import type { IncomingMessage, ServerResponse } from "node:http";
import type { Group } from "../../src/common/groups";
import type { UpdateRequest } from "../../src/common/update-api";
import { UserError } from "../base/user-error";
import type { Devices } from "../deciding/index";
import { type OrderLog, parseNewSettings, type Updates } from "../updates/index";
import { HttpError, readJsonObject, requireMethod, sendJson } from "./http-request";

export interface UpdateParts {
  updates: Updates;
  devices: Devices;
  groups: Group[];
  orderLog: OrderLog;
  /** Returns the client's address, for the log. */
  from: (request: IncomingMessage) => string;
}

/** Handles `GET`, `POST` and `DELETE /api/updates`. @throws HttpError */
export async function answerUpdates(
  parts: UpdateParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { updates, orderLog } = parts;
  const { method = "?" } = request;
  if (method === "GET" || method === "HEAD") return sendJson(response, 200, updates.view());
  requireMethod(request, "GET", "POST", "DELETE");
  const asked = updateRequestOf(await readJsonObject(request));
  const { device, downgrade = false } = asked;
  const ids = device === undefined ? idsOf(asked, parts) : [device];
  const begins = method === "POST";
  const order = `${begins ? "update" : "cancel the update"} of ${wordsOf(asked)}`;
  const answer = await orConflict(() =>
    orderLog.note(
      order,
      parts.from(request),
      () => {
        if (!begins && device !== undefined) return updates.cancel(device);
        if (!begins) return updates.cancelFleet(asked.all ? undefined : ids);
        return device === undefined
          ? updates.beginFleet(ids, downgrade)
          : updates.begin(device, downgrade);
      },
      (done) => {
        if (!("isJoined" in done)) return "cancelled";
        return done.isJoined ? "already running" : "begun";
      },
    ),
  );
  sendJson(response, begins ? 202 : 200, answer);
}

/**
 * Checks the body of a request for updates.
 * @throws HttpError 400
 */
function updateRequestOf(body: Record<string, unknown>): UpdateRequest {
  const { device, group, all, downgrade = false } = body;
  if (typeof downgrade !== "boolean") throw new HttpError(400, "downgrade: expected true or false");
  const given = [device, group, all].filter((value) => value !== undefined).length;
  if (given !== 1) throw new HttpError(400, "body: expected one of device, group and all");
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  if (device !== undefined && !isText(device)) throw new HttpError(400, "device: expected an id");
  if (group !== undefined && !isText(group)) throw new HttpError(400, "group: expected a name");
  if (all !== undefined && all !== true) throw new HttpError(400, "all: expected true");
  return { device, group, all, downgrade } as UpdateRequest;
}

/**
 * Returns the devices that a request for updates selects.
 * @throws HttpError 404
 */
function idsOf({ group: name }: UpdateRequest, { devices, groups }: UpdateParts): string[] {
  if (name === undefined) return devices.list().map(({ id }) => id);
  const group = groups.find(({ id }) => id === name);
  if (group) return [...new Set([...group.members, ...group.lights])];
  const known = groups.map(({ id }) => id).join(", ") || "none";
  throw new HttpError(404, `no group ${JSON.stringify(name)}; expected one of: ${known}`);
}

function wordsOf({ device, group }: UpdateRequest): string {
  if (device !== undefined) return device;
  return group === undefined ? "all devices" : `group ${group}`;
}

/** Handles `POST /api/devices/ID/orders`. @throws HttpError */
export async function answerOrder(
  { updates, orderLog, from }: Omit<UpdateParts, "devices">,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireMethod(request, "POST");
  const { do: what, set } = await readJsonObject(request);
  const work = workOf(updates, id, what, set);
  const sent = await orConflict(() =>
    orderLog.note(`${String(what)} for ${id}`, from(request), work, ({ n }) => `sent as ${n}`),
  );
  sendJson(response, 202, sent);
}

/**
 * Returns a function that sends the requested order.
 * @throws HttpError 400
 */
function workOf(updates: Updates, id: string, what: unknown, set: unknown) {
  if (what === "identify" || what === "report" || what === "restart")
    return () => updates.order(id, what);
  if (what !== "set") throw new HttpError(400, "do: expected identify, report, restart or set");
  if (typeof set !== "object" || set === null || Array.isArray(set))
    throw new HttpError(400, "set: expected an object with a string for each setting");
  try {
    const changes = parseNewSettings(set as Record<string, unknown>);
    return () => updates.set(id, changes);
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(400, error.message);
    throw error;
  }
}

/**
 * Runs the work of a request.
 * @throws HttpError 409 if the updates reject the request
 */
async function orConflict<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(409, error.message);
    throw error;
  }
}
