/** `npm run user`: manages the users who may log in at the embedded broker. */
import { join, resolve } from "node:path";
import { warnOfExposure } from "../../server/base/secret-file";
import { UserError } from "../../server/base/user-error";
import { hashPassword } from "../../server/setup/password";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import { userNameError, Users } from "../../server/setup/users";
import { command, readArguments } from "./command";
import { readPassword } from "./prompt";

const USAGE = `Usage: npm run user -- add ID | list | remove ID

Manages the users of the embedded broker. A device's user name is its id.

  add ID            asks for a password, twice, or reads one line of standard input
  --server          with add: may publish and subscribe to everything
  --certificate     with add: no password, logs in by a certificate with ID as its common name
  --data DIR        the server's data folder                (${DEFAULT_DIR})
`;

const EXPECTED = "expected add ID, list or remove ID; see npm run user -- --help";
const MIN_CHARACTERS = 8;

async function main(): Promise<void> {
  const { values, positionals } = readArguments(USAGE, {
    server: { type: "boolean" },
    certificate: { type: "boolean" },
    data: { type: "string" },
  });
  const [action, name, ...rest] = positionals;
  const dir = resolve(values.data ?? DEFAULT_DIR);
  const users = new Users(dir);
  warnOfExposure(join(dir, "users.json"));
  if (rest.length > 0) throw new UserError(EXPECTED);
  if (action === "list" && name === undefined) list(users);
  else if (action === "remove" && name !== undefined) {
    if (!users.remove(name)) throw new UserError(`${name}: no such user`);
    console.log(`Removed ${name}`);
  } else if (action === "add" && name !== undefined) {
    const error = userNameError(name);
    if (error) throw new UserError(`add: ${error}`);
    const password = values.certificate ? null : await hashPassword(await newPassword(name));
    users.set(name, { role: values.server ? "server" : "device", password });
    console.log(`Added ${name}, a ${values.server ? "server" : "device"}`);
  } else throw new UserError(EXPECTED);
}

function list(users: Users): void {
  if (users.size === 0) console.log("No users yet: npm run user -- add ID");
  for (const [name, { role, password }] of users.entries())
    console.log(`${name}  ${role}, by ${password === null ? "certificate" : "password"}`);
}

async function newPassword(name: string): Promise<string> {
  const password = await readPassword(`Password of ${name}: `);
  if (password.length < MIN_CHARACTERS)
    throw new UserError(`password: too short, expected ${MIN_CHARACTERS} characters or more`);
  if (process.stdin.isTTY && (await readPassword("Once more: ")) !== password)
    throw new UserError("password: the two entries differ; nothing was changed");
  return password;
}

await command(main);
