/** Links the runtime, with or without a package in it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { compileFile, compileFolders, version, type Target } from "./compile";
import { BOARD, OUTPUT, ROOT } from "./paths";
import { regions, type Region } from "./sizes";
import { fingerprint, makeOnce, run } from "./tools";
import { generateVm } from "./vm";

export interface Image {
  readonly elf: string;
  readonly cliVersion: string;
  readonly regions: readonly Region[];
}

export interface ImageOptions {
  /** What `makePackage` made; without it the image has an empty place for one. */
  readonly packed?: Uint8Array;
  readonly onTranslate?: () => void;
}

/** As the linker scripts say. */
const STORAGE_BYTES = 64 * 1024;

const LINK_FLAGS = [
  "-nostartfiles",
  "--specs=nano.specs",
  "--specs=nosys.specs",
  "-Wl,--gc-sections",
  "-Wl,--no-warn-rwx-segments",
  "-Wl,--fatal-warnings",
  "-Wl,--build-id=none",
];

export async function linkImage(target: Target, options: ImageOptions = {}): Promise<Image> {
  const vm = await generateVm(options.onTranslate);
  const include = [vm.folder];
  const parts = new Map<string, string>();
  const vmSources = [
    compileFile(target, join(vm.folder, "vm.c"), { generated: true, include }),
    compileFile(target, join(vm.folder, "vm_data.c"), { include }),
  ];
  for (const object of await Promise.all(vmSources)) parts.set(object, "virtual machine");
  for (const { object, folder } of await compileFolders(target, include)) parts.set(object, folder);
  const objects = [...parts.keys()];
  if (options.packed) objects.push(await packageObject(target, options.packed));

  const folders = ["cortex-m", target.name].map((folder) => join(BOARD, folder));
  const scripts = [join(BOARD, "cortex-m/sections.ld"), join(BOARD, target.name, "link.ld")];
  const key = fingerprint(
    objects.join("\n"),
    LINK_FLAGS.join("\n"),
    await version(target.compiler),
    ...scripts.map((script) => readFileSync(script, "utf8")),
  );
  const elf = join(OUTPUT, "images", `${target.name}-${key}.elf`);
  const map = elf.replace(/elf$/, "map");
  await makeOnce(elf, async (path) => {
    await run(target.compiler, [
      ...target.flags,
      ...LINK_FLAGS,
      ...folders.map((folder) => `-L${folder}`),
      "-Tlink.ld",
      `-Wl,-Map=${map}`,
      ...objects.map((object) => relative(ROOT, object)),
      "-lm",
      "-o",
      path,
    ]);
  });
  return {
    elf,
    cliVersion: vm.cliVersion,
    regions: regions({
      map,
      partOf: (object) => parts.get(join(ROOT, object)),
      vm,
      storageBytes: STORAGE_BYTES,
    }),
  };
}

/** An object whose one section the linker script puts where the runtime looks for it. */
async function packageObject(target: Target, packed: Uint8Array): Promise<string> {
  const folder = join(OUTPUT, "packages");
  const source = join(folder, `${fingerprint(packed)}.c`);
  mkdirSync(folder, { recursive: true });
  const bytes = `{${packed.join(",")}}`;
  writeFileSync(
    source,
    `__attribute__((section(".package"), used)) const unsigned char packed[] = ${bytes};\n`,
  );
  return await compileFile(target, source, { generated: true });
}
