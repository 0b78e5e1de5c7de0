import { show } from "./show";

export function arrays(): void {
  const a = [5, 3, 8, 1, 9, 2, 7];
  show("sorted", a.slice(0).sort());
  show(
    "by comparison",
    a.slice(0).sort((x, y) => y - x),
  );
  show(
    "map",
    a.map((x) => x * x),
  );
  show(
    "filter",
    a.filter((x) => x > 4),
  );
  show(
    "reduce",
    a.reduce((sum, x) => sum + x, 0),
  );
  show(
    "some",
    a.some((x) => x === 9),
  );
  show(
    "every",
    a.every((x) => x < 9),
  );
  show(
    "find",
    a.find((x) => x > 5),
  );
  show(
    "findIndex",
    a.findIndex((x) => x > 5),
  );
  show("indexOf", a.indexOf(9));
  show("includes", a.includes(4));
  show("join", a.join("-"));
  show("slice", a.slice(2, 5));
  show("push", a.push(10, 11));
  show("pop", a.pop());
  show("shift", a.shift());
  show("unshift", a.unshift(0));
  show("length", a.length);
  show("beyond", a[99]);
  show("spread", [...a, ...[1, 2], 3]);
  const grown: number[] = [];
  for (let i = 0; i < 1000; i++) grown.push(i * 3);
  show("grown", grown[999] + grown.length);
  let sum = 0;
  for (const x of grown) sum += x;
  show("sum", sum);
  const [first, second] = grown;
  show("destructured", first + second);
  show("nested", [[1, [2, [3]]], []]);
}

export function objects(): void {
  const o: any = { b: 1, a: 2, 10: "ten" };
  o.c = { deep: [1, { deeper: true }] };
  o["with space"] = null;
  show("object", o);
  show("keys", Object.keys(o));
  show("values", Object.values(o));
  delete o.a;
  show("deleted", o);
  for (const key in o) console.log("key " + key);
  const copy = { ...o, b: 5 };
  show("copied", copy);
  const { b, c } = copy;
  show("taken out", b + c.deep.length);
  show("optional", o.nothing?.more);
  show("assigned", Object.assign({ x: 1 }, { y: 2 }));
  const many: any = {};
  for (let i = 0; i < 200; i++) many["k" + i] = i;
  show("many", many.k199 + Object.keys(many).length);
}

let made = 0;

class Shape {
  constructor(protected name: string) {
    made++;
  }
  area(): number {
    return 0;
  }
  describe(): string {
    return this.name + " of " + this.area();
  }
}

class Square extends Shape {
  constructor(private side: number) {
    super("square");
  }
  override area(): number {
    return this.side * this.side;
  }
}

class Circle extends Shape {
  constructor(private radius: number) {
    super("circle");
  }
  override area(): number {
    return Math.round(this.radius * this.radius * 314) / 100;
  }
}

export function classes(): void {
  const shapes: Shape[] = [new Square(3), new Circle(2), new Shape("nothing")];
  for (const shape of shapes) console.log(shape.describe());
  show("made", made);
  show("instances", [
    shapes[0] instanceof Square,
    shapes[0] instanceof Shape,
    shapes[1] instanceof Square,
  ]);
  const bound = shapes[0];
  const call = () => bound.describe();
  show("by closure", call());
}

export function closures(): void {
  function counter(): () => number {
    let n = 0;
    return () => ++n;
  }
  const one = counter();
  const two = counter();
  show("counters", [one(), one(), two(), one()]);
  const compose = (f: (x: number) => number, g: (x: number) => number) => (x: number) => f(g(x));
  show(
    "composed",
    compose(
      (x) => x + 1,
      (x) => x * 10,
    )(4),
  );
  function optional(a: number, b = 7, ...rest: number[]): number {
    return a + b + rest.length;
  }
  show("defaults", [optional(1), optional(1, 2), optional(1, 2, 3, 4)]);
}

export function controlFlow(): void {
  let text = "";
  for (let i = 0; i < 20; i++) {
    if (i % 3 === 0) continue;
    if (i > 15) break;
    switch (i % 5) {
      case 0:
        text += "zero ";
        break;
      case 1:
      case 2:
        text += "low ";
        break;
      default:
        text += i + " ";
    }
  }
  show("loop", text);
  let n = 27;
  let steps = 0;
  while (n !== 1) {
    n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    steps++;
  }
  show("Collatz", steps);
}

export function buffers(): void {
  const buffer = Buffer.alloc(16);
  for (let i = 0; i < 16; i++) buffer[i] = i * 17;
  show("hex", buffer.toString("hex"));
  show("from hex", Buffer.from("00ff7f80", "hex").toString("hex"));
  show("text", Buffer.from("Grüße 🌙").toString("hex"));
  show("back", Buffer.from("Grüße 🌙").toString("utf-8"));
  show("length", Buffer.from("日本").length);
  show("slice", buffer.slice(3, 6).toString("hex"));
  buffer.setAt(0, "u32", 0xdeadbeef);
  buffer.setAt(4, "i16", -2);
  buffer.setAt(8, "f32", 1.5);
  show("packed", buffer.toString("hex"));
  show("u32", buffer.getAt(0, "u32"));
  show("i32", buffer.getAt(0, "i32"));
  show("u0.16", buffer.getAt(4, "u0.16"));
  show("f32", buffer.getAt(8, "f32"));
  show("f64", buffer.getAt(8, "f64"));
  show("concat", Buffer.concat(Buffer.from("a"), Buffer.from("b")).toString("utf-8"));
}
