/** Work that is handed out: what it is, when it happens, what happened, and what a person says of it. */
export { addTask, editTask } from './writing.ts';
export type { TaskWish } from './wish.ts';
export {
  approveTask,
  cancelTask,
  changeTask,
  deleteTask,
  enableTask,
  pauseAll,
  pauseTask,
  retryTask,
  runTask,
} from './acting.ts';
export { listTasks } from './list.ts';
export { attachResult, showHistory, showTask } from './show.ts';
