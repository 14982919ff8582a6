/**
 * The daemon's own life: its id, its end by itself, the watchdog, what it says of itself. Deliberately no supervisor and
 * no restart: whoever needs a daemon starts the next one.
 */
export { createDaemonFeature } from './daemon.handlers.ts';
export type { Ending } from './ending.ts';
export { createEnding } from './ending.ts';
export { idleEndMs, watchIdle } from './idleEnd.ts';
export { loadInstance } from './instance.ts';
export type { Listening } from './listening.ts';
export { holdHome, listenEverywhere, planSocket } from './listening.ts';
export type { Watchdog } from './watchdog.ts';
export { startWatchdog } from './watchdog.ts';
export type { ObservableWarnings } from './warnings.ts';
export { createWarnings } from './warnings.ts';
export { findProgram } from './program.ts';
