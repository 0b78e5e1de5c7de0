import { describe, expect, it } from "vitest";
import { REASONS, Refusal, Rejections } from "../../server/base/rejections";

describe("rejections", () => {
  function started() {
    const lines: string[] = [];
    let nowMs = 5_000;
    const rejections = new Rejections(
      (source, text, details) => lines.push(`${source} ${details?.level ?? ""} ${text}`),
      () => nowMs,
    );
    return { lines, rejections, pass: (ms: number) => (nowMs += ms) };
  }

  it("are logged with their reason, at most ten in ten seconds, and all are counted", () => {
    const { lines, rejections, pass } = started();
    for (let i = 1; i <= 25; i++) rejections.refuse("broker", "login", `client ${i}`);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe("broker warn Refused (login): client 1");
    pass(9_999);
    rejections.refuse("broker", "login", "client 26");
    expect(lines).toHaveLength(10);
    pass(1);
    rejections.refuse("broker", "login", "client 27");
    expect(lines.slice(10)).toEqual([
      "broker warn Refused (login): client 27 (and 16 more like it, not logged)",
    ]);
    expect(rejections.totals().login).toBe(27);
  });

  it("for one reason do not suppress those for another", () => {
    const { lines, rejections } = started();
    for (let i = 0; i < 100; i++) rejections.refuse("broker", "topic", "x");
    rejections.refuse("server", "token", "y");
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe("server warn Refused (token): y");
  });

  it("of payloads are counted by the last level of their topic, whatever it is", () => {
    const { lines, rejections } = started();
    for (const topic of ["a/telemetry", "a/b/telemetry", "a/state", "commands", "a/token", ""])
      rejections.countPayload(topic);
    const { telemetry, state, commands, other, ...others } = rejections.totals();
    expect([telemetry, state, commands, other]).toEqual([2, 1, 1, 2]);
    expect(Object.values(others).every((count) => count === 0)).toBe(true);
    expect(lines).toEqual([]);
  });

  it("have a counter for each reason from the start", () => {
    const { rejections } = started();
    expect(rejections.totals()).toEqual(Object.fromEntries(REASONS.map((reason) => [reason, 0])));
  });

  it("end a connection with an error that knows its reason", () => {
    const refusal = new Refusal("will", "no will on $SYS");
    expect(refusal).toBeInstanceOf(Error);
    expect([refusal.reason, refusal.message]).toEqual(["will", "no will on $SYS"]);
  });
});
