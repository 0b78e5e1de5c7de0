/** Shapes for the pictures, as SVG. All lengths are in SVG units. */

export const COLOUR = {
  supply: "#c62828",
  sensor: "#ef9a00",
  ground: "#37474f",
  led: "#2e7d32",
  data: "#1565c0",
  clock: "#6a1b9a",
};

/**
 * @param title the text for screen readers
 * @returns an SVG file with a white background
 */
export function picture([width, height]: [number, number], title: string, parts: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="15" role="img">
<title>${title}</title>
<rect width="${width}" height="${height}" rx="8" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

export function drawPhotoresistor(x: number, top: number, bottom: number): string {
  const middle = (top + bottom) / 2;
  const ray = (y: number) =>
    `<path d="M${x - 62} ${y - 16} L${x - 32} ${y}" marker-end="url(#ray)" stroke="#ef9a00" stroke-width="2"/>`;
  return `<defs><marker id="ray" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6Z" fill="#ef9a00"/></marker></defs>
<circle cx="${x}" cy="${middle}" r="27" fill="#fff8e1" stroke="#37474f" stroke-width="2"/>
${body(x, middle - 18, 36)}
${ray(middle - 6)}
${ray(middle + 8)}
${wire("#37474f", [x, top], [x, middle - 18])}
${wire("#37474f", [x, middle + 18], [x, bottom])}
${text(x + 38, middle - 2, "photoresistor")}
${text(x + 38, middle + 16, "such as GL5528", { fill: "#607d8b", size: 12 })}`;
}

export function drawResistor(x: number, top: number, bottom: number): string {
  return `${body(x, top, bottom - top)}
${text(x + 20, (top + bottom) / 2 - 2, "resistor")}
${text(x + 20, (top + bottom) / 2 + 15, "10 kΩ", { fill: "#607d8b", size: 12 })}`;
}

/** Draws a diode that conducts upwards, rotated by `degrees`. */
export function diode(x: number, y: number, degrees = 0): string {
  return `<g transform="translate(${x} ${y}) rotate(${degrees})"><circle r="20" fill="#e8f5e9"/><path d="M-12 12 H12 L0 -10 Z" fill="${COLOUR.led}"/><path d="M-12 -11 H12" stroke="${COLOUR.led}" stroke-width="4"/></g>`;
}

function body(x: number, top: number, height: number): string {
  return `<rect x="${x - 9}" y="${top}" width="18" height="${height}" rx="3" fill="#d7ccc8" stroke="#37474f" stroke-width="2"/>`;
}

export function dot(colour: string, x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="5" fill="${colour}"/>`;
}

export function wire(colour: string, ...points: [x: number, y: number][]): string {
  const path = points.map(([x, y]) => `${x} ${y}`).join(" L");
  return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="4" stroke-linejoin="round"/>`;
}

interface TextStyle {
  anchor?: "start" | "middle" | "end";
  fill?: string;
  size?: number;
  weight?: "normal" | "bold";
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = "start", fill = "#263238", size = 15, weight = "normal" } = style;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" font-size="${size}" font-weight="${weight}">${content}</text>`;
}
