/** Finds the mistake in a JSON file that a person has written. Pure. */

/** A configuration needs about ten levels; the limit bounds the recursion. */
const MAX_LEVELS = 100;
const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** The characters of a string up to its end, or up to a mistake. */
const CHARACTERS = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/**
 * Finds the first mistake, or the first name that an object has twice. `JSON.parse` takes the last
 * value of such a name, and only newer versions of Node give the line of a mistake.
 * @returns LINE:COLUMN, and what is wrong there; undefined if there is no mistake (RFC 8259)
 */
export function findJsonMistake(text: string): string | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const lines = text.slice(0, error.at).split("\n");
    return `${lines.length}:${(lines.at(-1) ?? "").length + 1}: ${error.message}`;
  }
}

class Mistake extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  scan(): void {
    this.value(0);
    if (this.next() !== undefined) this.fail("the end of the file");
  }

  private value(level: number): void {
    const first = this.next();
    if (level > MAX_LEVELS) this.fail(`at most ${MAX_LEVELS} levels`);
    if (first === "{") this.object(level);
    else if (first === "[") this.entries("]", () => this.value(level + 1));
    else if (first === '"') this.string();
    else if (this.skip(LITERAL) === "") this.fail("a value");
  }

  private object(level: number): void {
    const names = new Set<string>();
    this.entries("}", () => {
      if (this.next() !== '"') this.fail("a name in double quotes");
      const start = this.at;
      const name = this.string();
      if (names.has(name)) throw new Mistake(start, `${JSON.stringify(name)} is set twice`);
      names.add(name);
      if (this.next() !== ":") this.fail('":"');
      this.at++;
      this.value(level + 1);
    });
  }

  /** Scans the entries of an object or a list, from its opening bracket to its closing one. */
  private entries(end: "}" | "]", entry: () => void): void {
    this.at++;
    let found = this.next();
    while (found !== end) {
      entry();
      found = this.next();
      if (found !== "," && found !== end) this.fail(`"," or "${end}"`);
      this.at++;
      if (found === end) return;
    }
    this.at++;
  }

  private string(): string {
    const start = this.at++;
    this.skip(CHARACTERS);
    const end = this.text[this.at];
    if (end === undefined || /[\r\n]/.test(end)) this.fail("a double quote after the text");
    if (end !== '"') this.fail("an escape such as \\n or \\\\");
    this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  /** Skips white space, and returns the next character. */
  private next(): string | undefined {
    this.skip(SPACE);
    return this.text[this.at];
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [""];
    this.at += found.length;
    return found;
  }

  private fail(expected: string): never {
    throw new Mistake(this.at, `not JSON: expected ${expected}, got ${this.found()}`);
  }

  /** Describes what is at the mistake, without a text, which may be a secret. */
  private found(): string {
    const rest = this.text.slice(this.at, this.at + 2);
    if (rest === "") return "the end of the file";
    if (/^[\r\n]/.test(rest)) return "the end of the line";
    if (rest === "//" || rest === "/*") return "a comment, which JSON does not have";
    if (rest.startsWith('"')) return "a double quote";
    return JSON.stringify(String.fromCodePoint(rest.codePointAt(0) ?? 0));
  }
}
