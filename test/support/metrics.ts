/**
 * Reads `GET /metrics`. Returns the values by name and labels, written as the server wrote them.
 */
export async function metricsOf(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name = line, value] =
      /^([a-z0-9_]+(?:\{[^}]*\})?) ([-+.0-9eInfNa]+)$/.exec(line) ?? [];
    if (value === undefined) throw new Error(`not a sample: ${line}`);
    samples.set(name, Number(value));
  }
  return samples;
}
