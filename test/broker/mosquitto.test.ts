import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { folderForAll } from "../support/folder";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { Witness } from "../support/witness";

const example = (name: string) => readFileSync(join(ROOT, "docs/examples", name), "utf8");

/** Uses the files of docs/examples that docs/security.md recommends. */
describe("Mosquitto with users, configured as recommended", () => {
  const dir = folderForAll();
  let mosquitto: Mosquitto;
  let nightlight: Started;

  beforeAll(async () => {
    const passwords = join(dir, "passwords");
    writeFileSync(passwords, "");
    for (const user of ["building", "lamp-1", "lamp-2"])
      execFileSync("mosquitto_passwd", ["-b", passwords, user, `password of ${user}`]);
    writeFileSync(join(dir, "acl"), example("mosquitto.acl"));
    mosquitto = await Mosquitto.start(
      example("mosquitto-users.conf")
        .replace("listener 1883\n", "")
        .replaceAll("/etc/mosquitto", dir),
    );
    nightlight = await startNightlight({
      brokerUrl: mosquitto.url,
      simulate: false,
      secrets: { MQTT_USER: "building", MQTT_PWD: "password of building" },
    });
  });

  afterAll(async () => {
    await nightlight.stop();
    await mosquitto.stop();
  });

  const login = (username: string) => ({ username, password: `password of ${username}` });

  it("serves a device on its own topics", async () => {
    const lamp = await Witness.connect(mosquitto.url, "lamp-1/commands", login("lamp-1"));
    await lamp.publish("lamp-1/telemetry", '{"light":5}');
    await lamp.untilSeen("lamp-1/commands", /^\{"led_on":true/);
    await lamp.stop();
  });

  it("keeps a device off another device's topics", async () => {
    const lamp = await Witness.connect(mosquitto.url, "lamp-2/commands", login("lamp-1"));
    const other = await Witness.connect(mosquitto.url, "lamp-2/commands", login("lamp-2"));
    // Mosquitto acknowledges messages that it does not pass on.
    await lamp.client.publishAsync("lamp-2/telemetry", '{"light":5}', { qos: 1 });
    await other.client.publishAsync("lamp-2/telemetry", '{"light":900}', { qos: 1 });
    await other.untilSeen("lamp-2/commands", /^\{"led_on":false/);
    expect(other.payloads("lamp-2/commands")).toHaveLength(1);
    expect(lamp.seen).toEqual([]);
    await lamp.stop();
    await other.stop();
  });

  it("refuses clients without a password, or with a wrong one", async () => {
    await expect(connectAsync(mosquitto.url, {}, false)).rejects.toThrow("Not authorized");
    const guess = { username: "lamp-1", password: "guess" };
    await expect(connectAsync(mosquitto.url, guess, false)).rejects.toThrow("Not authorized");
  });
});
