import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BOARD_NAMES } from "../../boards/boards";
import { ROOT } from "../../server/base/root";
import { readVsCodeFile } from "../support/vscode-file";

interface Launch {
  configurations: {
    type: string;
    request: string;
    program?: string;
    deviceId?: string;
    stopOnEntry?: boolean;
    command?: string;
    preLaunchTask?: string;
    name: string;
  }[];
}

interface Attributes {
  properties: Record<string, unknown>;
}

interface Tasks {
  tasks: {
    label: string;
    type: string;
    script?: string;
    command?: string;
    isBackground?: boolean;
    dependsOn?: string;
    problemMatcher: { background?: { beginsPattern: string; endsPattern: string } };
  }[];
  inputs: { id: string; options: string[] }[];
}

const launch = readVsCodeFile(".vscode/launch.json") as Launch;
const { tasks, inputs } = readVsCodeFile(".vscode/tasks.json") as Tasks;
const { scripts } = readVsCodeFile("package.json") as { scripts: Record<string, string> };

describe("the checkout in VS Code", () => {
  it("names the requirements of this repository's extension", () => {
    const { contributes } = readVsCodeFile(".vscode/extensions/nightlight/package.json") as {
      contributes: {
        debuggers: { type: string; configurationAttributes: { launch: Attributes } }[];
      };
    };
    const [{ type, configurationAttributes } = { type: "", configurationAttributes: undefined }] =
      contributes.debuggers;
    const known = Object.keys(configurationAttributes?.launch.properties ?? {});
    const ours = launch.configurations.filter((configuration) => configuration.type === type);
    expect(ours).toHaveLength(2);
    for (const configuration of ours) {
      expect(configuration.request).toBe("launch");
      expect(["name", "type", "request", ...known]).toEqual(
        expect.arrayContaining(Object.keys(configuration)),
      );
    }
  });

  it("starts the simulator as the documentation of DeviceScript's extension says", () => {
    const theirs = launch.configurations.find(({ type }) => type === "devicescript");
    expect(theirs).toMatchObject({
      request: "launch",
      program: "${workspaceFolder}/src/main.ts",
      deviceId: "${command:deviceScriptSimulator}",
      stopOnEntry: false,
    });
  });

  it("names only existing programs, tasks and scripts", () => {
    for (const { program, preLaunchTask, command } of launch.configurations) {
      if (program !== undefined)
        expect(existsSync(join(ROOT, program.replace("${workspaceFolder}/", "")))).toBe(true);
      if (preLaunchTask !== undefined)
        expect(tasks.map(({ label }) => label)).toContain(preLaunchTask);
      if (command !== undefined)
        expect(command).toMatch(/^node --import tsx server\/main.ts --no-device$/);
    }
    for (const { script, command } of tasks) {
      const name = script ?? /^npm run (\S+) /.exec(command ?? "")?.[1] ?? "";
      expect(Object.keys(scripts)).toContain(name);
    }
  });

  it("compiles once: the task before F5 only writes the firmware's sources, and starts the rest", () => {
    const prepared = launch.configurations.filter((c) => c.preLaunchTask);
    expect(prepared.length).toBeGreaterThan(0);
    for (const { type, preLaunchTask } of prepared) {
      const task = tasks.find(({ label }) => label === preLaunchTask);
      expect(type).toBe("devicescript");
      expect(["prepare:firmware", "start:vscode"]).toContain(task?.script);
      if (task?.isBackground) expect(task.dependsOn).toBe("Prepare the firmware");
    }
  });

  it("recognises in the output whether the background task is ready or has failed", () => {
    const matcher = tasks.find(({ isBackground }) => isBackground)?.problemMatcher;
    const { endsPattern = "", beginsPattern = "" } = matcher?.background ?? {};
    const ends = new RegExp(endsPattern);
    expect("Nightlight is ready: http://localhost:8080").toMatch(ends);
    expect("nightlight: port 1883 is in use").toMatch(ends);
    expect("broker  Listening on mqtt://127.0.0.1:1883").toMatch(new RegExp(beginsPattern));
    expect("server  Connected to mqtt://127.0.0.1:1883").not.toMatch(ends);
  });

  it("offers every board", () => {
    expect(inputs.find(({ id }) => id === "board")?.options).toEqual(BOARD_NAMES);
  });

  it("has the files that activate the extension", () => {
    expect(existsSync(join(ROOT, "devsconfig.json"))).toBe(true);
    expect(existsSync(join(ROOT, "node_modules/.bin/devicescript"))).toBe(true);
  });

  it("has a dev container with the Node version of package.json", () => {
    const container = readVsCodeFile(".devcontainer/devcontainer.json") as {
      image: string;
      postCreateCommand: string;
    };
    const [, major] = /typescript-node:(\d+)-/.exec(container.image) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(20);
    expect(container.postCreateCommand).toContain("npm ci");
  });
});
