import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { connectAsync, type IClientOptions } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestCa } from "../../boards/tools/test-ca";
import type { ClientCertificates } from "../../server/setup/security-options";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { readTls } from "../../server/setup/tls";
import { ask } from "../support/ask";
import { folderForAll } from "../support/folder";
import { credentials, GuardedBroker } from "../support/guarded-broker";
import { Mosquitto } from "../support/mosquitto";
import { startNightlight } from "../support/nightlight";
import { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const dir = folderForAll();

beforeAll(() => {
  makeTestCa(join(dir, "ours"), ["server", "lamp-1", "building", "stranger"]);
  makeTestCa(join(dir, "theirs"), ["server", "lamp-1"], "Somebody else's CA");
});

const file = (ca: "ours" | "theirs", name: string) => join(dir, ca, name);
const pem = (ca: "ours" | "theirs", name: string) => readFileSync(file(ca, name));
/** Returns a client's certificate and key, for a TLS connection. */
const shows = (ca: "ours" | "theirs", name: string) => ({
  cert: pem(ca, `${name}.pem`),
  key: pem(ca, `${name}.key`),
});
const serverTls = () =>
  readTls({
    ca: file("ours", "ca.pem"),
    cert: file("ours", "server.pem"),
    key: file("ours", "server.key"),
  });

describe.each<ClientCertificates>(["no", "optional", "required"])(
  "the embedded broker with TLS, client certificates: %s",
  (clientCertificates) => {
    let guarded: GuardedBroker;

    beforeAll(async () => {
      guarded = await GuardedBroker.start(
        {},
        {
          listeners: [
            { host: "127.0.0.1", port: 0, option: "", tls: serverTls(), clientCertificates },
          ],
        },
      );
    });

    afterAll(async () => {
      await guarded.stop();
    });

    const askedFor = clientCertificates !== "no";
    const withPassword = clientCertificates === "required" ? "is not enough" : "is enough";

    async function attempt(
      tls: ConnectionOptions,
      login: Parameters<RawMqtt["connect"]>[0] = {},
    ): Promise<number | string | undefined> {
      const client = RawMqtt.openTls(guarded.port, { ca: pem("ours", "ca.pem"), ...tls });
      const code = await client.connect(login);
      await client.stop();
      return code;
    }

    it(`a password alone ${withPassword}`, async () => {
      const code = await attempt({}, credentials("lamp-1"));
      expect(code).toBe(clientCertificates === "required" ? undefined : 0);
      if (clientCertificates !== "required") return;
      await guarded.untilLogged(
        "Refused (certificate): 127.0.0.1: ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE",
      );
    });

    it("a wrong password is refused", async () => {
      const wrong = { username: "lamp-1", password: Buffer.from("guess") };
      const code = await attempt({}, wrong);
      expect(code).toBe(clientCertificates === "required" ? undefined : 4);
    });

    if (askedFor)
      it("a certificate of its CA is enough", async () => {
        expect(await attempt(shows("ours", "lamp-1"))).toBe(0);
      });

    if (!askedFor)
      it("a certificate is ignored", async () => {
        expect(await attempt(shows("ours", "lamp-1"))).toBe(4);
      });

    if (askedFor)
      it("a certificate of another CA is refused", async () => {
        expect(await attempt(shows("theirs", "lamp-1"), credentials("lamp-1"))).toBeUndefined();
        await guarded.untilLogged(
          /^Refused \(certificate\): 127.0.0.1: .*(VERIFY|SIGNATURE|ISSUER|CERT)/,
        );
      });

    if (askedFor)
      it("a certificate of no user is refused", async () => {
        expect(await attempt(shows("ours", "stranger"))).toBe(4);
        await guarded.untilLogged(
          "Refused (login): 127.0.0.1: the certificate of stranger, which is not a user",
        );
      });

    if (askedFor)
      it("a certificate is valid only for its own device", async () => {
        const tls = { ca: pem("ours", "ca.pem"), ...shows("ours", "lamp-1") };
        expect(await attempt(tls, credentials("lamp-2"))).toBe(4);
        await guarded.untilLogged(
          "Refused (login): 127.0.0.1: the certificate of lamp-1, but the name of another user",
        );
        const client = RawMqtt.openTls(guarded.port, tls);
        await client.connect();
        expect(await client.publish("lamp-1/state")).toBe(true);
        expect(await client.publish("lamp-2/state")).toBe(false);
        await client.stop();
      });

    it("TLS 1.1 is refused, and so is no TLS at all", async () => {
      const old = {
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
        ciphers: "ALL@SECLEVEL=0",
      } as const;
      expect(await attempt(old, credentials("lamp-1"))).toBeUndefined();
      await guarded.untilLogged(
        /^Refused \(certificate\): 127.0.0.1: ERR_SSL_\w*(PROTOCOL|VERSION)/,
      );
      const plain = RawMqtt.open(guarded.port);
      expect(await plain.connect(credentials("lamp-1"))).toBeUndefined();
      await plain.stop();
    });

    it("a client that trusts only another CA does not connect", async () => {
      const client = RawMqtt.openTls(guarded.port, { ca: pem("theirs", "ca.pem") });
      await client.untilClosed();
      expect(client.error?.code).toMatch(/CERT|ISSUER|SIGNED/);
    });
  },
);

describe("the whole server with TLS", () => {
  it("serves page, API and MQTT over https and wss, and MQTT over TLS", async () => {
    const nightlight = await startNightlight({
      security: { ...OPEN_ON_LOOPBACK, tls: serverTls() },
    });
    expect(nightlight.url).toMatch(/^https:\/\/localhost:/);
    const ca = pem("ours", "ca.pem");
    const { status } = await ask(`${nightlight.url}/api/devices`, {}, "GET", "", { ca });
    expect(status).toBe(200);
    const mqtts = /mqtts:\/\/\S+/.exec(nightlight.log.join("\n"))?.[0] ?? "";
    for (const url of [mqtts, `${nightlight.url.replace("https", "wss")}/mqtt`]) {
      const options: IClientOptions = { ca, protocolVersion: 4 };
      const witness = await Witness.connect(url, "test-1/telemetry", options);
      await until(`telemetry through ${url}`, () => witness.seen.length > 0);
      await witness.stop();
      await expect(connectAsync(url, { ...options, ca: undefined }, false)).rejects.toThrow();
    }
    await nightlight.stop();
  });
});

describe("the server as a client of Mosquitto with the same certificates", () => {
  let mosquitto: Mosquitto;

  beforeAll(async () => {
    const passwords = join(dir, "passwords");
    writeFileSync(passwords, "");
    execFileSync("mosquitto_passwd", ["-b", passwords, "building", "password of building"]);
    writeFileSync(
      join(dir, "acl"),
      "user building\ntopic readwrite #\npattern write %u/telemetry\npattern read %u/commands\n",
    );
    mosquitto = await Mosquitto.start(
      [
        `cafile ${file("ours", "ca.pem")}`,
        `certfile ${file("ours", "server.pem")}`,
        `keyfile ${file("ours", "server.key")}`,
        "require_certificate true",
        "tls_version tlsv1.2",
        "allow_anonymous false",
        `password_file ${passwords}`,
        `acl_file ${join(dir, "acl")}`,
        "",
      ].join("\n"),
    );
  });

  afterAll(async () => {
    await mosquitto.stop();
  });

  const building = { MQTT_USER: "building", MQTT_PWD: "password of building" };
  const start = (
    tls: Parameters<typeof readTls>[0],
    secrets: { MQTT_USER?: string; MQTT_PWD?: string } = building,
  ) =>
    startNightlight({
      brokerUrl: mosquitto.url.replace("mqtt:", "mqtts:"),
      simulate: false,
      secrets,
      security: { ...OPEN_ON_LOOPBACK, tls: readTls(tls) },
    });
  const ours = () => ({
    ca: file("ours", "ca.pem"),
    cert: file("ours", "building.pem"),
    key: file("ours", "building.key"),
  });

  it("logs in with certificate, user and password, and decides", async () => {
    const nightlight = await start(ours());
    const url = nightlight.brokerUrl;
    const tls = { ca: pem("ours", "ca.pem"), ...shows("ours", "building") };
    const login = { username: "building", password: "password of building" };
    const witness = await Witness.connect(url, "lamp-1/commands", { ...tls, ...login });
    await witness.publish("lamp-1/telemetry", '{"light":5}');
    await witness.untilSeen("lamp-1/commands", /^\{"led_on":true/);
    await witness.stop();
    await nightlight.stop();
  });

  it.each([
    ["no CA", () => ({}), building, /self-signed certificate in certificate chain|unable to/],
    ["another CA", () => ({ ca: file("theirs", "ca.pem") }), building, /certificate/],
    ["no certificate", () => ({ ca: file("ours", "ca.pem") }), building, /alert|closed|ECONNRESET/],
    [
      "a certificate of another CA",
      () => ({ ...ours(), cert: file("theirs", "lamp-1.pem"), key: file("theirs", "lamp-1.key") }),
      building,
      /alert|closed|ECONNRESET/,
    ],
    ["no user", ours, {}, /Not authorized/],
    ["a wrong password", ours, { ...building, MQTT_PWD: "guess" }, /Not authorized/],
  ])("reports in one line why it can't log in, with %s", async (_what, tls, secrets, reason) => {
    const error = await start(tls(), secrets).then(
      () => new Error("it was let in"),
      (caught: unknown) => caught as Error,
    );
    expect(error.message).toMatch(/^cannot reach the broker mqtts:\/\/127.0.0.1:\d+: [^\n]*$/);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain("password of");
  });
});

describe("the simulated device", () => {
  it("trusts the CA, too", async () => {
    const mosquitto = await Mosquitto.start(
      [
        `cafile ${file("ours", "ca.pem")}`,
        `certfile ${file("ours", "server.pem")}`,
        `keyfile ${file("ours", "server.key")}`,
        "allow_anonymous true",
        "",
      ].join("\n"),
    );
    const nightlight = await startNightlight({
      brokerUrl: mosquitto.url.replace("mqtt:", "mqtts:"),
      security: { ...OPEN_ON_LOOPBACK, tls: readTls({ ca: file("ours", "ca.pem") }) },
    });
    await until("it has spoken", async () => (await nightlight.device("test-1"))?.light === 652);
    await nightlight.stop();
    await mosquitto.stop();
  });
});

describe("certificate files", () => {
  it.each([
    [{ cert: "server.pem" }, "--cert: needs --cert and --key together"],
    [{ key: "server.key" }, "--key: needs --cert and --key together"],
    [{ ca: "missing.pem" }, /^--ca \S+missing.pem: does not exist$/],
    [{ ca: "server.key" }, /^--ca \S+server.key: contains no PEM certificate$/],
    [{ cert: "server.key", key: "server.key" }, /^--cert \S+server.key: /],
    [{ cert: "server.pem", key: "lamp-1.key" }, /^--key \S+lamp-1.key: .*mismatch/],
  ])("%j: are refused", (names, message) => {
    const files = Object.fromEntries(
      Object.entries(names).map(([flag, name]) => [flag, file("ours", name)]),
    );
    expect(() => readTls(files)).toThrow(message);
  });
});
