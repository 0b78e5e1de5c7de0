/** The parts of the runtimes with a network that the compiler's declarations omit. */
import { Register, Role } from "@devicescript/core";

/** Services of each runtime with a network, which the compiler knows. */
declare module "@devicescript/core" {
  class CloudConfiguration extends Role {
    constructor(roleName?: string);
    setConnectionString(text: string): Promise<void>;
  }
  class DeviceScriptManager extends Role {
    constructor(roleName?: string);
    readonly programSha256: Register<Buffer>;
  }
}

/** The runtime's own functions for its one socket, in `@devicescript/core`. */
export interface Sockets {
  _socketClose(): number;
}

/**
 * Whether the runtime has the service. Valid once the settings were read: roles are bound by then.
 */
export function isThere(role: Role): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- a client register has the value only after the next change
  return role.isBound;
}
