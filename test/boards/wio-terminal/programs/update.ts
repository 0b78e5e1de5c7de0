/**
 * An old program and four new programs. They differ in one digit, which the test changes in the
 * bytecode. The old program asks for an update at each start; the new programs panic, loop, wait or
 * confirm the update.
 */
import { CloudConfiguration, delay, Role } from "@devicescript/core";
import { deleteSetting, readSetting, writeSetting } from "@devicescript/settings";

/** The compiler has this service, but its declarations do not. */
declare module "@devicescript/core" {
  class CloudConfiguration extends Role {
    constructor(roleName?: string);
    setConnectionString(text: string): Promise<void>;
  }
}

const VARIANT = "variant 0";
const variant = parseInt(VARIANT.slice("variant ".length));
const cloud = new CloudConfiguration();

async function setAddress(address: string): Promise<void> {
  while (!(await cloud.binding().read())) await delay(50);
  await cloud.setConnectionString(address);
}

/**
 * Selects the next signature. A setting in a package has a single value, so each signature has its
 * own setting.
 */
async function nameNextSignature(): Promise<void> {
  const n = (await readSetting<number>("ASKED", 0)) + 1;
  await writeSetting("ASKED", n);
  await writeSetting("SIGNATURE", await readSetting<string>("SIGNATURE_" + n));
}

async function askForAnother(): Promise<void> {
  const takenBack = await readSetting<string>("TAKEN_BACK");
  const crash = await readSetting<string>("CRASH");
  console.log("old: taken back: " + takenBack + "; crash: " + crash);
  await deleteSetting("TAKEN_BACK");
  await deleteSetting("CRASH");
  await nameNextSignature();
  await writeSetting("TRIAL", 10);
  await setAddress(await readSetting<string>("GATEWAY"));
}

console.log("runs: " + VARIANT);
if (variant === 0) await askForAnother();
else if (variant === 1) throw new Error("on purpose");
else if (variant === 2) for (let i = 0; i >= 0; i++);
else {
  await setAddress("");
  if (variant === 4) await deleteSetting("TRIAL");
}
