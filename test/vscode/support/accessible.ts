/** What a screen reader, a keyboard or weak eyes would miss in the page of a chat, in the theme that it has now. */
import { findPage } from './chatPage.ts';
import type { EditorWindow } from './editorWindow.ts';

interface Measures {
  /** Of the text of an element against what lies behind it, as WCAG reckons it. */
  readonly contrastOf: (element: Element) => number;
}

/** One line for each thing that is wrong; none is what one wants. */
export async function listBarriers({ page }: EditorWindow): Promise<string[]> {
  const frame = await findPage(page);
  await frame.evaluate(addMeasures);
  return [...(await frame.evaluate(listUnnamed)), ...(await frame.evaluate(listWeak))];
}

/** Runs in the page, as all below it does. */
function listUnnamed(): string[] {
  const found: string[] = [];
  const sketch = (element: Element): string => element.outerHTML.slice(0, 120);
  const nameOf = (element: Element): string => {
    const { labels } = element as HTMLInputElement;
    const own = (labels?.[0] ?? element).textContent ?? '';
    const names = [element.getAttribute('aria-label') ?? '', own, element.getAttribute('title')];
    return names.find((name) => (name ?? '').replace(/[\uE000-\uF8FF\s]/g, '') !== '') ?? '';
  };
  const named =
    'button, a[href], input, select, textarea, summary, [role=listbox], [role=group], [role=log], [role=dialog]';
  for (const element of document.querySelectorAll(named))
    if (element.checkVisibility() && nameOf(element) === '')
      found.push(`no name: ${sketch(element)}`);
  for (const image of document.querySelectorAll('img:not([alt])'))
    found.push(`no alternative text: ${sketch(image)}`);
  for (const element of document.querySelectorAll<HTMLElement>('[tabindex]'))
    if (element.tabIndex > 0) found.push(`a place of its own in the order: ${sketch(element)}`);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    found.push(`the id ${id} twice`);
  for (const key of ['aria-controls', 'aria-activedescendant', 'aria-labelledby'])
    for (const element of document.querySelectorAll(`[${key}]`))
      if (document.getElementById(element.getAttribute(key) ?? '') === null)
        found.push(`${key} leads nowhere: ${sketch(element)}`);
  for (const [role, around] of [
    ['listitem', 'list'],
    ['option', 'listbox'],
  ] as const) {
    for (const element of document.querySelectorAll(`[role=${role}]`))
      if (element.parentElement?.getAttribute('role') !== around)
        found.push(`${role} outside of a ${around}: ${sketch(element)}`);
    for (const element of document.querySelectorAll(`[role=${around}] > :not([role=${role}])`))
      found.push(`in a ${around}: ${sketch(element)}`);
  }
  if (document.querySelectorAll('main').length !== 1) found.push('not one main part');
  return found;
}

function listWeak(): string[] {
  const { contrastOf } = globalThis as unknown as Measures;
  const exempt = 'button:disabled, .spoken, #announcer, .settling, .sending, [aria-hidden=true]';
  const found = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || (node.nodeValue ?? '').trim() === '') continue;
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(exempt)) continue;
    const { fontSize, fontWeight } = getComputedStyle(element);
    const size = parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    const ratio = contrastOf(element);
    if (ratio < (isLarge ? 3 : 4.5))
      found.add(`contrast ${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 120)}`);
  }
  return [...found];
}

function addMeasures(): void {
  type Color = readonly [red: number, green: number, blue: number, alpha: number];
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const parse = (css: string): Color => {
    if (canvas === null) throw new Error('there is no canvas');
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (front: Color, back: Color): Color => {
    const mix = (at: 0 | 1 | 2): number => front[at] * front[3] + back[at] * (1 - front[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const linear = (value: number): number =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const lightOf = ([red, green, blue]: Color): number =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const contrastOf = (element: Element): number => {
    const path: Element[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) path.unshift(at);
    let back: Color = [255, 255, 255, 1];
    let opacity = 1;
    for (const step of path) {
      const style = getComputedStyle(step);
      opacity *= Number(style.opacity);
      back = over(parse(style.backgroundColor), back);
    }
    const [red, green, blue, alpha] = parse(getComputedStyle(element).color);
    const lights = [lightOf(over([red, green, blue, alpha * opacity], back)), lightOf(back)];
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  };
  Object.assign(globalThis, { contrastOf } satisfies Measures);
}

/** What cannot be reached because it is cut off: beside the page, or below it with no way to scroll there. */
export async function listCutOff({ page }: EditorWindow): Promise<string[]> {
  const frame = await findPage(page);
  return frame.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll('button, textarea, input, select')) {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      if (width === 0 || element.closest('.transcript, .cards, .queue') !== null) continue;
      const isOut = left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
      if (isOut) found.push(`${element.outerHTML.slice(0, 120)} at ${right}, ${bottom}`);
    }
    for (const element of document.querySelectorAll<HTMLElement>(
      '.transcript, .below, .cards, .card',
    ))
      if (element.scrollWidth > element.clientWidth + 1)
        found.push(`${element.className} is ${element.scrollWidth} in ${element.clientWidth} wide`);
    return found;
  });
}
