import { SERVER_STATUS_TOPIC } from "../../src/common/wire";

/** Prefix of the topics on which servers talk to each other and announce themselves to devices. */
export const SERVER_TOPICS = SERVER_STATUS_TOPIC.slice(0, SERVER_STATUS_TOPIC.lastIndexOf("/") + 1);

/**
 * Prefix of the topic of a device's name, followed by the device's id. The retained payload is
 * `{"name":"…"}`, or empty if the device has no name.
 */
export const NAMES_TOPIC = `${SERVER_TOPICS}names/`;

/**
 * Prefix of the topic of a device's removal, followed by the device's id. Published when a person
 * has removed the device; not retained.
 */
export const REMOVED_TOPIC = `${SERVER_TOPICS}removed/`;
