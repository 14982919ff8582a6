/**
 * The agents that can be started from this window: as the daemon found them, with the programs that the person chose on
 * top. Starts none. Before a daemon runs, a look at PATH stands in.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Agent } from '../../protocol/agent/agent.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { readSettings, setContext } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import { followCustomAgents } from './customAgents.ts';
import { isProgram, lookForAgents } from './pathLook.ts';

export { isProgram } from './pathLook.ts';

export interface AgentFeatureOptions {
  readonly connection: DaemonConnection;
  /** Where links to chosen programs are kept; this extension's own storage. */
  readonly storageDirectory: string;
  readonly log: Log;
}

export class AgentFeature implements Disposable {
  readonly #options: AgentFeatureOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<void>());
  #listed: readonly Agent[] | undefined;
  readonly #looked = lookForAgents(process.env['PATH'] ?? '');

  readonly onDidChange = this.#changed.event;
  readonly commands: CommandHandlers<'refreshAgents'> = { refreshAgents: () => this.#read(true) };

  constructor(options: AgentFeatureOptions) {
    this.#options = options;
    this.#owned.add(
      options.connection.onDidConnect((link) => {
        link.call('agent/list', { refresh: false }).then(
          ({ agents }) => this.#store(agents),
          (error: unknown) => options.log.warn('agents were not listed', errorMessageOf(error)),
        );
      }),
    );
    const onDidTell = (): void => {
      this.#read(false).catch((error: unknown) =>
        options.log.warn('agents were not listed', errorMessageOf(error)),
      );
    };
    const { connection, log } = options;
    this.#owned.add(followCustomAgents({ connection, log, onDidTell }));
    this.#tell();
  }

  /** What is known now, without waiting. */
  get known(): readonly Agent[] {
    const { executables } = readSettings();
    return (this.#listed ?? this.#looked).map((agent) => {
      const chosen = executables[agent.id];
      if (chosen === undefined || !isProgram(chosen)) return agent;
      return { ...agent, found: true, path: chosen, version: null, hint: null };
    });
  }

  /** The daemon's list; starts the daemon when none runs. */
  async list(): Promise<readonly Agent[]> {
    if (this.#listed === undefined) await this.#read(false);
    return this.known;
  }

  /** A setting changed. */
  refresh(): void {
    this.#tell();
  }

  /**
   * PATH for a session of `agent`, so that the daemon finds the program that the person chose; undefined when none is
   * chosen. A link carries the name that the daemon looks for, whatever the file is called.
   */
  choosePath(agent: string, path: string | undefined): string | undefined {
    const chosen = readSettings().executables[agent];
    if (chosen === undefined || !isProgram(chosen)) return undefined;
    const directory = process.platform === 'win32' ? dirname(chosen) : this.#link(agent, chosen);
    return [directory, dirname(chosen), ...(path === undefined ? [] : [path])].join(delimiter);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #link(agent: string, program: string): string {
    const directory = join(this.#options.storageDirectory, 'executables', agent);
    const link = join(directory, agent);
    mkdirSync(directory, { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(program, link);
    return directory;
  }

  async #read(refresh: boolean): Promise<void> {
    const { agents } = await this.#options.connection.call('agent/list', { refresh });
    this.#store(agents);
  }

  #store(agents: readonly Agent[]): void {
    this.#listed = agents;
    this.#tell();
  }

  #tell(): void {
    const found = this.known.filter((agent) => agent.found).map(({ id }) => id);
    void setContext('foundAgents', found.join(' '));
    this.#changed.fire();
  }
}
