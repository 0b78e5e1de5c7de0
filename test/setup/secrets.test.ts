import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestCa } from "../../boards/tools/test-ca";
import { hashPassword } from "../../server/setup/password";
import { Users } from "../../server/setup/users";
import { folderForAll } from "../support/folder";
import { NightlightProcess } from "../support/process";
import { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const TOKEN = "page-token-hunter22-page-token";
const PASSWORD = "lamp-password-hunter23";
const OTHER_BROKER = { MQTT_USER: "somebody", MQTT_PWD: "broker-password-hunter24" };

describe("the secrets", () => {
  const dir = folderForAll();
  let nightlight: NightlightProcess;
  /** Everything that the server has written: logs, responses and messages. */
  const seen: string[] = [];

  beforeAll(async () => {
    makeTestCa(join(dir, "ca"), ["server"]);
    const users = new Users(dir);
    users.set("lamp-1", { role: "device", password: await hashPassword(PASSWORD) });
    users.set("building", { role: "server", password: await hashPassword(PASSWORD) });
    nightlight = await NightlightProcess.start(["--listen", "127.0.0.1", "--data", dir], {
      ...OTHER_BROKER,
      NIGHTLIGHT_TOKEN: TOKEN,
    });
  });

  afterAll(async () => {
    await nightlight.kill();
  });

  const ask = async (path: string, init: RequestInit = {}) => {
    const url = `http://127.0.0.1:${nightlight.httpPort}${path}`;
    const response = await fetch(url, { redirect: "manual", ...init });
    seen.push(JSON.stringify([...response.headers]), await response.text());
    return response;
  };

  it("are used everywhere", async () => {
    const authorization = { authorization: `Bearer ${TOKEN}` };
    for (const path of ["/", "/page.js", "/style.css", "/api/devices", "/healthz", "/nowhere"]) {
      await ask(path);
      await ask(path, { headers: authorization });
      await ask(`${path}?token=${TOKEN}`);
      await ask(path, { headers: { authorization: `Bearer ${TOKEN}x` } });
    }
    for (const token of [TOKEN, `${TOKEN}x`])
      await ask("/login", { method: "POST", body: new URLSearchParams({ token }) });
    await ask("/api/devices/nightlight-1/light", {
      method: "PUT",
      headers: authorization,
      body: PASSWORD,
    });
    const stream = await fetch(`http://127.0.0.1:${nightlight.httpPort}/api/events`, {
      headers: authorization,
    });
    const { value } = (await stream.body?.getReader().read()) ?? {};
    seen.push(new TextDecoder().decode(value));

    const url = `mqtt://127.0.0.1:${nightlight.mqttPort}`;
    const login = { username: "building", password: PASSWORD };
    const witness = await Witness.connect(url, ["#", "$SYS/#"], login);
    for (const [username, password] of [
      ["lamp-1", PASSWORD],
      ["lamp-1", `${PASSWORD}x`],
      [PASSWORD, "lamp-1"],
    ] as const) {
      const client = RawMqtt.open(nightlight.mqttPort);
      await client.connect({ username, password: Buffer.from(password) });
      await client.stop();
    }
    await until("the simulated device has spoken", () => witness.seen.length > 1);
    seen.push(JSON.stringify(witness.seen));
    await witness.stop();
    await expect(
      NightlightProcess.start(["--listen", "127.0.0.1", "--data", dir]),
    ).rejects.toThrow();
    await nightlight.kill("SIGTERM");
    seen.push(nightlight.output);
  });

  it("appear in no log, page, response or message", () => {
    const everything = seen.join("\n");
    expect(everything).toContain("Nightlight is ready");
    expect(everything).toContain("nightlight-1");
    const hashes = Object.values(
      JSON.parse(readFileSync(join(dir, "users.json"), "utf8")) as Record<
        string,
        { password: string }
      >,
    ).map(({ password }) => password.split(":")[5] ?? "");
    const keyLine = readFileSync(join(dir, "ca/server.key"), "utf8").split("\n")[1] ?? "";
    for (const secret of [TOKEN, PASSWORD, OTHER_BROKER.MQTT_PWD, ...hashes, keyLine]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(everything).not.toContain(secret);
    }
    // The server makes passwords for itself and its own device. Such a password has 43 characters
    // of base64.
    expect(everything).not.toMatch(/(^|[^\w.-])[\w-]{43}($|[^\w-])/m);
  });
});
