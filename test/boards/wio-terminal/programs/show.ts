/**
 * Logs a result in one line. Text is shown as JSON, so that spaces are visible and "NaN" differs
 * from NaN.
 */
export function show(name: string, value: any): void {
  const text = typeof value === "number" ? "" + value : JSON.stringify(value);
  console.log(name + " = " + text);
}
