const encoder = new TextEncoder();

/** Where a shell is, as OSC 7: a stored screen does not hold that, and the editor resolves paths against it. */
export function directoryMark(directory: string | undefined): Uint8Array {
  const path = directory?.split('/').map(encodeURIComponent).join('/');
  return encoder.encode(path === undefined ? '' : `\u001b]7;file://${path}\u0007`);
}
