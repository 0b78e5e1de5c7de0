import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { WebSocketServer } from "ws";
import { listen } from "../base/listen";
import type { Asset } from "../base/page-bundle";
import { messageOf, UserError } from "../base/user-error";
import { VERSION } from "../base/version";
import type { Broker } from "../broker/index";
import type { Counters, Decider } from "../deciding/index";
import type { Tls } from "../setup/tls";
import { GATEWAY_PATH } from "../updates/index";
import type { ClassJoin } from "./class-join";
import { decodeId, DeviceRoutes, type DeviceRoutesOptions } from "./device-routes";
import { EVENT_STREAM_HEADERS } from "./event-stream";
import { HttpError, requireMethod, sendJson } from "./http-request";
import { createHttpServer } from "./http-server";
import { type LiveParts, LiveStream } from "./live-stream";
import type { Metrics } from "./metrics";
import type { PageAccess } from "./page-access";
import { TabDeviceRoutes, type TabDeviceRoutesOptions } from "./tab-device";
import { TabProgramRoutes, type TabProgramRoutesOptions } from "./tab-program";
import { answerUpdates, type UpdateParts } from "./updates";
import { serveMqtt } from "./web-mqtt";
import { serveWebSockets, type SocketRoute } from "./web-sockets";

export interface WebServerOptions extends LiveParts, DeviceRoutesOptions {
  counts: Counters;
  decider: Decider;
  host: string;
  port: number;
  /** Certificate and key for HTTPS; absent for HTTP. */
  tls?: Tls;
  access: PageAccess;
  /** Path of the page behind a proxy, with a slash at both ends. */
  basePath: string;
  maxConnections: number;
  assets: Map<string, Asset>;
  metrics: Metrics;
  updates: Omit<UpdateParts, "devices">;
  /** The embedded broker, if there is one; serves MQTT over WebSocket at /mqtt. */
  broker: Broker | undefined;
  /** Set if devices may run in browser tabs, for which the embedded broker is needed. */
  tabs: TabDeviceRoutesOptions | undefined;
  /** Set if learners may change the programs of devices in tabs. */
  tabPrograms: TabProgramRoutesOptions | undefined;
  /** Set if a class may join with devices in tabs. */
  join: ClassJoin | undefined;
}

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The page, the HTTP API, and MQTT over WebSocket. */
export class WebServer {
  private readonly live: LiveStream;
  private readonly devices: DeviceRoutes;
  private readonly sockets: WebSocketServer;
  private readonly tab: TabDeviceRoutes | undefined;
  private readonly tabProgram: TabProgramRoutes | undefined;

  private constructor(
    private readonly server: Server,
    private readonly options: WebServerOptions,
    readonly port: number,
  ) {
    this.live = new LiveStream(options, options.updates.updates);
    this.tab = options.tabs && new TabDeviceRoutes(options.tabs);
    this.tabProgram = options.tabPrograms && new TabProgramRoutes(options.tabPrograms);
    this.devices = new DeviceRoutes(options);
    this.sockets = serveWebSockets(server, (request) => this.socketRoute(request));
    server.on("request", (request, response) => void this.answer(request, response));
  }

  /**
   * Starts the HTTP server.
   * @throws UserError if the port is in use
   */
  static async start(options: WebServerOptions): Promise<WebServer> {
    const server = createHttpServer(options.tls, options.maxConnections);
    const port = await listen(server, options.host, options.port, "--http-port");
    return new WebServer(server, options, port);
  }

