import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestCa } from "../../boards/tools/test-ca";
import { pageToken } from "../../server/http/token";
import { OPEN_ON_LOOPBACK, type Security } from "../../server/setup/security-options";
import { readTls } from "../../server/setup/tls";
import { Users } from "../../server/setup/users";
import { folderForAll } from "../support/folder";
import { freePort } from "../support/free-port";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { launchBrowser, openTab } from "./browser";

describe.each(["http", "https"])("a real browser that logs in over %s", (scheme) => {
  const dir = folderForAll();
  let browser: Browser;
  let nightlight: Started;
  let token: string;
  let security: Security;

  beforeAll(async () => {
    new Users(dir).set("lamp-1", { role: "device", password: null });
    makeTestCa(dir, ["server"]);
    const files = { cert: join(dir, "server.pem"), key: join(dir, "server.key") };
    token = pageToken(dir, undefined).token;
    security = {
      ...OPEN_ON_LOOPBACK,
      listen: "127.0.0.1",
      usersDir: dir,
      tls: scheme === "https" ? readTls(files) : {},
    };
    nightlight = await startNightlight({ security });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await nightlight.stop();
  });

  it("ignores requests of another site's page, even after a login", async () => {
    const evil = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>Evil</title>");
    });
    await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
    const { port } = evil.address() as AddressInfo;
    const page = await openTab(browser, { ignoreHTTPSErrors: true });
    await page.goto(nightlight.url);
    await page.getByLabel("Token of this server").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator('body[data-connection="live"]').waitFor();
    const before = nightlight.rejections.totals()["cross-site"];

    await page.goto(`http://127.0.0.1:${port}/`);
    const outcomes = await page.evaluate(async (url) => {
      const ends = (target: EventTarget) =>
        new Promise<string>((resolve) => {
          for (const name of ["open", "load", "error"])
            target.addEventListener(name, () => resolve(name));
        });
      const image = new Image();
      const imageEnds = ends(image);
      image.src = `${url}/api/devices`;
      await fetch(`${url}/api/devices/test-1/commands`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        body: '{"led_on":true}',
      });
      return [
        await imageEnds,
        await ends(new EventSource(`${url}/api/events`, { withCredentials: true })),
        await ends(new WebSocket(`${url.replace("http", "ws")}/mqtt`, "mqtt")),
      ];
    }, nightlight.url);
    expect(outcomes).toEqual(["error", "error", "error"]);
    const refused = nightlight.rejections.totals()["cross-site"] - before;
    expect(refused).toBeGreaterThanOrEqual(4);
    expect(nightlight.log.filter((line) => line.includes('"led_on":true'))).toEqual([]);
    await page.context().close();
    await new Promise((resolve) => evil.close(resolve));
  });

  it("is asked for the token, then shows the page live and can send commands", async () => {
    // The browser does not trust the test's CA.
    const page = await openTab(browser, { ignoreHTTPSErrors: true });
    await page.goto(nightlight.url);
    await page.getByLabel("Token of this server").fill("not the token at all");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Wrong token.").waitFor();
    await page.getByLabel("Token of this server").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator('body[data-connection="live"]').waitFor();
    expect(page.url()).toBe(`${nightlight.url}/`);

    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      httpOnly: true,
      sameSite: "Strict",
      secure: scheme === "https",
    });
    expect(await page.evaluate(() => document.cookie)).toBe("");
    const status = await page.evaluate(async () => {
      const init = { method: "POST", body: '{"led_on":true}' };
      return (await fetch("/api/devices/test-1/commands", init)).status;
    });
    expect(status).toBe(202);
    await until("the command is sent", () =>
      nightlight.log.some((line) => line.startsWith('Sending message: {"led_on":true')),
    );
    await page.context().close();
  });

  it("is asked for the token again when its login has expired", async () => {
    const options = { security, simulate: false, httpPort: await freePort() };
    const before = await startNightlight(options);
    const page = await openTab(browser, { ignoreHTTPSErrors: true });
    await page.goto(before.url);
    await page.getByLabel("Token of this server").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator('body[data-connection="live"]').waitFor();
    await page.context().clearCookies();
    await before.stop();
    await page.locator('body[data-connection="away"]').waitFor();
    const after = await startNightlight(options);
    await page.getByLabel("Token of this server").waitFor();
    await page.context().close();
    await after.stop();
  });
});
