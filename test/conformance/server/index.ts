/** All tests of statements that bind a server. */
import type { Case } from "../scene";
import { CONNACK } from "./connack";
import { CONNECT } from "./connect";
import { CONNECTIONS } from "./connections";
import { MESSAGES } from "./messages";
import { ORDER } from "./order";
import { PACKETS } from "./packets";
import { RETAINED } from "./retained";
import { SESSIONS } from "./sessions";
import { SUBSCRIPTIONS } from "./subscriptions";
import { TOPICS } from "./topics";
import { WILLS } from "./wills";

export const SERVER_CASES: Case[] = [
  ...PACKETS,
  ...CONNECT,
  ...CONNACK,
  ...WILLS,
  ...SESSIONS,
  ...MESSAGES,
  ...ORDER,
  ...RETAINED,
  ...SUBSCRIPTIONS,
  ...TOPICS,
  ...CONNECTIONS,
];
