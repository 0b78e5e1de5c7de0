import type { Page } from "playwright-core";

export interface Contrast {
  text: string;
  ratio: number;
}

/** Returns each visible text with its contrast against its background. */
export async function contrastsOf(page: Page): Promise<Contrast[]> {
  const texts = await page.evaluate(() => {
    const glow = getComputedStyle(document.documentElement).getPropertyValue("--lamp-glow");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: { text: string; colour: string; behind: string[] }[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      const parent = node.parentElement;
      if (!text || !parent?.checkVisibility() || parent.closest("script, style")) continue;
      const behind: string[] = [];
      for (let element: Element | null = parent; element; element = element.parentElement) {
        // The background includes the lamp's light on its card, at the light's maximum.
        if (element.matches('.device[data-led="on"]')) behind.push(glow);
        behind.push(getComputedStyle(element).backgroundColor);
      }
      found.push({ text: text.slice(0, 40), colour: getComputedStyle(parent).color, behind });
    }
    return found;
  });
  return texts.map(({ text, colour, behind }) => {
    const back = behind.map(parseColour).reduceRight(over, [255, 255, 255, 1]);
    return { text, ratio: ratioOf(back, over(back, parseColour(colour))) };
  });
}

/**
 * Returns the contrast of the style sheet's colours with these names, each against the first
 * colour.
 */
export async function contrastsWith(page: Page, names: string[]): Promise<Contrast[]> {
  const [behind = "", ...fronts] = await page.evaluate((names) => {
    const probe = document.body.appendChild(document.createElement("i"));
    const colours = names.map((name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    });
    probe.remove();
    return colours;
  }, names);
  return fronts.map((front, i) => ({
    text: names[i + 1] ?? "",
    ratio: ratioOf(parseColour(behind), parseColour(front)),
  }));
}

function ratioOf(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100;
}

type Colour = [red: number, green: number, blue: number, alpha: number];

/** Parses "rgb(1, 2, 3)", "rgba(1, 2, 3, 0.4)" and "rgb(1 2 3 / 40%)". */
function parseColour(text: string): Colour {
  const parts = text.match(/[\d.]+%?/g) ?? [];
  const [red = 0, green = 0, blue = 0, alpha = 1] = parts.map((part) =>
    part.endsWith("%") ? parseFloat(part) / 100 : parseFloat(part),
  );
  return [red, green, blue, alpha];
}

function over(behind: Colour, front: Colour): Colour {
  const [red, green, blue, alpha] = front;
  const mix = (a: number, b: number) => a * alpha + b * (1 - alpha);
  return [mix(red, behind[0]), mix(green, behind[1]), mix(blue, behind[2]), 1];
}

/** Returns the relative luminance, as WCAG 2.2 defines it. */
function luminance([red, green, blue]: Colour): number {
  const linear = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
