import type { HostFile, HostSession } from '../../protocol/host/host.ts';
import type { HostStatus } from '../../protocol/daemon/daemon.ts';
import type { HostLink } from '../../link/host/host.ts';

/** A host with an open control connection. `link` is replaced when the connection was lost and the host lives on. */
export class ConnectedHost {
  readonly file: HostFile;
  readonly path: string;
  link: HostLink;
  isDraining = false;
  isConnected = true;

  constructor(found: { readonly file: HostFile; readonly path: string }, link: HostLink) {
    this.file = found.file;
    this.path = found.path;
    this.link = link;
  }

  get id(): string {
    return this.file.id;
  }

  async list(): Promise<HostSession[]> {
    const { sessions, draining } = await this.link.call('host/list', {});
    this.isDraining = draining;
    return sessions;
  }

  /** All but what it holds: the rows know that without asking. */
  toStatus(): Omit<HostStatus, 'sessions'> {
    const { id, kind, pid, version } = this.file;
    return {
      id,
      kind,
      pid,
      version,
      connected: this.isConnected,
      draining: this.isDraining,
    };
  }
}
