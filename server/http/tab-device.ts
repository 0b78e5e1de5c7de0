import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { fingerprint } from "../base/cache";
import type { Asset } from "../base/page-bundle";
import { SharedPromise } from "../base/shared-promise";
import type { TabLogin } from "../base/tab-id";
import type { TabLogins } from "../broker/index";
import { readJsonObject, requireMethod, sendJson } from "./http-request";

export interface TabDeviceRoutesOptions {
  logins: TabLogins;
  /** Page, worker and virtual machine, by path; "/" is the page. */
  files: () => Promise<Map<string, Asset>>;
  /** The firmware's bytecode. */
  program: () => Promise<Uint8Array>;
}

/**
 * Brotli's quality. At 6 it is as fast as gzip; 11 takes seconds. Browsers accept Brotli only over
 * HTTPS and from localhost.
 */
const BROTLI_QUALITY = 6;
/**
 * gzip's settings. With less memory its blocks are shorter, which suits WebAssembly and bytecode.
 */
const GZIP = { level: 9, memLevel: 6 };

interface Served extends Asset {
  mayUseCamera: boolean;
  policy: ((usual: string) => string) | undefined;
  /** Compressed bodies by content encoding, the preferred one first. */
  compressed: [encoding: string, body: Buffer][];
  tag: string;
}

const LOGIN = "/api/tab-device";
const FOLDER = "/device";
const PROGRAM = "/program.devs";
/**
 * The worker's content security policy. Only the worker runs WebAssembly, so only its file gets
 * this policy.
 */
const WORKER_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
/**
 * Permissions of all other pages plus the camera, whose brightness can replace the light sensor.
 */
const PERMISSIONS = "camera=(self), microphone=(), geolocation=()";

/** Serves `/device`: the files of a device that runs in the browser. */
export class TabDeviceRoutes {
  /** Created on the first request, because most servers have no device in a tab. */
  private readonly files = new SharedPromise<Map<string, Served>>();
  private readonly program = new SharedPromise<Served>();

  constructor(private readonly options: TabDeviceRoutesOptions) {}

  /**
   * Handles a login of a device in a tab, or a request for a file.
   * @returns false if the path belongs to another handler
   */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (path === LOGIN) {
      requireMethod(request, "POST");
      sendJson(response, 200, await this.login(request));
      return true;
    }
    const file = await this.fileAt(path);
    if (!file) return false;
    requireMethod(request, "GET");
    send(file, request, response);
    return true;
  }

  private async fileAt(path: string): Promise<Served | undefined> {
    if (path === FOLDER) return (await this.allFiles()).get("/");
    if (!path.startsWith(`${FOLDER}/`)) return undefined;
    const name = path.slice(FOLDER.length);
    if (name === PROGRAM) return await this.programFile();
    return name === "/" ? undefined : (await this.allFiles()).get(name);
  }

  /** Returns the browser's login if it is still valid, else a new device's login. */
  private async login(request: IncomingMessage): Promise<TabLogin> {
    const { logins } = this.options;
    const { id, password } = await readJsonObject(request);
    if (typeof id === "string" && typeof password === "string" && logins.isOwn(id, password))
      return { id, password };
    return logins.issue();
  }

  private async allFiles(): Promise<Map<string, Served>> {
    return await this.files.get(async () => {
      const files = [...(await this.options.files())];
      const served = files.map(async ([path, asset]) => [path, await serve(path, asset)] as const);
      return new Map(await Promise.all(served));
    });
  }

  private async programFile(): Promise<Served> {
    return await this.program.get(async () => {
      const body = await this.options.program();
      return await serve(PROGRAM, { type: "application/octet-stream", body });
    });
  }
}

function send(file: Served, request: IncomingMessage, response: ServerResponse): void {
  if (file.mayUseCamera) response.setHeader("permissions-policy", PERMISSIONS);
  const policy = file.policy?.(String(response.getHeader("content-security-policy")));
  if (policy !== undefined) response.setHeader("content-security-policy", policy);
  // Lets browsers revalidate instead of downloading again: a whole class may reload at once.
  response.setHeader("cache-control", "private, no-cache");
  response.setHeader("etag", file.tag);
  response.setHeader("vary", "accept-encoding");
  if (request.headers["if-none-match"] === file.tag) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader("content-type", file.type);
  const taken = String(request.headers["accept-encoding"]).split(/[\s,;]+/);
  const [encoding, body] = file.compressed.find(([name]) => taken.includes(name)) ?? [];
  if (encoding !== undefined) response.setHeader("content-encoding", encoding);
  response.end(body ?? file.body);
}

/**
 * Returns how a file's content security policy differs from the usual one, or undefined if it does
 * not.
 */
function policyOf(path: string): Served["policy"] {
  if (path === "/") return (usual) => `${usual}; worker-src 'self'`;
  return path === "/worker.js" ? () => WORKER_POLICY : undefined;
}

async function serve(path: string, asset: Asset): Promise<Served> {
  const { body } = asset;
  const compressed = await Promise.all([
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
    promisify(gzip)(body, GZIP),
  ]);
  return {
    ...asset,
    policy: policyOf(path),
    mayUseCamera: path === "/",
    compressed: [
      ["br", compressed[0]],
      ["gzip", compressed[1]],
    ],
    tag: `"${fingerprint(body)}"`,
  };
}