  async stop(): Promise<void> {
    this.live.stop();
    this.options.classRoom?.stop();
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
      sendJson(response, status, { error: messageOf(error) });
    }
  }

  /**
   * Whether the request may proceed.
   * @returns false if the request has been answered, for example with the login page
   */
  private async letIn(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { access, join } = this.options;
    const path = this.pathOf(request);
    if (join?.answer(path, request, response)) return false;
    if (join?.admits(path, request)) return true;
    // A monitor may ask without a token: the answer is only whether the server is healthy.
    if (path === "/healthz" || access.isAuthenticated(request)) return true;
    if (path === "/login" && request.method === "POST") await access.login(request, response);
    else if (path === "/") access.askForToken(response, "");
    else if (path === "/device") access.askForToken(response, "device");
    else if (path === undefined) return true;
    else access.refuseUnauthenticated(request);
    return false;
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = this.pathOf(request);
    if (path === undefined) {
      // Relative links need the trailing slash.
      response.writeHead(308, { location: this.options.basePath }).end();
      return;
    }
    const asset = this.options.assets.get(path);
    if (asset) {
      requireMethod(request, "GET");
      response.setHeader("content-type", asset.type).end(asset.body);
      return;
    }
    if (await this.tabProgram?.answer(path, request, response)) return;
    if (await this.tab?.answer(path, request, response)) return;
    const { classRoom, devices } = this.options;
    if (await classRoom?.answer(path, request, response, (id) => devices.has(id))) return;
    switch (path) {
      case "/device":
        throw new HttpError(
          404,
          "/device: this server has no embedded broker that browsers may use",
        );
      case "/mqtt":
        response.setHeader("upgrade", "websocket");
        throw new HttpError(426, "/mqtt: expected a WebSocket");
      case "/healthz":
        requireMethod(request, "GET");
        this.health(request, response);
        return;
      case "/metrics":
        requireMethod(request, "GET");
        await this.metrics(response);
        return;
      case "/api/devices":
        requireMethod(request, "GET");
        sendJson(response, 200, this.options.devices.list());
        return;
      case "/api/groups":
        requireMethod(request, "GET");
        sendJson(response, 200, this.live.groups());
        return;
      case "/api/updates": {
        const { devices, updates } = this.options;
        return answerUpdates({ devices, ...updates }, request, response);
      }
      case "/api/events":
        requireMethod(request, "GET");
        if (request.method === "HEAD") {
          response.writeHead(200, EVENT_STREAM_HEADERS).end();
          return;
        }
        this.live.add(response);
        return;
    }
    if (!(await this.devices.answer(path, request, response)))
      throw new HttpError(404, `nothing at ${path}`);
  }

  private health(request: IncomingMessage, response: ServerResponse): void {
    const ok = this.options.counts.brokerConnected;
    // Only clients with the token get the version, which would tell others which known faults to
    // try.
    const known = this.options.access.isAuthenticated(request) && { version: VERSION };
    sendJson(response, ok ? 200 : 503, { ok, ...known, brokerConnected: ok });
  }

  private async metrics(response: ServerResponse): Promise<void> {
    const { metrics } = this.options;
    response.setHeader("content-type", metrics.contentType).end(await metrics.text());
  }

  private socketRoute(request: IncomingMessage): SocketRoute {
    const path = this.pathOf(request) ?? "";
    const { access, broker, classRoom, join } = this.options;
    switch (path) {
      case "/api/events":
        return {
          admit: () => {
            access.refuseCrossSite(request);
            if (!access.isAuthenticated(request)) access.refuseUnauthenticated(request);
          },
          serve: (socket) => this.live.addSocket(socket),
        };
      case "/device/class":
        if (!classRoom)
          throw new HttpError(
            404,
            "/device/class: this server has no embedded broker that browsers may use",
          );
        return {
          admit: () => {
            access.refuseCrossSite(request);
            if (!access.isAuthenticated(request) && !join?.admits(path, request))
              access.refuseUnauthenticated(request);
          },
          serve: (socket) => classRoom.addTab(socket, this.tabProgram !== undefined),
        };
      case "/mqtt":
        if (!broker)
          throw new HttpError(
            404,
            "/mqtt: this server has no embedded broker that browsers may use",
          );
        return {
          // No token is needed here, because the broker asks for user and password.
          admit: () => access.refuseCrossSite(request, true),
          serve: (socket) => serveMqtt(socket, broker, access.client(request).address),
        };
      default:
        if (path.startsWith(GATEWAY_PATH)) return this.gateway(request, path);
        throw new HttpError(404, `nothing at ${path}`);
    }
  }

  /**
   * Returns the route for a device that fetches its program. The device proves its key over the
   * connection itself.
   */
  private gateway(request: IncomingMessage, path: string): SocketRoute {
    const { access, updates } = this.options;
    try {
      const serve = updates.updates.gateway(decodeId(path.slice(GATEWAY_PATH.length)), request);
      return { admit: () => undefined, serve };
    } catch (error) {
      access.refuse(request, "update", messageOf(error));
      if (error instanceof UserError) throw new HttpError(404, error.message);
      throw error;
    }
  }

  /**
   * Returns the path below the base path, which the proxy may have removed already.
   * @returns undefined for the base path without its trailing slash
   */
  private pathOf({ url = "/" }: IncomingMessage): string | undefined {
    // A target that can't be parsed, such as "http://[", stays as it is and matches no route.
    const known = URL.canParse(url, "http://localhost");
    const path = known ? new URL(url, "http://localhost").pathname : url;
    const { basePath } = this.options;
    if (path === basePath.slice(0, -1)) return basePath === "/" ? "/" : undefined;
    return path.startsWith(basePath) ? path.slice(basePath.length - 1) : path;
  }
}
