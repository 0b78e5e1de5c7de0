/** What a case found, one line each. Text is shown as JSON, so that spaces and NaN can be told. */
export function show(name: string, value: any): void {
  const text = typeof value === "number" ? "" + value : JSON.stringify(value);
  console.log(name + " = " + text);
}
