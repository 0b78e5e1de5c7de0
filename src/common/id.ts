/** The one rule for a device's id: on the wire, in a path, as an option, as a user. Imports nothing. */

const ID_MAX_LENGTH = 64;

/**
 * An id is one level of an MQTT topic, one segment of an HTTP path, and the name of a file.
 * @returns what is wrong with it, or undefined
 */
export function idError(id: string): string | undefined {
  if (id.length === 0) return "empty";
  if (id.length > ID_MAX_LENGTH) return `longer than ${ID_MAX_LENGTH} characters`;
  if (id === "." || id === "..") return `"${id}" is not a name`;
  // `$` starts the topics of brokers themselves [MQTT 3.1.1, 4.7.2].
  if (id[0] === "$") return "starts with $";
  if (hasControlCharacter(id)) return "has a control character";
  for (let at = 0; at < id.length; at++) {
    // Wildcards and the level separator [MQTT 3.1.1, 4.7.1]; the backslash is Windows' separator.
    // In a list of ids, `*` stands for any text.
    if ("+#/\\*".indexOf(id[at] as string) >= 0) return `has a "${id[at] as string}"`;
  }
  return undefined;
}

/** C0, DEL and C1 of Unicode. */
export function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** @returns what was expected instead of an id and what was found, in one line */
export function idExpected(id: string): string | undefined {
  return idError(id) === undefined ? undefined : `expected ${ID}, got ${JSON.stringify(id)}`;
}

/** As `idExpected`, of an id in which `*` stands for any text. */
export function patternExpected(pattern: string): string | undefined {
  if (idError(pattern.split("*").join("x")) === undefined) return undefined;
  return `expected ${ID}, or * for any text in it, got ${JSON.stringify(pattern)}`;
}

/**
 * @param topic one level or several, without wildcards
 * @returns what was expected instead of it and what was found, in one line
 */
export function topicExpected(topic: string): string | undefined {
  if (topic.split("/").every((level) => idError(level) === undefined)) return undefined;
  return `expected levels joined by /, each of ${ID}, got ${JSON.stringify(topic)}`;
}

/** As `topicExpected`, of what topics begin with: empty, or with a slash at its end. */
export function topicPrefixExpected(prefix: string): string | undefined {
  if (prefix === "") return undefined;
  if (!prefix.endsWith("/")) return `expected a slash at its end, got ${JSON.stringify(prefix)}`;
  const expected = topicExpected(prefix.slice(0, -1));
  return expected && `expected levels that each end in /, of ${ID}, got ${JSON.stringify(prefix)}`;
}

const ID = `1 to ${ID_MAX_LENGTH} characters, not . or .., no $ first, and none of + # / \\ * or control characters`;

/** Whether an id is one of these, in which `*` stands for any text. */
export function matches(id: string, patterns: string[]): boolean {
  return patterns.some((pattern) => matchesOne(id, pattern));
}

function matchesOne(id: string, pattern: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return id === pattern;
  if (!id.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = id.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return id.length - end.length >= at && id.endsWith(end);
}
