import { show } from "./show";

export function strings(): void {
  const texts = [
    "",
    "a",
    "nightlight",
    "Grüße",
    "日本語",
    "a🌙b",
    "  spaces  ",
    "line\nbreak",
    '"quoted"',
  ];
  for (const text of texts) {
    show("length of " + text, text.length);
    show("upper " + text, text.toUpperCase());
    show("lower " + text, text.toLowerCase());
    show("slice 1 of " + text, text.slice(1));
    show("slice -2 of " + text, text.slice(-2));
    show("slice 1 3 of " + text, text.slice(1, 3));
    show("char 1 of " + text, text[1]);
    show("code 0 of " + text, text.charCodeAt(0));
    show("at l " + text, text.indexOf("l"));
    show("starts with n " + text, text.startsWith("n"));
    show("ends with t " + text, text.endsWith("t"));
    show("includes gh " + text, text.includes("gh"));
    show("split " + text, text.split("i"));
    show("twice " + text, text + text);
    show("equals itself " + text, text === text.slice(0));
  }
  show("order", ["b", "a", "ä", "Z", "aa", ""].sort());
  show(
    "from codes",
    String.fromCharCode(72) + String.fromCharCode(252) + String.fromCharCode(9731),
  );
  show("template", `${1 + 1} and ${"tw" + "o"} and ${[1, 2].length}`);
  let long = "";
  for (let i = 0; i < 300; i++) long += i;
  show("long", long.length);
  show("its middle", long.slice(400, 420));
}

export function numberTexts(): void {
  for (const x of [
    0,
    1,
    -1,
    0.1,
    0.2 + 0.1,
    1 / 3,
    1e21,
    1.5e300,
    123456789012,
    4294967296,
    2147483648,
    -2147483649,
    0.000001,
    1e-7,
    100,
    1e9,
  ]) {
    show("text", "" + x);
    show("JSON", JSON.stringify(x));
    show("array", [x]);
  }
}

export function parsing(): void {
  const texts = [
    "0",
    "12",
    "-12",
    "  42",
    "12abc",
    "abc",
    "",
    "0x1F",
    "1e3",
    "-1.5e-3",
    ".5",
    "5.",
    "1.7976931348623157e308",
    "1e400",
    "0.1",
    "123456789.987654321",
    "4294967296",
    "2147483648",
    "-2147483648",
    "NaN",
    "Infinity",
  ];
  for (const text of texts) {
    show("parseInt " + text, parseInt(text));
    show("parseFloat " + text, parseFloat(text));
  }
}

export function json(): void {
  const texts = [
    '{"light":652}',
    '{"a":[1,2.5,-3e2,true,false,null],"b":{"c":"d\\n\\u00e9\\ud83c\\udf19"}}',
    "[]",
    "{}",
    "12",
    '"text"',
    "true",
    "null",
    "[[[[1]]]]",
    '{"a":1,"a":2}',
    "  [ 1 , 2 ]  ",
  ];
  for (const text of texts) {
    const value = JSON.parse(text);
    show("parsed " + text, value);
    console.log(JSON.stringify(value, undefined, 2));
  }
  for (const text of ["", "{", "[1,", '{"a"}', "nul", "1 2", '"open', "{a:1}", "[1,]", "-"]) {
    try {
      show("bad " + text, JSON.parse(text));
    } catch (error) {
      console.log(
        "refused " + text + ": " + (error as Error).name + " " + (error as Error).message,
      );
    }
  }
  show("undefined in an object", { a: undefined, b: null, c: [undefined] });
  show("control characters", "\u0001\t\r\\/\u007f");
}

export function conversions(): void {
  for (const value of [0, 1, "", "0", "a", true, false, null, undefined, NaN] as any[]) {
    show("boolean of " + value, !!value);
    show("text of", "" + value);
    show("number of " + value, +value);
    show("typeof " + value, typeof value);
    show("or", value || "other");
    show("nullish", value ?? "other");
  }
}
