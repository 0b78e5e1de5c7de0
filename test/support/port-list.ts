import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Program } from "./program";
import type { PseudoPort, UsbIdentity } from "./pseudo-port";
import { until } from "./until";

/** The operating system's list of ports, for tests in which boards are plugged in and unplugged. */
export class PortList {
  private readonly dir = mkdtempSync(join(tmpdir(), "nightlight-ports-"));
  private readonly entries: Map<PseudoPort, string>;

  /** @param first the list is for tools that run in this port's environment */
  constructor(first: PseudoPort, ...others: PseudoPort[]) {
    onTestFinished(() => rmSync(this.dir, { recursive: true }));
    const entryOf = ({ dir }: PseudoPort) =>
      execFileSync(join(dir, "bin", "udevadm"), { encoding: "utf8" });
    this.entries = new Map([first, ...others].map((port) => [port, entryOf(port)]));
    writeFileSync(join(this.dir, "looks"), "");
    first.tool("udevadm", `echo >> ${this.dir}/looks; cat ${this.dir}/*.port 2>/dev/null || true`);
    for (const port of this.entries.keys()) this.show(port);
  }

  /**
   * Shows the port in the list.
   * @param changed identity fields that differ from those of the port
   */
  show(port: PseudoPort, changed: Partial<UsbIdentity> = {}): void {
    const entry = (this.entries.get(port) ?? "")
      .replace(/(?<=ID_MODEL_ID=).*/, changed.productId ?? "$&")
      .replace(/(?<=ID_SERIAL_SHORT=).*/, changed.serialNumber ?? "$&");
    // The new file is renamed into place, because a tool may be reading the old one.
    writeFileSync(join(this.dir, "new"), entry);
    renameSync(join(this.dir, "new"), this.file(port));
  }

  hide(port: PseudoPort): void {
    rmSync(this.file(port));
  }

  /** Waits until the tool has started and finished another look at the list of ports. */
  async untilReadBy(tool: Program): Promise<void> {
    const looks = () => statSync(join(this.dir, "looks")).size;
    const before = looks();
    await until("the tool looks at the list of ports", () => {
      if (tool.hasEnded) throw new Error(`it ended, and said:\n${tool.output}`);
      return looks() >= before + 2;
    });
  }

  private file(port: PseudoPort): string {
    return join(this.dir, `${[...this.entries.keys()].indexOf(port)}.port`);
  }
}
