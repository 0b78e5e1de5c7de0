import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { folderForTest } from "../support/folder";
import { aptGet } from "./apt";

it("waits while another apt has the lock, and says so", async () => {
  const dir = folderForTest();
  mkdirSync(join(dir, "lists/partial"), { recursive: true });
  // Simulates a package source that never answers. While the real apt-get waits for the source, it
  // holds the lock.
  let asked: () => void;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const server = createServer(() => asked());
  const closeServer = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(closeServer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(dir, "sources"), `deb [trusted=yes] http://127.0.0.1:${port} x main\n`);
  const options = (sources: string) =>
    [
      `Dir::State::lists=${join(dir, "lists")}`,
      `Dir::Etc::sourcelist=${sources}`,
      "Dir::Etc::sourceparts=/dev/null",
      "Acquire::Retries=0",
      "Acquire::http::Proxy=DIRECT",
    ].flatMap((option) => ["-o", option]);
  const first = spawn("apt-get", ["update", ...options(join(dir, "sources"))], { stdio: "ignore" });
  onTestFinished(() => void first.kill());
  await isAsked;

  const said: string[] = [];
  const update = aptGet(["update", "-qq", ...options("/dev/null")], (line) => {
    said.push(line);
    closeServer();
  });
  expect(await update).toBe(true);
  expect(said).toEqual(["apt is busy, waiting up to 5 minutes for it ..."]);
});
