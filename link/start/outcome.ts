/** What starting takes and how it can end. */
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { ClientKind, DaemonLink } from '../daemon/daemon.ts';
import type { HomePaths } from '../home/home.ts';

/** What runs our programs. */
export interface Runtime {
  readonly execPath: string;
  /** Version of its Node, `24.21.0`. */
  readonly node: string;
  /** An editor's binary that needs `ELECTRON_RUN_AS_NODE`. */
  readonly electron: boolean;
}

export type StartStep = 'connecting' | 'installing' | 'waiting' | 'spawning' | 'handshaking';

export interface EnsureOptions {
  readonly paths: HomePaths;
  readonly kind: ClientKind;
  readonly clientId: string;
  readonly clientVersion?: string;
  /** Directory with `manifest.json` and the built programs, or the root of the source. */
  readonly programDirectory: string;
  /** Default: what runs this process. */
  readonly runtime?: Runtime;
  /** A person asked for it in so many words: the start limit is forgotten. */
  readonly explicit?: boolean;
  /** A running daemon of an older program makes room for what `programDirectory` brings; its sessions run on. */
  readonly updates?: boolean;
  readonly onProgress?: (step: StartStep) => void;
  readonly signal?: AbortSignal;
}

/**
 * How looking for a daemon ended. `reduced`: it is older and in use; what it does not know fails with `methodNotFound`
 * until it is restarted (an older one that nobody uses is restarted at once: `started`). Every failure carries the typed
 * error that a person is shown: `wrongVersion` (versionMismatch: a person restarts it; clientTooOld: update), `startLimit` (startLimit), `refused` (permissionsTooOpen, runtimeTooOld, unsupportedPlatform),
 * `failed` (daemonUnreachable with `details.logTail`, or whatever else kept it from running).
 */
export type EnsureOutcome =
  | { readonly outcome: 'running' | 'reduced' | 'started'; readonly link: DaemonLink }
  | {
      readonly outcome: 'wrongVersion' | 'startLimit' | 'refused' | 'failed';
      readonly error: WaggleError;
    };

/** The link of a good outcome; throws the error of the others. */
export function requireLink(outcome: EnsureOutcome): DaemonLink {
  if ('error' in outcome) throw outcome.error;
  return outcome.link;
}
