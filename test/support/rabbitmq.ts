import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port";
import { Program } from "./program";
import { until } from "./until";
import { Witness } from "./witness";

/** The program that Debian's wrapper calls. The wrapper itself would switch to its own user. */
const SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl";
/**
 * Settings that mirror the queues, so that a client can move from a dead node to another node.
 * Without them, its queue would be on the dead node only.
 */
const MIRROR = [
  ...["mqtt", "^mqtt-subscription-"],
  ...['{"ha-mode":"all","ha-sync-mode":"automatic"}', "--apply-to", "queues"],
];
/** The user as which clients without a name are logged in. */
const NOBODY = "guest";
const PLUGINS = "enabled_plugins";

/** Real RabbitMQ nodes with the MQTT plugin that form a cluster, all on loopback. */
export class RabbitCluster {
  private readonly dir = mkdtempSync(join(tmpdir(), "nightlight-rabbitmq-"));
  private epmd: Program | undefined;
  private readonly nodes: Program[] = [];
  private readonly ports: number[] = [];
  /**
   * Environment of all programs that are started here: their own home folder, name service and
   * cookie.
   */
  private env: Record<string, string> = {};

  static async start(size: number): Promise<RabbitCluster> {
    const cluster = new RabbitCluster();
    try {
      await cluster.startNames();
      while (cluster.nodes.length < size) await cluster.addNode();
      await cluster.control("set_policy", ...MIRROR);
      await cluster.untilClustered();
    } catch (error) {
      const said = cluster.nodes.map(({ output }) => output.slice(-2_000)).join("\n---\n");
      await cluster.stop();
      throw new Error(`${String(error)}\n${said}`);
    }
    return cluster;
  }

  /** @param node number of the node, from 1 */
  url(node: number): string {
    return `mqtt://127.0.0.1:${this.ports[node - 1] ?? 0}`;
  }

  /** MQTT ports of the nodes, in order. */
  get mqttPorts(): number[] {
    return [...this.ports];
  }

  /** Kills the node with SIGKILL, without a clean shutdown. */
  async kill(node: number): Promise<void> {
    await this.nodes[node - 1]?.stop();
  }

  /** Starts a killed node again. */
  async restart(node: number): Promise<void> {
    await this.run(node);
    await this.untilClustered();
  }

  /**
   * Switches to a new virtual host: clients that connect afterwards find no earlier messages,
   * sessions or retained messages. This is faster than a restart of three nodes, which would take a
   * minute.
   * @param name of the new virtual host
   */
  async forget(name: string): Promise<void> {
    await this.control("add_vhost", name);
    await this.control("set_permissions", "--vhost", name, NOBODY, ".*", ".*", ".*");
    await this.control("set_policy", "--vhost", name, ...MIRROR);
    const hosts = Object.fromEntries(this.ports.map((port) => [port, name]));
    const mapping = ["mqtt_port_to_vhost_mapping", JSON.stringify(hosts)];
    await this.control("set_global_parameter", ...mapping);
    await this.untilClustered();
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
    await this.epmd?.stop();
    // The node's helper processes may still write files after it was killed.
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /**
   * Starts the name service by which the nodes find each other. The test needs its own, because a
   * running one may belong to other programs.
   */
  private async startNames(): Promise<void> {
    const port = `${await freePort()}`;
    this.env = {
      HOME: this.dir,
      ERL_EPMD_PORT: port,
      ERL_EPMD_ADDRESS: "127.0.0.1",
      RABBITMQ_CONF_ENV_FILE: "/dev/null",
    };
    const cookie = join(this.dir, ".erlang.cookie");
    writeFileSync(cookie, "NIGHTLIGHTTEST");
    chmodSync(cookie, 0o400);
    writeFileSync(join(this.dir, PLUGINS), "[rabbitmq_mqtt].\n");
    this.epmd = new Program("epmd", ["-port", port, "-address", "127.0.0.1"], { cwd: this.dir });
  }

  /**
   * Starts one more node, and waits until it accepts clients. If two nodes join at the same time,
   * the list of clients (a Raft group) can refuse one of them: "cluster_change_not_permitted". That
   * node never retries, and refuses all clients afterwards.
   */
  private async addNode(): Promise<void> {
    const node = this.nodes.length + 1;
    const dir = join(this.dir, `n${node}`);
    mkdirSync(dir);
    const port = await freePort();
    writeFileSync(join(dir, "rabbitmq.conf"), configuration(port, node));
    this.ports.push(port);
    await this.run(node);
  }

  private async run(node: number): Promise<void> {
    const dir = join(this.dir, `n${node}`);
    const program = new Program(SERVER, [], {
      cwd: dir,
      env: {
        ...this.env,
        RABBITMQ_CONFIG_FILE: join(dir, "rabbitmq.conf"),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(this.dir, PLUGINS),
        RABBITMQ_NODENAME: nodeName(node),
        RABBITMQ_DIST_PORT: `${await freePort()}`,
        RABBITMQ_MNESIA_BASE: dir,
        RABBITMQ_LOG_BASE: dir,
        RABBITMQ_PID_FILE: join(dir, "pid"),
        // Each node gets one scheduler, so that three nodes do not compete for the processors.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
      },
    });
    this.nodes[node - 1] = program;
    await program.untilPrinted("completed with");
    await (await connectWitness(this.url(node))).stop();
  }

  private async control(...command: string[]): Promise<void> {
    const control = new Program(CONTROL, ["--node", nodeName(1), ...command], {
      cwd: this.dir,
      env: this.env,
    });
    const { code, stdout, stderr } = await control.end;
    if (code !== 0) throw new Error(`rabbitmqctl: ${stdout}${stderr}`);
  }

  /** Waits until messages published at one node reach all nodes. */
  private async untilClustered(): Promise<void> {
    const witnesses: Witness[] = [];
    try {
      for (const at of this.nodes.keys()) witnesses.push(await connectWitness(this.url(at + 1)));
      await until("the nodes hear each other", async () => {
        await Promise.all(witnesses.map((from, at) => from.publish(`probe/${at}`, "")));
        return witnesses.every(({ seen }) =>
          witnesses.every((_, at) => seen.some(({ topic }) => topic === `probe/${at}`)),
        );
      });
    } finally {
      await Promise.all(witnesses.map((witness) => witness.stop()));
    }
  }
}

/**
 * Connects once the node accepts clients. A node refuses clients until it has joined the nodes that
 * hold the list of clients.
 */
async function connectWitness(url: string): Promise<Witness> {
  let witness: Witness | undefined;
  await until(`${url} takes clients`, async () => {
    witness = await Witness.connect(url).catch(() => undefined);
    return witness !== undefined;
  });
  if (!witness) throw new Error(`no client at ${url}`);
  return witness;
}

function nodeName(node: number): string {
  return `n${node}@localhost`;
}

/** Returns the configuration of a node, which joins the nodes with lower numbers. */
function configuration(mqttPort: number, node: number): string {
  const peers = Array.from(
    { length: node },
    (_, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${nodeName(i + 1)}`,
  );
  return [
    // Switches AMQP off, because only MQTT is needed, and another process could take an AMQP port
    // while a node is down.
    "listeners.tcp = none",
    `mqtt.listeners.tcp.1 = 127.0.0.1:${mqttPort}`,
    "cluster_formation.peer_discovery_backend = classic_config",
    ...peers,
    "disk_free_limit.absolute = 1MB",
    "log.console = true",
    "log.console.level = info",
    "",
  ].join("\n");
}
