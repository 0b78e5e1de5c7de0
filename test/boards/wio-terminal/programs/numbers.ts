import { show } from "./show";

/**
 * The number is parsed, because the compiler encodes its literal in a way that the virtual
 * machine's check refuses.
 */
const minInt = parseInt("-2147483648");

/** The values are in an array, so that the compiler can't compute results at compile time. */
const values = [
  0,
  1,
  -1,
  7,
  -7,
  255,
  256,
  1000000,
  -1000000,
  2147483647,
  minInt,
  0.1,
  -0.5,
  1e21,
  1e-7,
];

export function numbers(): void {
  for (const a of values) {
    for (const b of values) {
      show(a + " + " + b, a + b);
      show(a + " - " + b, a - b);
      show(a + " * " + b, a * b);
      show(a + " / " + b, a / b);
      show(a + " % " + b, a % b);
    }
  }
}

export function bits(): void {
  for (const a of [0, 1, -1, 5, -5, 255, 65536, 2147483647, minInt, 4294967295, 1.9, -1.9]) {
    show("~" + a, ~a);
    for (const b of [0, 1, 5, 31, 32, 33, -1]) {
      show(a + " << " + b, a << b);
      show(a + " >> " + b, a >> b);
      show(a + " >>> " + b, a >>> b);
      show(a + " & " + b, a & b);
      show(a + " | " + b, a | b);
      show(a + " ^ " + b, a ^ b);
    }
  }
}

export function divisionByZero(): void {
  const zero = values[0];
  show("1 / 0", values[1] / zero);
  show("-1 / 0", values[2] / zero);
  show("0 / 0", zero / zero);
  show("1 % 0", values[1] % zero);
  show("0.1 % 0", values[11] % zero);
  show("idiv by 0", Math.idiv(7, zero));
  show("min / -1", values[10] / values[2]);
  show("min % -1", values[10] % values[2]);
  show("-0", -zero);
  show("1 / -0", 1 / -zero);
}

export function comparisons(): void {
  const nan = 0 / values[0];
  for (const a of [nan, 0, 1, -1, 0.5, 1e300]) {
    for (const b of [nan, 0, 1, -1, 0.5, -1e300]) {
      show(a + " ? " + b, [a < b, a <= b, a > b, a >= b, a === b, a !== b]);
    }
  }
}

export function mathFunctions(): void {
  const nan = 0 / values[0];
  for (const x of [
    0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    2,
    10,
    1000.25,
    -3.7,
    1e10,
    123456789.123,
    nan,
  ]) {
    show("floor " + x, Math.floor(x));
    show("ceil " + x, Math.ceil(x));
    show("round " + x, Math.round(x));
    show("abs " + x, Math.abs(x));
    show("sqrt " + x, Math.sqrt(x));
    show("cbrt " + x, Math.cbrt(x));
    show("exp " + x, Math.exp(x));
    show("log " + x, Math.log(x));
    show("log2 " + x, Math.log2(x));
    show("log10 " + x, Math.log10(x));
    for (const y of [0, 0.5, 2, -1, 3.3]) {
      show("pow " + x + " " + y, Math.pow(x, y));
      show("min " + x + " " + y, Math.min(x, y));
      show("max " + x + " " + y, Math.max(x, y));
    }
    show("imul " + x, Math.imul(x, 12345));
    show("sign " + x, Math.sign(x));
  }
}

/** Runs a linear congruential generator: three thousand integer operations, logged as one line. */
export function integerChain(): void {
  let state = 12345;
  for (let i = 0; i < 3000; i++) state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  show("LCG", state);
}

/** Rounding errors add up to the same result only if each step is rounded the same way. */
export function doubleChain(): void {
  let sum = 0;
  let product = 1;
  for (let i = 1; i < 2000; i++) {
    sum += 1 / i;
    product *= 1 + 1 / (i * i);
  }
  show("harmonic", sum);
  show("product", product);
  let x = 0.5;
  for (let i = 0; i < 500; i++) x = 3.9 * x * (1 - x);
  show("logistic map", x);
}
