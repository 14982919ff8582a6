/** The six platforms that a package can be made for: those for which both native packages ship prebuilt binaries. */

export const targets = [
  'linux-x64',
  'linux-arm64',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
] as const;
/** `<process.platform>-<process.arch>`, which is also how VS Code names its targets. */
export type Target = (typeof targets)[number];

export function findTarget(name: string): Target | undefined {
  return targets.find((target) => target === name);
}

/** The target of the machine that runs this. Throws on one that the product does not support. */
export function getOwnTarget(): Target {
  const name = `${process.platform}-${process.arch}`;
  const own = findTarget(name);
  if (own === undefined) throw new Error(`Waggle has no binaries for ${name}.`);
  return own;
}
