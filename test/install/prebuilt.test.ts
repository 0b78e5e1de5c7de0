import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";

interface Locked {
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};

interface Platform {
  os: string;
  cpu: string;
  libc?: "glibc" | "musl";
}

const PLATFORMS: Platform[] = [
  { os: "linux", cpu: "x64", libc: "glibc" },
  { os: "linux", cpu: "x64", libc: "musl" },
  { os: "linux", cpu: "arm64", libc: "glibc" },
  { os: "linux", cpu: "arm64", libc: "musl" },
  { os: "darwin", cpu: "x64" },
  { os: "darwin", cpu: "arm64" },
  { os: "win32", cpu: "x64" },
];

/**
 * Packages without a prebuilt file for a platform. serialport is optional: without it, everything
 * works except the USB line to a board.
 */
const MISSING = ["node_modules/@serialport/bindings-cpp on linux arm64 musl"];

const nameOf = ({ os, cpu, libc }: Platform) => [os, cpu, libc].filter(Boolean).join(" ");

/** Finds a package by name, as Node does from the folder of another package. */
function installedAt(name: string, from: string): Locked | undefined {
  return packages[`${from}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
}

function hasVariantFor(folder: string, { os, cpu, libc }: Platform): boolean {
  return Object.keys(packages[folder]?.optionalDependencies ?? {}).some((name) => {
    const variant = installedAt(name, folder);
    return (
      variant?.os?.includes(os) === true &&
      variant.cpu?.includes(cpu) === true &&
      (libc === undefined || variant.libc?.includes(libc) !== false)
    );
  });
}

/**
 * Returns the file that the package's own loader would choose on a platform. Environment variables
 * set the platform.
 */
function prebuiltFile(folder: string, { os, cpu, libc }: Platform): string | undefined {
  const script = 'console.log(require("node-gyp-build").resolve("."))';
  const env = { ...process.env, npm_config_platform: os, npm_config_arch: cpu, LIBC: libc ?? "" };
  const options = {
    cwd: join(ROOT, folder),
    env: { ...env, PREBUILDS_ONLY: "1", ARM_VERSION: cpu === "arm64" ? "8" : "" },
    encoding: "utf8",
    stdio: "pipe",
  } as const;
  try {
    return execFileSync(process.execPath, ["-e", script], options).trim();
  } catch {
    return undefined;
  }
}

/**
 * Returns the C library with which an ELF file was linked; undefined if the file runs with every C
 * library.
 */
function libcOf(file: string): Platform["libc"] {
  const bytes = readFileSync(file);
  return bytes.includes("libc.musl") ? "musl" : bytes.includes("GLIBC_") ? "glibc" : undefined;
}

function runsOn(folder: string, platform: Platform): boolean {
  if (!existsSync(join(ROOT, folder, "prebuilds"))) return hasVariantFor(folder, platform);
  const file = prebuiltFile(folder, platform);
  if (file === undefined) return false;
  return (libcOf(file) ?? platform.libc) === platform.libc;
}

describe("every package with native code", () => {
  const withScripts = Object.keys(packages).filter(
    (folder) => packages[folder]?.hasInstallScript === true,
  );
  const withVariants = Object.keys(packages).filter((folder) =>
    Object.keys(packages[folder]?.optionalDependencies ?? {}).some(
      (name) => installedAt(name, folder)?.cpu !== undefined,
    ),
  );
  const folders = [...new Set([...withScripts, ...withVariants])];

  it("is found", () => {
    expect(folders).toEqual(
      expect.arrayContaining(["node_modules/esbuild", "node_modules/@serialport/bindings-cpp"]),
    );
  });

  it.each(PLATFORMS.map((platform) => [nameOf(platform), platform] as const))(
    "is prebuilt for %s",
    (name, platform) => {
      const missing = folders.filter((folder) => !runsOn(folder, platform));
      const expected = MISSING.filter(
        (text) => text.endsWith(` on ${name}`) && packages[text.split(" ")[0] ?? ""] !== undefined,
      );
      expect(missing.map((folder) => `${folder} on ${name}`)).toEqual(expected);
    },
  );

  it("needs no install script", () => {
    expect(packages[""]?.hasInstallScript).toBeUndefined();
    expect(readFileSync(join(ROOT, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  });
});
