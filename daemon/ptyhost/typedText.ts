const escape = 0x1b;
const pasteBegin = new TextEncoder().encode('\u001b[200~');

/**
 * Whether input is text or what is pasted, Enter included: not a key that writes nothing, nor what a terminal tells by itself,
 * such as that it has the focus now.
 */
export function isText(input: Uint8Array): boolean {
  if (input.length === 0) return false;
  return input[0] !== escape || pasteBegin.every((byte, index) => input[index] === byte);
}
