/** Links the runtime, with or without a package. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../../server/base/root";
import { type BuildTarget, compileFile, compileFolders, compilerVersion, filesIn } from "./compile";
import { generateFonts } from "./font/font";
import { BUILD_FOLDER, WIO_FOLDER } from "./paths";
import { type Region, regions } from "./sizes";
import { fingerprint, makeIfMissing, run } from "./tools";
import { generateVm } from "./vm";

export interface Image {
  readonly elf: string;
  readonly cliVersion: string;
  /** The image's use of flash and RAM. Only for an image of the real chip. */
  readonly regions: () => Region[];
}

export interface ImageOptions {
  /** A package from `makePackage`. Without a package, the image has an empty space for one. */
  readonly packed?: Uint8Array;
  readonly onTranslate?: () => void;
}

/** Size of the storage area, as in the linker scripts. */
const STORAGE_BYTES = 128 * 1024;

const LINK_FLAGS = ["-Wl,--gc-sections", "-Wl,--fatal-warnings", "-Wl,--build-id=none"];

export async function linkImage(target: BuildTarget, options: ImageOptions = {}): Promise<Image> {
  const vm = await generateVm(options.onTranslate);
  const include = [vm.folder];
  const parts = new Map<string, string>();
  const vmSources = [
    compileFile(target, join(vm.folder, "vm.c"), { generated: true, include }),
    compileFile(target, join(vm.folder, "vm_data.c"), { include }),
  ];
  // The board's code comes first: the linker script needs that code in the first bank of the flash.
  for (const { object, folder } of await compileFolders(target, include)) parts.set(object, folder);
  for (const object of await Promise.all(vmSources)) parts.set(object, "virtual machine");
  if (target.folders.includes("screen"))
    parts.set(await compileFile(target, await generateFonts(), { include }), "screen");
  const objects = [...parts.keys()];
  if (options.packed) objects.push(await packageObject(target, options.packed));

  const folders = target.scriptFolders.map((folder) => join(WIO_FOLDER, folder));
  const key = fingerprint(
    objects.join("\n"),
    [...LINK_FLAGS, ...target.linkFlags].join("\n"),
    await compilerVersion(target.compiler),
    ...folders.flatMap((folder) => filesIn(folder, ".ld")).map((path) => readFileSync(path)),
  );
  const elf = join(BUILD_FOLDER, "images", `${target.name}-${key}.elf`);
  const map = elf.replace(/elf$/, "map");
  await makeIfMissing(elf, async (path) => {
    await run(target.compiler, [
      ...target.flags,
      ...LINK_FLAGS,
      ...folders.map((folder) => `-L${folder}`),
      ...target.linkFlags,
      `-Wl,-Map=${map}`,
      ...objects.map((object) => relative(ROOT, object)),
      "-lm",
      "-o",
      path,
    ]);
  });
  const partOf = (object: string): string | undefined => parts.get(join(ROOT, object));
  return {
    elf,
    cliVersion: vm.cliVersion,
    regions: () => regions({ map, partOf, vm, storageBytes: STORAGE_BYTES }),
  };
}

/** Compiles the package. The linker script puts the object where the runtime expects a package. */
async function packageObject(target: BuildTarget, packed: Uint8Array): Promise<string> {
  const folder = join(BUILD_FOLDER, "packages");
  const source = join(folder, `${fingerprint(packed)}.c`);
  mkdirSync(folder, { recursive: true });
  const bytes = `{${packed.join(",")}}`;
  writeFileSync(
    source,
    `__attribute__((section(".package"), used)) const unsigned char packed[] = ${bytes};\n`,
  );
  return await compileFile(target, source, { generated: true });
}
