import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { edit, publish } from "../support/device-edits";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";

describe("a request to rename or remove a device", () => {
  let server: Started;

  beforeAll(async () => {
    const yard = { id: "yard", members: ["north"], lights: ["mast"], validMs: 30_000 };
    server = await startNightlight({ simulate: false }, { groups: [{ ...yard, decide: "any" }] });
    for (const id of ["north", "lamp"])
      await publish(server.brokerUrl, `${id}/telemetry`, '{"light":5}');
    await until("both", async () => (await server.device("lamp")) !== undefined);
  });

  afterAll(async () => {
    await server.stop();
  });

  it.each<[number, RegExp, [string, string, string?]]>([
    [404, /^no device nobody$/, ["DELETE", "nobody"]],
    [404, /^no device nobody$/, ["PUT", "nobody/name", '{"name":"x"}']],
    [409, /^north: belongs to the group yard of the configuration; remove it/, ["DELETE", "north"]],
    [409, /^mast: belongs to the group yard/, ["DELETE", "mast"]],
    [400, /^history: expected 0 or 1, got "yes"$/, ["DELETE", "north?history=yes"]],
    [400, /^histroy: expected no parameter but history/, ["DELETE", "north?histroy=1"]],
    [
      400,
      /^history: expected no parameter but history, once$/,
      ["DELETE", "north?history=1&history=1"],
    ],
    [400, /^device id: expected .*, got ""$/, ["DELETE", ""]],
    [400, /^device id: expected .*, got "a\/b"$/, ["PUT", "a%2Fb/name", '{"name":"x"}']],
    [400, /^name: expected text .*, got nothing$/, ["PUT", "north/name", "{}"]],
    [400, /^name: expected text .*, got 5$/, ["PUT", "north/name", '{"name":5}']],
    [
      400,
      /^name: expected text .*, got "x{79}$/,
      ["PUT", "north/name", `{"name":"${"x".repeat(90)}"}`],
    ],
    [400, /^body: expected JSON$/, ["PUT", "north/name", "Hall"]],
    [405, /^expected PUT, got POST$/, ["POST", "north/name", "{}"]],
    [405, /^expected DELETE, got GET$/, ["GET", "north"]],
  ])("answers %i with %s", async (status, error, [method, path, body]) => {
    const response = await edit(server, method, path, body);
    expect(((await response.json()) as { error: string }).error).toMatch(error);
    expect(response.status).toBe(status);
    expect(await server.device("north")).toBeDefined();
  });

  it("from another site's page is refused", async () => {
    const headers = { origin: "https://elsewhere.example" };
    const path = `${server.url}/api/devices/lamp`;
    expect((await fetch(path, { method: "DELETE", headers })).status).toBe(403);
    const body = '{"name":"x"}';
    expect((await fetch(`${path}/name`, { method: "PUT", headers, body })).status).toBe(403);
    expect(await server.device("lamp")).toMatchObject({ id: "lamp" });
  });
});
