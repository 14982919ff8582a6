/**
 * What is kept of a session that no process stands behind any more, drawn faint: so that nobody takes it for a living one.
 */
const faint = '\u001b[2m';
const attributes = /\u001b\[[\d;:]*m/g;
const screenSwitch = /\u001b\[\?(?:1049|1047|47)([hl])/g;

/**
 * A screen that a program had taken over stays where it would vanish with the program: it is drawn on the ordinary one, and
 * the cursor goes below it.
 */
export function drawFaint(kept: Uint8Array): Uint8Array {
  const text = keepScreen(new TextDecoder().decode(kept));
  const faded = text.replace(attributes, (sequence) => `${sequence}${faint}`);
  return new TextEncoder().encode(`${faint}${faded}`);
}

function keepScreen(text: string): string {
  const last = [...text.matchAll(screenSwitch)].at(-1);
  if (last?.[1] !== 'h') return text;
  const before = text.slice(0, last.index);
  const after = text.slice(last.index + last[0].length);
  return `${before}\u001b[2J\u001b[H${after}\u001b[r\u001b[999;1H`;
}
