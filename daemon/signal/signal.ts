/**
 * Signals: what programs say of their state, read and nothing else. Scans output, reads titles, status reports,
 * notifications, hooks and opencode's events, and turns each into a claim with its rule and evidence. Knows no session
 * and decides nothing: who is believed is judged in `session/`.
 */
export type { Claim, Reading } from './claim.ts';
export { claimOf, nothingClaimed, toEvidence, toSignal } from './claim.ts';
export type { TerminalReport } from './escapeScanner.ts';
export { EscapeScanner } from './escapeScanner.ts';
export type { HookAgent, HookReport } from './hook.ts';
export { hookAgents, readHook } from './hook.ts';
export type { Notification } from './notification.ts';
export { readNotification, toCallText } from './notification.ts';
export { EventLines, OpencodeTalks } from './opencode.ts';
export { OutputReader } from './outputReader.ts';
export { readStatusReport } from './statusReport.ts';
export type { TitlePattern, TitleReader } from './title.ts';
export { createTitleReader, toAutomaticName } from './title.ts';
