import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentials, GuardedBroker, PASSWORDS } from "../support/guarded-broker";
import type { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

const BAD_LOGIN = 4;

describe("logging in at the embedded broker", () => {
  let guarded: GuardedBroker;

  beforeEach(async () => {
    guarded = await GuardedBroker.start();
  });

  afterEach(async () => {
    await guarded.stop();
  });

  it("accepts the right password", async () => {
    expect(await guarded.open().connect(credentials("lamp-1"))).toBe(0);
    expect(await guarded.open().connect(credentials("building"))).toBe(0);
    expect(guarded.log).toEqual([]);
  });

  it.each([
    ["no user", {}, "127.0.0.1: expected a user name and a password, got none"],
    ["no password", { username: "lamp-1" }, "127.0.0.1: lamp-1, with a wrong password"],
    [
      "a wrong password",
      { username: "lamp-1", password: Buffer.from("guess") },
      "127.0.0.1: lamp-1, with a wrong password",
    ],
    [
      "another's password",
      { username: "lamp-1", password: Buffer.from("password of lamp-2") },
      "127.0.0.1: lamp-1, with a wrong password",
    ],
    [
      "an unknown user, who may have mistaken the fields",
      { username: "password of lamp-1", password: Buffer.from("x") },
      "127.0.0.1: an unknown user, with a wrong password",
    ],
    [
      "a name that objects inherit",
      { username: "__proto__", password: Buffer.from("") },
      "127.0.0.1: an unknown user, with a wrong password",
    ],
    [
      "the server's own account",
      { username: "nightlight server", password: Buffer.from("") },
      "127.0.0.1: an unknown user, with a wrong password",
    ],
  ])("refuses %s", async (_what, login, line) => {
    const client = guarded.open();
    expect(await client.connect(login)).toBe(BAD_LOGIN);
    await client.untilClosed();
    await guarded.untilLogged(`Refused (login): ${line}`);
    expect(guarded.count("login")).toBe(1);
  });

  it("refuses any packet before CONNECT", async () => {
    const client = guarded.open();
    client.send({
      cmd: "publish",
      topic: "lamp-1/telemetry",
      payload: "{}",
      qos: 0,
      dup: false,
      retain: false,
    });
    await client.untilClosed();
    expect(client.received).toEqual([]);
  });

  it.each([
    ["", 0],
    ["lamp-1", 0],
    ["lamp-1nightlight_client", 0],
    ["lamp-2nightlight_client", 2],
    ["lamp-2", 2],
    ["building", 2],
    ["lamp-1nightlight_server", 2],
  ])(
    "answers lamp-1 as client %j with %i: a session belongs to its device",
    async (clientId, code) => {
      expect(await guarded.open().connect({ ...credentials("lamp-1"), clientId })).toBe(code);
      if (code)
        await guarded.untilLogged(
          "Refused (client-id): 127.0.0.1: lamp-1: expected the user name as client id",
        );
    },
  );

  it("refuses a will on another device's topic", async () => {
    const will = {
      topic: "lamp-2/status",
      payload: Buffer.from("offline"),
      qos: 1,
      retain: true,
    } as const;
    expect(await guarded.open().connect({ ...credentials("lamp-1"), will })).toBe(5);
    await guarded.untilLogged(
      "Refused (will): 127.0.0.1: lamp-1: may not leave a will on lamp-2/status",
    );
    const own = { ...will, topic: "lamp-1/status" };
    expect(await guarded.open().connect({ ...credentials("lamp-1"), will: own })).toBe(0);
  });

  it("ignores further passwords from an address that guesses", async () => {
    await guarded.stop();
    guarded = await GuardedBroker.start({ "failed-logins": 3 });
    const guess = { username: "lamp-1", password: Buffer.from("guess") };
    for (let i = 0; i < 3; i++) expect(await guarded.open().connect(guess)).toBe(BAD_LOGIN);
    expect(await guarded.open().connect(credentials("lamp-1"))).toBe(3);
    await guarded.untilLogged(
      "Refused (login-rate): 127.0.0.1: lamp-1, after too many failed logins",
    );
    expect(await guarded.open("127.0.0.2").connect(credentials("lamp-1"))).toBe(0);
    // A client that was logged in before may reconnect, regardless of failed logins from its
    // address.
    expect(await guarded.open().connect(credentials("lamp-1"))).toBe(0);
  });

  it("disconnects a user who is removed or gets another password, while the broker runs", async () => {
    const [one, two] = [guarded.open(), guarded.open()];
    await one.connect({ ...credentials("lamp-1"), clientId: "lamp-1" });
    await two.connect({ ...credentials("lamp-2"), clientId: "lamp-2" });
    const { Users } = await import("../../server/setup/users");
    new Users(guarded.dir).remove("lamp-1");
    await one.untilClosed();
    expect(two.closed).toBe(false);
    expect(await guarded.open().connect(credentials("lamp-1"))).toBe(BAD_LOGIN);
  });

  it("stores no password in plain text, and the file is readable only by its owner", () => {
    const path = join(guarded.dir, "users.json");
    const text = readFileSync(path, "utf8");
    for (const password of Object.values(PASSWORDS)) expect(text).not.toContain(password);
    expect(text).toMatch(/"password": "scrypt:32768:8:1:[^:"]{24}:[^:"]{44}"/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe("a broker on loopback without users", () => {
  it("accepts every client, whatever its name", async () => {
    const guarded = await GuardedBroker.start({}, { users: undefined, loginRequired: false });
    const [anonymous, named] = [guarded.open(), guarded.open()];
    expect(await anonymous.connect()).toBe(0);
    expect(await named.connect({ username: "me", password: Buffer.from("x") })).toBe(0);
    expect(await anonymous.subscribe("#")).toEqual([1]);
    expect(await named.publish("anything/at/all")).toBe(true);
    await guarded.stop();
  });

  it("still refuses a wrong password of a known user", async () => {
    const guarded = await GuardedBroker.start({}, { loginRequired: false });
    const login = { username: "lamp-1", password: Buffer.from("x") };
    expect(await guarded.open().connect(login)).toBe(BAD_LOGIN);
    await guarded.stop();
  });
});

it("two clients with one client id get a line with the id and both addresses", async () => {
  const troubles: string[] = [];
  const guarded = await GuardedBroker.start(
    {},
    { loginRequired: false, onTrouble: (message) => troubles.push(message) },
  );
  const clients: RawMqtt[] = [];
  for (let i = 0; i < 4; i++) {
    const client = guarded.open(i % 2 === 0 ? "127.0.0.1" : "127.0.0.2");
    clients.push(client);
    expect(await client.connect({ clientId: "lamp" })).toBe(0);
  }
  await until("all but the last are cut off", () => clients.slice(0, 3).every((c) => c.closed));
  expect(troubles).toEqual([
    'two clients, at 127.0.0.1 and 127.0.0.2, use the client id "lamp" and disconnect each other; ' +
      "give one of them another id",
  ]);
  await guarded.stop();
});
