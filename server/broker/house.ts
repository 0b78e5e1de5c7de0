import type { TopicNames } from "../../src/common/wire";
import type { Rejections } from "../base/rejections";
import type { Limits } from "../setup/broker-limits";
import type { Core } from "./core";
import type { Journal } from "./journal";
import type { Logins } from "./logins";

/** What a client needs of the broker that it is at. */
export interface House {
  readonly core: Core;
  readonly journal: Journal | undefined;
  readonly logins: Logins;
  readonly limits: Limits;
  readonly topics: TopicNames;
  readonly rejections: Rejections;
  /** Clients within this process. */
  readonly locals: Set<unknown>;
  /** A client id for one that came without. */
  newClientId(): string;
  /** A client id was taken over from one address by another. */
  onReplaced(clientId: string, from: string, by: string): void;
  onTrouble(message: string): void;
}
