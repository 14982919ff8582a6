/** Calling a person, waiting for a session, and what was told. Each command connects, does one thing and says it. */
export { parseDuration } from './duration.ts';
export { mute } from './mute.ts';
export { listNotices } from './notices.ts';
export { notify } from './notify.ts';
export { waitUntil } from './wait.ts';
