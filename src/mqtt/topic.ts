/** Topic names and topic filters [MQTT 4.7]. */

/** True for a name that may be published to [MQTT-3.3.2-2, MQTT-4.7.3-1, MQTT-4.7.3-2]. */
export function isTopic(name: string): boolean {
  if (name === "") return false;
  if (name.indexOf("#") >= 0) return false;
  if (name.indexOf("+") >= 0) return false;
  return name.indexOf("\u0000") < 0;
}

/** The topic name in a packet, or undefined if it is invalid or not UTF-8 [MQTT-1.5.3-1]. */
export function toTopic(data: Buffer): string | undefined {
  const name = data.toString();
  if (!isTopic(name)) return undefined;
  // Fast path: one character per byte and none of them replaced means ASCII, as in nearly every
  // topic.
  if (name.length === data.length) if (name.indexOf("\ufffd") < 0) return name;
  // Decoding replaces ill-formed bytes. If there were any, encoding the name again gives other
  // bytes.
  const again = Buffer.from(name);
  if (again.length !== data.length) return undefined;
  for (let i = 0; i < again.length; i++) if (again[i] !== data[i]) return undefined;
  return name;
}

/** True for a filter that may be subscribed to [MQTT-4.7.1-2, MQTT-4.7.1-3]. */
export function isFilter(filter: string): boolean {
  let at = 0;
  while (at <= filter.length) {
    const end = levelEnd(filter, at);
    const level = filter.slice(at, end);
    // Wildcards stand for whole levels, and # only for the last.
    if (level === "#") return end === filter.length;
    if (level !== "+") if (level !== "") if (!isTopic(level)) return false;
    at = end + 1;
  }
  return filter !== "";
}

/** True if a valid filter matches a valid topic name, as section 4.7 defines it. */
export function matches(filter: string, topic: string): boolean {
  let f = 0;
  let t = 0;
  // A leading wildcard does not match the broker's own topics [MQTT-4.7.2-1].
  if (topic[0] === "$") if (filter[0] !== "$") return false;
  while (f <= filter.length) {
    const filterEnd = levelEnd(filter, f);
    const topicEnd = levelEnd(topic, t);
    const level = filter.slice(f, filterEnd);
    // "sport/#" matches "sport" as well [MQTT 4.7.1.2].
    if (level === "#") return true;
    if (t > topic.length) return false;
    if (level !== "+") if (level !== topic.slice(t, topicEnd)) return false;
    f = filterEnd + 1;
    t = topicEnd + 1;
  }
  return t > topic.length;
}

/** Returns the index of the end of the level that begins at `at`. */
function levelEnd(name: string, at: number): number {
  const slash = name.indexOf("/", at);
  return slash < 0 ? name.length : slash;
}
