/** What every feature receives at its construction, and the small contracts that gateway, store and log share. */
import type { HostStatus } from '../protocol/daemon/daemon.ts';
import type { DaemonId, SessionId } from '../protocol/wire/brand.ts';
import type { Event } from '../protocol/wire/emitter.ts';
import type { HomePaths } from '../link/home/home.ts';
import type { Publish } from './feature.ts';
import type { AnyStore, StoreProxy } from './store/store.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Messages are constants, variables are fields; never terminal bytes, prompts or secrets above `trace`. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Adds fields to every line of the child. */
  child(fields: LogFields): Logger;
}

export interface Clock {
  /** Wall time, ms since the epoch. */
  now(): number;
  /** For durations: never jumps. */
  monotonicMs(): number;
}

/** Tokens of sessions. They survive a restart of the daemon; only their SHA-256 is stored. */
export interface SessionTokens {
  /**
   * `self` for agents, `person` for shells that a person opened. `token` is `<id>.<64 hex>` for `WAGGLE_TOKEN`; it is told
   * once. Earlier tokens of the session stay valid until `revoke`.
   */
  create(spec: {
    readonly sessionId: SessionId;
    readonly right: 'self' | 'person';
  }): Promise<{ readonly id: string; readonly token: string }>;
  /** Ends all tokens of a session; their sockets are closed with 4401. */
  revoke(sessionId: SessionId): Promise<void>;
  /** Fires with a principal's id: its sockets and streams have to go. */
  readonly onDidRevoke: Event<string>;
}

/** Secrets that the log replaces wherever they would appear (value, base64, URL forms). */
export interface SecretRegistry {
  add(secret: string): void;
  remove(secret: string): void;
}

/** Sentences that a person has to see, by a key of whoever warns; undefined takes one back. */
export interface Warnings {
  set(key: string, text: string | undefined): void;
  list(): string[];
}

/** How other programs of ours are started: siblings of the daemon's own entry file, with the same runtime. */
export interface ProgramContext {
  /** Absolute path of the entry of a sibling program. */
  entryOf(program: 'ptyhost' | 'screenWorker' | 'embeddingWorker'): string;
  /** Where our scripts for shells lie. */
  readonly shellDirectory: string;
  /** What runs it, and the variables that needs (`ELECTRON_RUN_AS_NODE`); looked up each time, for an update may replace it. */
  findRuntime(): { readonly execPath: string; readonly env: Readonly<Record<string, string>> };
  /** umask of whoever started the daemon: that of the sessions. The daemon's own is 077. */
  readonly sessionUmask: number;
}

export interface FeatureContext {
  readonly paths: HomePaths;
  readonly log: Logger;
  readonly publish: Publish;
  /** The proxy of a store that `storeWorker.ts` lists: `openStore<typeof sessionStore>('session')` with `import type`. */
  openStore<S extends AnyStore>(name: string): StoreProxy<S>;
  readonly clock: Clock;
  readonly version: string;
  readonly daemonId: DaemonId;
  /** The daemon's own socket, for `WAGGLE_SOCKET`. */
  readonly socket: string;
  readonly tokens: SessionTokens;
  readonly secrets: SecretRegistry;
  readonly warnings: Warnings;
  readonly program: ProgramContext;
}

/** What the daemon's own noun asks the session feature. */
export interface SessionOverview {
  counts(): { readonly running: number; readonly total: number };
  hosts(): readonly HostStatus[];
  /** Ends every session's processes and the hosts that held them; resolves with the number of the former. */
  killAll(): Promise<number>;
}
