import { existsSync, mkdirSync, readdirSync, renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Rejections } from "../../server/base/rejections";
import { UserError } from "../../server/base/user-error";
import { BrokerCore } from "../../server/broker/core";
import { type OpenedJournal, openJournal } from "../../server/broker/open-journal";
import { SqliteStore } from "../../server/broker/sqlite-store";
import { folderForTest } from "../support/folder";

describe("the broker's folder", () => {
  let dataDir: string;
  let file: string;
  let fault: string | undefined;
  let said: string[];

  beforeEach(() => {
    dataDir = folderForTest();
    file = join(dataDir, "broker", "broker.db");
    fault = undefined;
    said = [];
  });

  function write(key: string, head: string): void {
    const store = new SqliteStore(join(dataDir, "broker"));
    store.load();
    store.write([{ key, head }]);
    store.close();
  }

  function open(): Promise<OpenedJournal> {
    const rejections = new Rejections(() => undefined);
    const onTrouble = (text: string) => said.push(text);
    return openJournal(dataDir, { rejections, onTrouble }, (sink) => {
      const core = new BrokerCore({
        limits: { queued: 10, retained: 10, sessions: 10 },
        sink,
        nowMs: () => 0,
        onDropped: () => undefined,
      });
      core.publishWills = () => {
        if (fault !== undefined) throw new Error(fault);
      };
      return core;
    });
  }

  async function opensAfterARename(): Promise<void> {
    // SQLite's lock exists only while the file is open.
    expect(existsSync(`${file}.lock`)).toBe(false);
    renameSync(file, `${file}.before`);
    const { journal, unlock } = await open();
    await journal.close();
    await unlock();
    expect(existsSync(file)).toBe(true);
  }

  it.each([
    ["session/lamp", "null"],
    ["session/lamp", '{"clientId":"lamp","owner":""}'],
    ["retained/t", "null"],
    ["will/lamp", "null"],
  ])(
    "with a record %s of %s is refused in one line, and left closed and unlocked",
    async (key, head) => {
      write(key, head);
      const error: unknown = await open().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).toMatch(
        /^--data .*broker\.db is malformed \(.+\); rename it, /,
      );
      await opensAfterARename();
    },
  );

  it("starts empty beside a damaged file, logs the file's new name, and ignores an old lock", async () => {
    write("session/lamp", '{"clientId":"lamp","owner":"","filters":[]}');
    truncateSync(file, 0);
    // SQLite's lock is left over when a process is killed.
    mkdirSync(`${file}.lock`);
    const { core, journal, unlock } = await open();
    await journal.close();
    await unlock();
    expect(core.session("lamp")).toBeUndefined();
    expect(said).toEqual([
      expect.stringMatching(/broker\.db was damaged: renamed to .*broker\.db\.damaged-/),
    ]);
    expect(readdirSync(join(dataDir, "broker"))).toContainEqual(
      expect.stringMatching(/^broker\.db\.damaged-/),
    );
  });

  it("is left closed and unlocked if a will can't be published", async () => {
    write("session/lamp", '{"clientId":"lamp","owner":"","filters":[]}');
    fault = "a mistake";
    await expect(open()).rejects.toThrow("a mistake");
    fault = undefined;
    await opensAfterARename();
  });
});
