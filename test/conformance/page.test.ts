import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import {
  CLIENT_DEPARTURES,
  CLIENT_UNTESTABLE,
  clientTests,
  ELSEWHERE,
  titlesIn,
} from "./client/statements";
import { BROKERS, departureOf, DEPARTURES } from "./departures";
import { conformancePage, isForClient, isForServer } from "./page";
import { SERVER_CASES } from "./server";
import { STATEMENTS, UNTESTABLE } from "./statements";

const ids = STATEMENTS.map(({ id }) => id);

describe("the table of statements", () => {
  it("has the 141 statements of the standard, each once", () => {
    expect(ids).toHaveLength(141);
    expect(new Set(ids).size).toBe(141);
    for (const { id, says } of STATEMENTS) expect(says, id).toMatch(/\.$/);
  });

  it("contains every statement that a test names", () => {
    const named = [...SERVER_CASES, ...DEPARTURES].map(({ statement }) => statement);
    for (const id of [...named, ...Object.keys(UNTESTABLE)]) expect(ids).toContain(id);
  });

  it("has a test for each statement that binds a server, or a reason why not", () => {
    const tested = new Set(SERVER_CASES.map(({ statement }) => statement));
    const open = STATEMENTS.filter(isForServer).map(({ id }) => id);
    for (const id of open) expect([id, tested.has(id)]).toEqual([id, !(id in UNTESTABLE)]);
  });

  it("has a test for each statement that binds a client, or a reason why not", () => {
    for (const { id } of STATEMENTS.filter(isForClient))
      expect([id, clientTests(id).length > 0]).toEqual([id, !(id in CLIENT_UNTESTABLE)]);
    const named = [ELSEWHERE, CLIENT_DEPARTURES, CLIENT_UNTESTABLE].flatMap(Object.keys);
    const bound = STATEMENTS.filter(isForClient).map(({ id }) => id);
    for (const id of named) expect(bound).toContain(id);
  });

  it("names only existing tests of the client", () => {
    for (const [file, title] of Object.values(ELSEWHERE).flat())
      expect(titlesIn(file), file).toContain(title);
  });

  it("has no two tests with the same name", () => {
    const names = SERVER_CASES.map(({ statement, sees }) => `${statement} ${sees}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it("lists only departures that belong to a test", () => {
    const used = BROKERS.flatMap((broker) => SERVER_CASES.map((one) => departureOf(broker, one)));
    for (const departure of DEPARTURES) expect(used).toContain(departure);
  });
});

describe("docs/conformance.md", () => {
  it("matches the tests and their known departures", async () => {
    await expect(await conformancePage()).toMatchFileSnapshot(join(ROOT, "docs/conformance.md"));
  });
});
