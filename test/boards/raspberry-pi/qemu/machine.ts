import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../../../server/base/root";
import { cpio, type Entry } from "./cpio";

const FOLDER = join(ROOT, ".devicescript/qemu-pi");
/** Kernel modules in load order: each module comes after those that it depends on. */
const MODULES = [
  ...["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"],
  ...["9pnet", "9pnet_virtio", "netfs", "fscache", "9p"],
  ...["failover", "net_failover", "virtio_net", "hid", "uhid", "hid-cp2112", "i2c-dev"],
];
const [DIRECTORY, PROGRAM, FILE] = [0o040755, 0o100755, 0o100644];

/**
 * Returns the paths of Debian's kernel, its modules and a shell. The packages are downloaded and
 * unpacked, but not installed.
 * @throws Error if apt does not offer the packages
 */
function debianFiles(): { kernel: string; modules: string; busybox: string } {
  const unpacked = join(FOLDER, "unpacked");
  if (!existsSync(unpacked)) {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const depends = execFileSync("apt-cache", ["depends", "linux-image-amd64"], {
      encoding: "utf8",
    });
    const image = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
    if (image === undefined) throw new Error("apt knows no linux-image-amd64");
    execFileSync("apt-get", ["download", image, "busybox-static"], { cwd: FOLDER, stdio: "pipe" });
    const packages = readdirSync(FOLDER).filter((name) => name.endsWith(".deb"));
    for (const name of packages)
      execFileSync("dpkg-deb", ["-x", join(FOLDER, name), `${unpacked}.new`]);
    execFileSync("mv", [`${unpacked}.new`, unpacked]);
  }
  const kernel = readdirSync(join(unpacked, "boot")).find((name) => name.startsWith("vmlinuz"));
  const [release = ""] = readdirSync(join(unpacked, "lib/modules"));
  return {
    kernel: join(unpacked, "boot", kernel ?? ""),
    modules: join(unpacked, "lib/modules", release),
    busybox: join(unpacked, "bin/busybox"),
  };
}

/**
 * Builds the first root file system. It loads the modules, mounts the host's file system read-only,
 * and runs `command` in it.
 */
function initramfs(modules: string, busybox: string, command: string[]): Buffer {
  const files = readdirSync(modules, { recursive: true, encoding: "utf8" });
  const load: Entry[] = MODULES.map((name) => {
    const file = files.find((file) => file.endsWith(`/${name}.ko`));
    if (file === undefined) throw new Error(`the kernel has no module ${name}`);
    return { name: `m/${name}.ko`, mode: FILE, content: readFileSync(join(modules, file)) };
  });
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const init = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for m in ${MODULES.join(" ")}; do $b insmod /m/$m.ko; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /h
for d in dev proc sys; do $b mount --bind /$d /h/$d; done
$b mount -t tmpfs run /h/run
[ -f '/h${ROOT}.env.local' ] && $b mount --bind /dev/null '/h${ROOT}.env.local'
$b ip link set lo up
$b ip addr add 10.0.2.15/24 dev eth0
$b ip link set eth0 up
$b chroot /h ${quoted}
$b poweroff -f
`;
  return gzipSync(
    cpio([
      ...["bin", "m", "h", "proc", "sys", "dev"].map((name) => ({ name, mode: DIRECTORY })),
      { name: "bin/busybox", mode: PROGRAM, content: readFileSync(busybox) },
      { name: "init", mode: PROGRAM, content: Buffer.from(init) },
      ...load,
    ]),
  );
}

/**
 * Boots Debian's kernel with the host's file system, and runs a command as root.
 * @returns QEMU; the machine's console is its output
 */
export function boot(command: string[]): ChildProcess {
  const { kernel, modules, busybox } = debianFiles();
  const initrd = join(FOLDER, "initrd.gz");
  writeFileSync(initrd, initramfs(modules, busybox, command));
  return spawn(
    "qemu-system-x86_64",
    [
      ...["-M", "q35,accel=tcg", "-cpu", "max", "-smp", "1", "-m", "1024", "-nographic"],
      ...["-no-reboot", "-kernel", kernel, "-initrd", initrd],
      ...["-append", "console=ttyS0 quiet panic=-1 mitigations=off"],
      ...["-nic", "user,model=virtio-net-pci"],
      ...["-fsdev", "local,id=h,path=/,security_model=none,readonly=on,multidevs=remap"],
      ...["-device", "virtio-9p-pci,fsdev=h,mount_tag=host"],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}
