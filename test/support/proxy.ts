import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTestCa } from "../../boards/tools/test-ca";
import { ROOT } from "../../server/base/root";
import { type Answer, ask } from "./ask";
import { freePort } from "./free-port";
import { Program } from "./program";
import { until } from "./until";

export type ProxyName = "nginx" | "caddy";

/** A real reverse proxy on a free port, with the configuration that docs/proxy.md recommends. */
export class Proxy {
  private constructor(
    readonly port: number,
    readonly ca: Buffer,
    private readonly dir: string,
    private readonly program: Program,
  ) {}

  /** @param target port of the server behind the proxy */
  static async start(name: ProxyName, target: number): Promise<Proxy> {
    const dir = mkdtempSync(join(tmpdir(), `nightlight-${name}-`));
    makeTestCa(dir, ["server"]);
    const port = await freePort();
    const program = name === "nginx" ? nginx(dir, port, target) : caddy(dir, port, target);
    const ca = readFileSync(join(dir, "ca.pem"));
    const proxy = new Proxy(port, ca, dir, program);
    await until(
      `${name} listens, or ends`,
      async () => program.hasEnded || (await proxy.answers()),
    );
    if (program.hasEnded) throw new Error(program.output);
    return proxy;
  }

  get origin(): string {
    return `https://localhost:${this.port}`;
  }

  /** Sends a request through the proxy. In `options`, `from` is the client's loopback address. */
  ask(
    path: string,
    options: {
      method?: string;
      headers?: Record<string, string>;
      from?: string;
      body?: string;
    } = {},
  ): Promise<Answer> {
    const { method = "GET", headers = {}, from = "127.0.0.1", body = "" } = options;
    return ask(this.origin, { host: `localhost:${this.port}`, ...headers }, method, body, {
      path,
      hostname: "127.0.0.1",
      servername: "localhost",
      localAddress: from,
      ca: this.ca,
      agent: false,
    });
  }

  async stop(): Promise<void> {
    await this.program.stop("SIGTERM");
    rmSync(this.dir, { recursive: true });
  }

  private async answers(): Promise<boolean> {
    return await this.ask("/").then(
      () => true,
      () => false,
    );
  }
}

function example(name: string, changes: [string, string][]): string {
  let text = readFileSync(join(ROOT, "docs/examples", name), "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`docs/examples/${name} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

function nginx(dir: string, port: number, target: number): Program {
  const server = example("nginx.conf", [
    ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
    ["/etc/ssl/nightlight.pem", join(dir, "server.pem")],
    ["/etc/ssl/nightlight.key", join(dir, "server.key")],
    ["127.0.0.1:8080", `127.0.0.1:${target}`],
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${join(dir, kind)};\n`)
    .join("");
  const conf = `daemon off; pid ${dir}/nginx.pid; error_log stderr; worker_processes 1;
${process.getuid?.() === 0 ? "user root;" : ""}
events {}
http { access_log off; ${temporary} ${server} }`;
  writeFileSync(join(dir, "nginx.conf"), conf);
  const args = ["-p", dir, "-e", "stderr", "-c", join(dir, "nginx.conf")];
  return new Program("/usr/sbin/nginx", args, { cwd: dir });
}

function caddy(dir: string, port: number, target: number): Program {
  const site = example("Caddyfile", [
    [
      "nightlight.example {",
      `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${dir}/server.pem ${dir}/server.key`,
    ],
    ["127.0.0.1:8080", `127.0.0.1:${target}`],
  ]);
  const options = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n";
  writeFileSync(join(dir, "Caddyfile"), options + site);
  const env = { XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir, HOME: dir };
  return new Program("caddy", ["run", "--config", join(dir, "Caddyfile")], { cwd: dir, env });
}
