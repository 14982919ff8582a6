/** Files that agents of sessions changed, and back to how they were. */
export { listChanged, listTurns, showFile } from './looking.ts';
export { restoreFiles, undoRestore } from './restoring.ts';
