import { join } from "node:path";
import { exposureOf } from "../base/secret-file";
import type { Security } from "./security-options";

const FILES = ["program-key.pem", "token", "update-keys.json", "users.json"];

/** Returns a warning for each secret file that users other than its owner can use. */
export function exposedSecrets({ usersDir, keyFile }: Security): string[] {
  const paths = FILES.map((name) => join(usersDir, name));
  if (keyFile !== undefined) paths.push(keyFile);
  return paths.flatMap((path) => exposureOf(path) ?? []);
}
