import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { folderForAll } from "../support/folder";
import { Program } from "../support/program";
import { Witness } from "../support/witness";

type Line = Record<string, unknown>;

let program: Program;

function start(...flags: string[]): Program {
  program = new Program(process.execPath, ["server/start.js", ...flags], {
    cwd: ROOT,
  });
  return program;
}

const ANY_PORTS = ["--mqtt-port", "0", "--http-port", "0"];

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** Parses the lines of the output. Throws if a line is not JSON. */
function linesOf(stdout: string): Line[] {
  expect(stdout.endsWith("\n")).toBe(true);
  return stdout
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

async function lesson(): Promise<Witness> {
  await program.untilPrinted("Nightlight is ready");
  const [url = ""] = /mqtt:\/\/127\.0\.0\.1:\d+/.exec(program.output) ?? [];
  return await Witness.connect(url, "+/commands");
}

describe("--log json", () => {
  afterEach(async () => {
    await program.stop();
  });

  it("writes only JSON lines, from the first to the last", async () => {
    start("--log", "json", "--id", "lamp-7", "--light", "100", ...ANY_PORTS);
    const witness = await lesson();
    await witness.publish("odd/telemetry", '{"light":"\u001b[31m\\n"}');
    await program.untilPrinted("ignored");
    await program.untilPrinted("Sending message");
    await witness.stop();
    const { code, stdout, stderr } = await program.stop("SIGTERM");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    const lines = linesOf(stdout);
    for (const line of lines)
      expect(line).toMatchObject({
        level: matching(/^(info|warn|error)$/),
        time: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        source: matching(/^(broker|server|device|page|start)$/),
        message: matching(/./),
      });
    const saying = (start: string) =>
      lines.find(({ message }) => String(message).startsWith(start));
    expect(saying("Nightlight is ready: ")).toMatchObject({ level: "info", source: "start" });
    expect(saying("Message received: ")).toMatchObject({ source: "server", id: "lamp-7" });
    expect(saying("Sending message: ")).toMatchObject({ source: "server", id: "lamp-7" });
    expect(saying("ignored ")).toMatchObject({ level: "warn", topic: "odd/telemetry" });
    expect(lines.at(-1)).toMatchObject({ level: "info", source: "start", message: "Stopping ..." });
  });

  it("names the reason if a client was refused", async () => {
    start("--log", "json", "--no-device", "--limit", "topic-bytes=40", ...ANY_PORTS);
    const witness = await lesson();
    witness.client.publish("a".repeat(41), "x");
    await program.untilPrinted("Refused");
    await witness.stop();
    const { stdout } = await program.stop("SIGTERM");
    const refused = linesOf(stdout).find(({ reason }) => reason !== undefined);
    expect(refused).toMatchObject({ level: "warn", source: "broker", reason: "topic" });
  });

  it("shows a readable share of many messages, counts the others, and loses none", async () => {
    start("--log", "json", "--no-device", ...ANY_PORTS);
    const witness = await lesson();
    const count = 2_000;
    for (let light = 1; light <= count; light++)
      witness.client.publish("lamp/telemetry", `{"light":${light % 1000},"seq":${light}}`);
    await witness.untilSeen("lamp/commands", new RegExp(`"seq":${count}\\b`));
    const { stdout } = await program.stop("SIGTERM");
    await witness.stop();
    const messages = linesOf(stdout).map(({ message }) => String(message));
    const shown = messages.filter((message) =>
      /^(Message received|Sending message): /.test(message),
    );
    const more = messages.flatMap(
      (message) =>
        /^and ([\d,]+) more messages in the last second$/.exec(message)?.[1]?.replaceAll(",", "") ??
        [],
    );
    expect(more.length).toBeGreaterThan(0);
    // At most 20 messages are shown in each second. The seconds may overlap by one, and the last
    // second may be cut short.
    expect(shown.length).toBeLessThanOrEqual(20 * (more.length + 2));
    // Each reading and the command that answers it is either shown or counted.
    expect(shown.length + more.reduce((sum, text) => sum + Number(text), 0)).toBe(2 * count);
  });

  it.each([
    [["--bogus"], "Unknown option '--bogus'; see npm start -- --help"],
    [["--light", "2000"], '--light: expected a whole number from 0 to 1023, got "2000"'],
    [["--config", "nowhere.json"], "nowhere.json: does not exist"],
    [["--broker", "mqtt://127.0.0.1:1"], /^cannot reach the broker mqtt:\/\/127\.0\.0\.1:1: /],
  ])("reports what is wrong with %s in a JSON line, too", async (flags, message) => {
    const { code, stdout, stderr } = await start("--log", "json", ...flags).end;
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const says = typeof message === "string" ? message : matching(message);
    expect(linesOf(stdout)).toMatchObject([{ level: "error", source: "start", message: says }]);
  });

  it("is the only other log format", async () => {
    const { code, stdout, stderr } = await start("--log", "xml").end;
    const line = 'nightlight: --log: expected text or json, got "xml"\n';
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: line });
  });
});

describe("a log whose reader has gone", () => {
  const folder = folderForAll();

  afterEach(async () => {
    await program.stop();
  });

  it.each(["text", "json"])("does not end the server, and costs no reading: %s", async (format) => {
    const flags = ["--log", format, "--no-device", "--data", join(folder, format), ...ANY_PORTS];
    start(...flags);
    const witness = await lesson();
    program.hearNoMore();
    for (let light = 1; light <= 5; light++) {
      await witness.publish("lamp/telemetry", `{"light":${light},"seq":${light}}`);
      await witness.untilSeen("lamp/commands", new RegExp(`"seq":${light}\\b`));
    }
    await witness.stop();
    // A closing terminal sends this signal.
    expect(await program.stop("SIGHUP")).toMatchObject({ code: 0 });

    start(...flags);
    await program.untilPrinted("Nightlight is ready");
    const [url = ""] = /http:\/\/localhost:\d+/.exec(program.output) ?? [];
    const answer = await fetch(`${url}/api/devices/lamp/telemetry`);
    const { points } = (await answer.json()) as { points: { readings: number }[] };
    expect(points.reduce((sum, { readings }) => sum + readings, 0)).toBe(5);
  });
});
