import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { WebSocketServer } from "ws";
import { LIGHT_MAX } from "../../src/common/wire";
import type { Events, GroupView } from "../../src/common/api";
import type { Broker } from "../broker/broker";
import type { Devices } from "../deciding/devices";
import { EventStream } from "./event-stream";
import { HttpError, readJsonObject } from "./http-request";
import { createHttpServer } from "./http-server";
import { answerTelemetry, type HistoryAnswers } from "./telemetry";
import { LiveChanges } from "./live-changes";
import { listen } from "../base/listen";
import type { Metrics } from "./metrics";
import type { PageAccess } from "./page-access";
import type { Asset } from "../base/page-bundle";
import type { Fields } from "../../src/common/server-rule";
import type { Tls } from "../setup/tls";
import { messageOf } from "../base/user-error";
import { VERSION } from "../base/version";
import { serveMqtt } from "./web-mqtt";

export interface WebOptions {
  host: string;
  port: number;
  /** For https. */
  tls?: Tls;
  access: PageAccess;
  maxConnections: number;
  assets: Map<string, Asset>;
  devices: Devices;
  snapshot: () => Events["snapshot"];
  isBrokerConnected: () => boolean;
  groups: () => GroupView[];
  metrics: Metrics;
  history: HistoryAnswers;
  /** @returns what is sent @throws HttpError naming the field that is wrong */
  sendCommand: (id: string, request: Record<string, unknown>) => Fields;
  /** The embedded broker, where there is one: MQTT over WebSocket at /mqtt. */
  broker: Broker | undefined;
}

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The page, the HTTP interface beside it, and MQTT over WebSocket. */
export class Web {
  readonly events = new EventStream();
  private readonly changes: LiveChanges;

  private constructor(
    private readonly server: Server,
    private readonly sockets: WebSocketServer,
    private readonly options: WebOptions,
    readonly port: number,
  ) {
    this.changes = new LiveChanges(options.devices, this.events);
  }

  /** @throws UserError where the port is taken */
  static async start(options: WebOptions): Promise<Web> {
    const server = createHttpServer(options.tls, options.maxConnections);
    const port = await listen(server, options.host, options.port, "--http-port");
    const sockets = serveMqtt(server, options.broker, options.access);
    const web = new Web(server, sockets, options, port);
    server.on("request", (request, response) => void web.answer(request, response));
    return web;
  }

  async stop(): Promise<void> {
    this.changes.stop();
    this.events.stop();
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      this.options.access.refuseCrossSite(request);
      if (await this.letIn(request, response)) await this.route(request, response);
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      if (error instanceof HttpError && error.allow) response.setHeader("allow", error.allow);
      json(response, status, { error: messageOf(error) });
    }
  }

  /** @returns false where the login page was the answer */
  private async letIn(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { access } = this.options;
    const path = pathOf(request);
    // Tells whoever watches over the server whether it is well, and nothing else.
    if (path === "/healthz" || access.knows(request)) return true;
    if (path === "/login" && request.method === "POST") await access.login(request, response);
    else if (path === "/") access.askForToken(response);
    else {
      access.refuse(request, "token", "no token");
      throw new HttpError(401, "a token is needed: Authorization: Bearer TOKEN");
    }
    return false;
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const asset = this.options.assets.get(path);
    if (asset) {
      allow(request, "GET");
      response.setHeader("content-type", asset.type).end(asset.body);
      return;
    }
    switch (path) {
      case "/healthz":
        allow(request, "GET");
        this.health(request, response);
        return;
      case "/metrics":
        allow(request, "GET");
        await this.metrics(response);
        return;
      case "/api/devices":
        allow(request, "GET");
        json(response, 200, this.options.devices.list());
        return;
      case "/api/groups":
        allow(request, "GET");
        json(response, 200, this.options.groups());
        return;
      case "/api/events":
        allow(request, "GET");
        this.changes.flush();
        this.events.add(response, this.options.snapshot());
        return;
    }
    const [, id, action] = /^\/api\/devices\/([^/]+)\/(light|commands|telemetry)$/.exec(path) ?? [];
    if (id === undefined) throw new HttpError(404, `nothing at ${path}`);
    if (action === "telemetry") await this.telemetry(request, response, decodeId(id));
    else if (action === "light") await this.setLight(request, response, decodeId(id));
    else await this.command(request, response, decodeId(id));
  }

  private health(request: IncomingMessage, response: ServerResponse): void {
    const ok = this.options.isBrokerConnected();
    // A stranger need not know which faults to look up.
    const known = this.options.access.knows(request) && { version: VERSION };
    json(response, ok ? 200 : 503, { ok, ...known, brokerConnected: ok });
  }

  private async metrics(response: ServerResponse): Promise<void> {
    const { metrics } = this.options;
    response.setHeader("content-type", metrics.contentType).end(await metrics.text());
  }

  private async telemetry(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
  ): Promise<void> {
    allow(request, "GET");
    const { history } = this.options;
    await answerTelemetry(history, id, queryOf(request), request, response);
  }

  private async setLight(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
  ): Promise<void> {
    allow(request, "PUT");
    const { light } = await readJsonObject(request);
    this.demandDevice(id);
    const simulated = this.options.devices.simulated(id);
    if (!simulated)
      throw new HttpError(409, `${id}: is not simulated, its light can't be set from here`);
    if (typeof light !== "number" || !(light >= 0 && light <= LIGHT_MAX))
      throw new HttpError(400, `light: allowed is a number from 0 to ${LIGHT_MAX}`);
    simulated.lightRaw = light;
    json(response, 200, { light });
  }

  private async command(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
  ): Promise<void> {
    allow(request, "POST");
    const command = await readJsonObject(request);
    this.demandDevice(id);
    json(response, 202, this.options.sendCommand(id, command));
  }

  private demandDevice(id: string): void {
    if (!this.options.devices.has(id)) throw new HttpError(404, `no device ${id}`);
  }
}

function pathOf(request: IncomingMessage): string {
  const { url = "/" } = request;
  // What is no path, as of a proxy's request, is at least nothing of ours.
  return URL.canParse(url, "http://localhost") ? new URL(url, "http://localhost").pathname : url;
}

function queryOf({ url = "/" }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.split("?", 2)[1] ?? "");
}

function allow(request: IncomingMessage, method: string): void {
  if (request.method === method || (method === "GET" && request.method === "HEAD")) return;
  throw new HttpError(405, `${request.method ?? "?"}: allowed is ${method}`, method);
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, "device id: bad percent-encoding");
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(value)}\n`);
}
