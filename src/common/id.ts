/**
 * The only rule for valid device ids: in topics, paths, options and user names. Imports nothing.
 */

const ID_MAX_LENGTH = 64;

/**
 * An id is one level of an MQTT topic, one segment of an HTTP path, and a file name.
 * @returns what is wrong with the id, or undefined
 */
export function idError(id: string): string | undefined {
  if (id.length === 0) return "empty";
  if (id.length > ID_MAX_LENGTH) return `longer than ${ID_MAX_LENGTH} characters`;
  if (id === "." || id === "..") return `"${id}" is not a name`;
  // `$` starts the brokers' own topics [MQTT 3.1.1, 4.7.2].
  if (id[0] === "$") return "starts with $";
  const wrong = textError(id);
  if (wrong !== undefined) return wrong;
  for (let at = 0; at < id.length; at++) {
    // Wildcards and the level separator [MQTT 3.1.1, 4.7.1]; the backslash is the path separator of
    // Windows. In a list of ids, `*` matches any text.
    if ("+#/\\*".indexOf(id[at] as string) >= 0) return `has a "${id[at] as string}"`;
  }
  return undefined;
}

/**
 * Checks a text that is sent in MQTT, compiled into a program, or shown.
 * @returns what is wrong with the text, or undefined
 */
export function textError(text: string): string | undefined {
  if (hasControlCharacter(text)) return "has a control character";
  return hasLoneSurrogate(text) ? "has a lone surrogate" : undefined;
}

/**
 * Whether the text contains half of a surrogate pair without the other half. UTF-8 can't encode
 * such a text [MQTT-1.5.3-1].
 */
export function hasLoneSurrogate(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0xd800 || code > 0xdfff) continue;
    const next = text.charCodeAt(++at);
    if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true;
  }
  return false;
}

/** Whether the text contains a C0, DEL or C1 character of Unicode. */
export function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/**
 * Checks an id.
 * @returns one line of the form "expected X, got Y", or undefined if the id is valid
 */
export function idExpected(id: string): string | undefined {
  return idError(id) === undefined ? undefined : `expected ${ID}, got ${JSON.stringify(id)}`;
}

/** Like `idExpected`, for an id in which `*` matches any text. */
export function patternExpected(pattern: string): string | undefined {
  if (idError(pattern.split("*").join("x")) === undefined) return undefined;
  return `expected ${ID}, or * for any text in it, got ${JSON.stringify(pattern)}`;
}

/**
 * Checks a topic.
 * @param topic one level or several, without wildcards
 * @returns one line of the form "expected X, got Y", or undefined if the topic is valid
 */
export function topicExpected(topic: string): string | undefined {
  if (topic.split("/").every((level) => idError(level) === undefined)) return undefined;
  return `expected levels joined by /, each of ${ID}, got ${JSON.stringify(topic)}`;
}

/** Like `topicExpected`, for a topic prefix: empty, or with a slash at its end. */
export function topicPrefixExpected(prefix: string): string | undefined {
  if (prefix === "") return undefined;
  if (!prefix.endsWith("/")) return `expected a slash at its end, got ${JSON.stringify(prefix)}`;
  const expected = topicExpected(prefix.slice(0, -1));
  return expected && `expected levels that each end in /, of ${ID}, got ${JSON.stringify(prefix)}`;
}

const ID = `1 to ${ID_MAX_LENGTH} characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates`;

/** Whether the id matches one of the patterns, in which `*` stands for any text. */
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
