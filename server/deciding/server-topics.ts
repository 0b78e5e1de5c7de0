import { SERVER_STATUS_TOPIC } from "../../src/common/wire";

/** Where servers speak to each other, and say to devices that they are there. */
export const SERVER_TOPICS = SERVER_STATUS_TOPIC.slice(0, SERVER_STATUS_TOPIC.lastIndexOf("/") + 1);

/** Followed by a device's id: `{"name":"…"}`, retained; empty if it has none. */
export const NAMES_TOPIC = `${SERVER_TOPICS}names/`;

/** Followed by an id: a person has removed the device. Not retained. */
export const REMOVED_TOPIC = `${SERVER_TOPICS}removed/`;
