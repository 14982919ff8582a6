/**
 * A client's connection to the daemon: handshake with proof on both sides, typed calls, events and channels of frames.
 * Does not start a daemon (`link/start` does) and does not reconnect: who holds it decides.
 */
export type { ClientKind, ConnectOptions, DaemonLink, LinkClosed } from './daemonLink.ts';
export { connectDaemon } from './connect.ts';
