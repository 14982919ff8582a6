/**
 * The data directory: where everything of Waggle lives, made private and refused when it is not. Knows paths, modes and
 * the runtime file; starts nothing and talks to nobody.
 */
export type { HomePaths } from './paths.ts';
export { homePaths, resolveHome } from './paths.ts';
export { ensureHome, ensurePrivateDirectory, checkPrivateFile } from './privacy.ts';
export { newSocketPath, socketDirectory } from './socketDirectory.ts';
export {
  hasCode,
  readPrivateFile,
  replaceFleetingFile,
  replacePrivateFile,
} from './privateFile.ts';
export type { RuntimeFile } from './runtimeFile.ts';
export { readRuntimeFile, removeRuntimeFile, writeRuntimeFile } from './runtimeFile.ts';
