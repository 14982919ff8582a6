/**
 * Notices of the operating system and links that it opens, each by the platform's own program with an argument list. Does
 * not decide whether, when or for whom; knows no session.
 */
export type { Desktop } from './desktop.ts';
export { findDesktop } from './desktop.ts';
export { isOpenable, openLink } from './opening.ts';
export type { SystemNotice } from './systemNotice.ts';
export type { SystemNotifier } from './systemNotifier.ts';
export { createSystemNotifier } from './systemNotifier.ts';
