/** Topic names and topic filters [MQTT 4.7]. */

const HASH = 35;
const PLUS = 43;
const SLASH = 47;
const DOLLAR = 36;

/** True for a name that may be published to [MQTT-3.3.2-2, MQTT-4.7.3-1, MQTT-4.7.3-2]. */
export function isTopic(name: string): boolean {
  return (
    name.length > 0 && name.indexOf("#") < 0 && name.indexOf("+") < 0 && name.indexOf("\u0000") < 0
  );
}

/** True for a filter that may be subscribed to [MQTT-4.7.1-2, MQTT-4.7.1-3]. */
export function isFilter(filter: string): boolean {
  const length = filter.length;
  if (length === 0 || filter.indexOf("\u0000") >= 0) return false;
  for (let i = 0; i < length; i++) {
    const char = filter.charCodeAt(i);
    if (char !== HASH && char !== PLUS) continue;
    // Both stand for whole levels, and # for the last.
    if (i > 0 && filter.charCodeAt(i - 1) !== SLASH) return false;
    if (i < length - 1 && (char === HASH || filter.charCodeAt(i + 1) !== SLASH)) return false;
  }
  return true;
}

/** True where a valid filter covers a valid topic name, to the letter of section 4.7. */
export function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const filterLength = filter.length;
  const topicLength = topic.length;
  let f = 0;
  let t = 0;
  // A leading wildcard does not cover the broker's own topics [MQTT-4.7.2-1].
  if (topic.charCodeAt(0) === DOLLAR && filter.charCodeAt(0) !== DOLLAR) return false;
  while (f < filterLength) {
    const char = filter.charCodeAt(f);
    if (char === HASH) return true;
    if (char === PLUS) {
      while (t < topicLength && topic.charCodeAt(t) !== SLASH) t++;
      f++;
    } else if (t < topicLength && char === topic.charCodeAt(t)) {
      f++;
      t++;
    } else {
      // "sport/#" covers "sport" as well [MQTT 4.7.1.2].
      return t === topicLength && filter.slice(f) === "/#";
    }
  }
  return t === topicLength;
}
