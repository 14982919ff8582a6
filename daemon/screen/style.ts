import type { Attributes, Core } from './xterm.ts';

/** What a cell or the pen looks like, apart from its link. */
export interface Style {
  readonly fg: number;
  readonly bg: number;
  /** 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
  readonly underline: number;
  readonly underlineColor: number;
  readonly isProtected: boolean;
}

const modeMask = 0x3000000;
const colorMask = 0x3ffffff;
const hasExtended = 0x10000000;
const underlined = 0x10000000;
const protectedFlag = 0x20000000;
const foregroundFlags = [
  [0x8000000, 1],
  [0x20000000, 5],
  [0x4000000, 7],
  [0x40000000, 8],
  [0x80000000 | 0, 9],
] as const;
const backgroundFlags = [
  [0x8000000, 2],
  [0x4000000, 3],
  [0x40000000, 53],
] as const;

export const plainStyle: Style = {
  fg: 0,
  bg: 0,
  underline: 0,
  underlineColor: 0,
  isProtected: false,
};

/** Invariant: what two sets of attributes draw is the same exactly when their styles are equal. */
export function styleOf({ fg, bg, extended }: Attributes): Style {
  const isExtended = (bg & hasExtended) !== 0;
  const line = isExtended ? (extended._ext >> 26) & 7 : 1;
  const underline = (fg & underlined) === 0 ? 0 : line;
  return {
    fg: normalise(fg & ~underlined),
    bg: normalise(bg & ~(hasExtended | protectedFlag)),
    underline,
    underlineColor: isExtended && underline !== 0 ? normalise(extended._ext & colorMask) : 0,
    isProtected: (bg & protectedFlag) !== 0,
  };
}

/** The style of a pen, whose colour of underlines waits for the next underline. */
export function penStyleOf(pen: Attributes): Style {
  return { ...styleOf(pen), underlineColor: normalise(pen.extended._ext & colorMask) };
}

/** A colour by its index keeps bits of the true colour that stood there before. */
function normalise(packed: number): number {
  const mode = packed & modeMask;
  return mode === modeMask ? packed : packed & ~(mode === 0 ? colorMask : 0xffff00);
}

/** Number of the link of these attributes, 0 for none or one that is no longer known. */
export function linkOf(core: Core, { bg, extended }: Attributes): number {
  const id = (bg & hasExtended) === 0 ? 0 : extended.urlId;
  return id !== 0 && core._oscLinkService.getLinkData(id) !== undefined ? id : 0;
}

export function isSameStyle(left: Style, right: Style): boolean {
  return (
    left.fg === right.fg &&
    left.bg === right.bg &&
    left.underline === right.underline &&
    left.underlineColor === right.underlineColor &&
    left.isProtected === right.isProtected
  );
}

/** Only a background colour, as erasing leaves it. */
export function isErasure({ fg, bg, underline, isProtected }: Style): boolean {
  return fg === 0 && (bg & ~colorMask) === 0 && underline === 0 && !isProtected;
}

/** From any style to this one. */
export function toSequence(style: Style): string {
  const parts: (number | string)[] = [0];
  for (const [flag, code] of foregroundFlags) if ((style.fg & flag) !== 0) parts.push(code);
  for (const [flag, code] of backgroundFlags) if ((style.bg & flag) !== 0) parts.push(code);
  if (style.underline === 1) parts.push(4);
  else if (style.underline > 1) parts.push(`4:${style.underline}`);
  parts.push(...colorCodes(style.fg, { base: 30, bright: 90, extended: 38 }));
  parts.push(...colorCodes(style.bg, { base: 40, bright: 100, extended: 48 }));
  const { underlineColor } = style;
  // As xterm keeps it, "the default" is a colour of its own.
  if (underlineColor === colorMask) parts.push(59);
  else if (underlineColor !== 0) parts.push(...colorCodes(underlineColor, { extended: 58 }));
  const text = parts.length === 1 ? '' : parts.join(';');
  return `\u001b[${text}m${style.isProtected ? '\u001b[1"q' : ''}`;
}

interface ColorCodes {
  readonly base?: number;
  readonly bright?: number;
  readonly extended: number;
}

function colorCodes(packed: number, { base, bright, extended }: ColorCodes): number[] {
  const value = packed & 0xffffff;
  const index = packed & 0xff;
  switch (packed & modeMask) {
    case 0:
      return [];
    case 0x1000000:
      if (base === undefined || bright === undefined) return [extended, 5, index];
      return [index < 8 ? base + index : bright + index - 8];
    case 0x2000000:
      return [extended, 5, index];
    default:
      return [extended, 2, value >> 16, (value >> 8) & 0xff, value & 0xff];
  }
}
