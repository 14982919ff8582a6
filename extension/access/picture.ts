/** The few icons whose colour says something, as pictures: shape and colour say the same. */
import type { RowColor } from './accessRow.ts';

/** Seen on a light and on a dark ground. */
const colors: Readonly<Record<RowColor, string>> = {
  green: '#3fa34d',
  orange: '#d18616',
  red: '#e5484d',
};

const signs: Readonly<Record<string, string>> = {
  'pass-filled': 'M4.6 8.3l2.3 2.3 4.5-5',
  error: 'M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2',
  warning: 'M8 4.2v4.6M8 11.2v.4',
};

/** An SVG of 16 × 16. */
export function pictureOf(icon: string, color: RowColor): string {
  const sign = `<path d="${signs[icon] ?? ''}" fill="none" stroke="#fff" stroke-width="1.5" stroke-linecap="round"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><circle cx="8" cy="8" r="7" fill="${colors[color]}"/>${sign}</svg>`;
}
