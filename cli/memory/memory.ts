/** What is remembered: notes and facts. Each command connects, does one thing and says it. */
export { listMemory, recallFacts, searchFacts, showRemembered } from './looking.ts';
export { editRemembered } from './edit.ts';
export { exportMemory, importMemory, writeSection } from './exchange.ts';
export {
  forgetFacts,
  listChanges,
  pinFacts,
  promoteFacts,
  saveFact,
  settleWorktree,
  undoChange,
} from './changing.ts';
export { addToNote, changeNote } from './note.ts';
export { reviewFacts } from './review.ts';
export { setEmbeddings, showPrompt, showReach } from './reach.ts';
