/** Panes of tmux: which there are, sessions that show one, and the program inside such a session. */
export { mirrorPane } from './mirrorPane.ts';
export { runMirror } from './mirror.ts';
