import { changeKeep } from '../../protocol/session/keeping.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { ParamsOut } from '../../protocol/wire/define.ts';
import type { session } from '../../protocol/session/session.ts';
import type { RoleId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { resolveHome } from '../../link/home/home.ts';
import { randomHex } from '../../link/proof/proof.ts';
import type { LaunchPlan } from '../agent/agent.ts';
import type { FeatureContext } from '../context.ts';
import type { Caller, Principal } from '../feature.ts';
import type { MarkedStart } from '../shell/shell.ts';
import { isMarkingOff, markShell } from '../shell/shell.ts';
import { createUuid } from '../uuid.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import { conversationStateOf } from './conversations.ts';
import type { Environment } from './environment.ts';
import {
  addOwnVariables,
  fallbackEnvironment,
  inheritEnvironment,
  listNames,
} from './environment.ts';
import { nothingHeard } from './heard.ts';
import type { Hooks } from './hooks.ts';
import { toName, toTags } from './label.ts';
import { isLive, newLife } from './life.ts';
import type { SessionNouns } from './nouns.ts';
import type { StartNotes } from './notes.ts';
import type { SessionRow } from './row.ts';
import { toMeta } from './row.ts';
import { nothingKept, OneProcess } from './oneProcess.ts';
import type { Keeping } from './keeping.ts';
import { Sequences } from './sequence.ts';
import type { ShellFacts } from './shellMark.ts';
import { newShellFacts } from './shellMark.ts';
import type { Sessions } from './sessions.ts';
import type { StartChoice } from './startChoice.ts';
import { chosenOf, withChoice } from './startChoice.ts';
import type { SocketLinks } from './socketLinks.ts';
import type { ToolServers } from './toolServers.ts';
import type { Watch } from './watching.ts';

interface SpawnRequest {
  readonly plan: LaunchPlan;
  readonly inherited: Environment;
  /** The session leaves nothing when it cannot be spawned. */
  readonly isNew: boolean;
  readonly choice: StartChoice;
}

/** The home that a `waggle` inside the session would use by itself. */
function platformHome(): string {
  return resolveHome({ ...process.env, WAGGLE_HOME: '' }).home;
}

type Starter = Pick<Caller, 'principal'>;
type OpenParams = ParamsOut<(typeof session)['methods']['session/open']>;
type RestartParams = ParamsOut<(typeof session)['methods']['session/restart']>;

export interface LaunchingContext {
  readonly daemon: FeatureContext;
  readonly nouns: SessionNouns;
  readonly sessions: Sessions;
  readonly watch: Watch;
  readonly links: SocketLinks;
  readonly hooks: Hooks;
  readonly tools: Pick<ToolServers, 'prepare' | 'remove'>;
  readonly notes: Pick<StartNotes, 'prepare' | 'remove'>;
  readonly keeping: Pick<Keeping, 'default'>;
  /** Operations of one session run one after the other. */
  readonly sequences: Sequences;
  /** Directory of the `waggle` shim. */
  readonly binDirectory: string;
}

/** Starts processes: a new session, or a new generation of one. The row is durable before anything runs. */
export class Launching {
  readonly #context: LaunchingContext;
  readonly #opening = new Sequences();
  readonly #oneProcess: OneProcess;
  /** Everything is being ended: what is on its way to a process gets none. */
  isEnding = false;

  constructor(context: LaunchingContext) {
    this.#context = context;
    this.#oneProcess = new OneProcess(context.sessions);
  }

  /** @throws WaggleError `directoryMissing`, `commandNotFound`, `untrusted`, `launchFailed`, `ptyExhausted`, … */
  open(params: OpenParams, caller: Starter, choice: StartChoice = {}): Promise<Session> {
    const key = params.idempotencyKey;
    if (key === undefined) return this.#open(params, caller, choice);
    return this.#opening.run(key, async () => {
      const { sessions } = this.#context;
      const known = sessions.rows().find((row) => row.idempotencyKey === key);
      return known === undefined ? this.#open(params, caller, choice) : sessions.toSession(known);
    });
  }

  /** A new generation in the same session. The caller has made sure that none runs. */
  async restart(
    params: RestartParams,
    caller: Starter,
    choice: StartChoice = {},
  ): Promise<Session> {
    const { sessions } = this.#context;
    const row = sessions.get(params.sessionId);
    if (isLive(row.status))
      throw new WaggleError('conflict', 'The session still runs.', { fix: 'End it first.' });
    if (row.origin === 'imported')
      throw new WaggleError('conflict', 'An imported session is for reading only.', {
        fix: 'Continue its conversation: waggle adopt.',
      });
    if (row.wish.command?.length === 0)
      throw new WaggleError('launchFailed', 'The command of this session is not known any more.', {
        fix: 'Start it as a new session.',
      });
    const cwd = await resolveFolder(choice.cwd ?? row.cwd);
    this.#refuseUntrusted(cwd, row.agent, caller.principal);
    // Where a shell went by itself, nobody has vouched for.
    if (row.private !== true && choice.cwd === undefined) await this.#vouch(cwd, caller.principal);
    await this.#context.watch.settle(row);
    const inherited = this.inherit(params.windowId, params.environment);
    const plan = await this.#context.nouns.agents.plan({
      agent: row.agent,
      command: row.wish.command ?? (row.agent === 'command' ? row.argv : undefined),
      arguments: row.wish.arguments,
      model: this.#modelOf(row.roleId),
      cwd,
      environment: inherited,
      conversationIds: row.conversations.map((conversation) => conversation.id),
      ...(row.mode === 'pipe' ? { chat: row.chat } : { carried: row.chat }),
    });
    if (choice.mustResume === true && !plan.isResumed) throw nothingKept(row);
    const further = {
      argv: plan.argv,
      heard: { ...nothingHeard, title: row.heard.title },
      shell: this.#shellFactsOf(row.agent, params),
      conversations: this.#withConversation(row, plan),
      ...conversationStateOf(plan, this.#context.daemon.clock.now()),
      backgroundProcesses: 0,
      environmentNames: listNames({ ...inherited, ...plan.environment }),
      ...(params.size === undefined ? {} : { size: params.size }),
    };
    const started = await this.#oneProcess.start(row, plan, () =>
      sessions.act(row, { type: 'started' }, further),
    );
    if (started === undefined) throw new WaggleError('notFound', 'There is no such session.');
    const again = await this.#spawn(started, { plan, inherited, isNew: false, choice });
    const isElsewhere = row.hostId !== null && row.hostId !== sessions.get(row.id).hostId;
    if (isElsewhere) await this.#context.watch.collecting.collectNow(row);
    return again;
  }

  async #open(params: OpenParams, caller: Starter, choice: StartChoice): Promise<Session> {
    const { nouns, sessions, daemon } = this.#context;
    if (params.command !== undefined && params.agent !== 'command')
      throw new WaggleError('badRequest', 'A command is given only with the agent "command".');
    const cwd = await resolveFolder(params.cwd);
    this.#refuseUntrusted(cwd, params.agent, caller.principal);
    const inherited = this.inherit(params.windowId, params.environment);
    const plan = await nouns.agents.plan({
      agent: params.agent,
      command: params.command,
      arguments: params.arguments,
      model: this.#modelOf(params.roleId),
      cwd,
      environment: inherited,
      conversationIds: choice.conversationId === undefined ? [] : [choice.conversationId],
      chat: choice.chat,
    });
    const isMirror = choice.origin === 'mirrored';
    if (params.private !== true && !isMirror) await this.#vouch(cwd, caller.principal);
    const workspaceId = await nouns.workspaces.locate(cwd, params.private);
    const now = new Date(daemon.clock.now()).toISOString();
    const fresh: Omit<SessionRow, 'conversations'> = {
      ...newLife,
      id: sessionIdSchema.parse(createUuid(daemon.clock.now())),
      ownerDaemonId: daemon.daemonId,
      workspaceId,
      roleId: await this.#roleOf(params, workspaceId),
      name: params.name === undefined ? plan.defaultName : toName(params.name),
      nameSource: params.name === undefined ? 'default' : 'person',
      defaultName: plan.defaultName,
      agent: params.agent,
      mode: choice.chat === undefined ? 'pty' : 'pipe',
      ...chosenOf(choice),
      attention: { state: 'starting', kind: null, sentence: 'starting', since: now },
      heard: nothingHeard,
      shell: this.#shellFactsOf(params.agent, params),
      tags: toTags(params.tags),
      hidden: false,
      cwd,
      argv: plan.argv,
      ...conversationStateOf(plan, daemon.clock.now()),
      origin: choice.origin ?? null,
      wish: { command: params.command ?? null, arguments: params.arguments },
      size: params.size,
      backgroundProcesses: 0,
      environmentNames: listNames({ ...inherited, ...plan.environment }),
      tokenRight: params.agent === 'shell' ? 'person' : 'self',
      idempotencyKey: params.idempotencyKey ?? null,
      ...this.#keptOf(params),
      createdAt: now,
      updatedAt: now,
      revision: 0,
    };
    const row: SessionRow = { ...fresh, conversations: this.#withConversation(undefined, plan) };
    // Who kills what is listed as starting waits until there is a process to end.
    return this.#context.sequences.run(row.id, async () => {
      const added = await this.#oneProcess.start(row, plan, () => sessions.add(row));
      return this.#spawn(added, { plan, inherited, isNew: true, choice });
    });
  }

  #modelOf(roleId: string | undefined): string | null {
    if (roleId === undefined) return null;
    return this.#context.nouns.roles.find(roleId)?.model ?? null;
  }

  /** A private session leaves no trace, not even that something ran in its repository. */
  async #roleOf({ roleId, private: isPrivate }: OpenParams, workspaceId: string): Promise<RoleId> {
    const { roles } = this.#context.nouns;
    if (roleId !== undefined) return roles.getWorking(roleId, workspaceId).id;
    return isPrivate === true ? roles.getDefault() : roles.ensureDefault(workspaceId);
  }

  /** What was kept by default stands in the row: it does not change under a session. */
  #keptOf({ keep, private: isPrivate }: OpenParams): Pick<SessionRow, 'keep' | 'private'> {
    const chosen = changeKeep(this.#context.keeping.default, keep);
    return isPrivate === true ? { private: true } : { keep: chosen };
  }

  /** Agents do not run where trust was taken back, and start nothing themselves. */
  #refuseUntrusted(cwd: string, agent: string, principal: Principal): void {
    if (principal.right === 'self') throw new WaggleError('forbidden');
    const { workspaces } = this.#context.nouns;
    const trust = workspaces.trustOf(cwd);
    const isAgent = agent !== 'shell' && agent !== 'command';
    if (isAgent && trust === 'distrusted')
      throw new WaggleError('untrusted', `The folder ${cwd} is not trusted.`, {
        fix: 'Trust the folder first ("Manage Workspace Trust" in the editor), then try again.',
        details: { root: cwd },
      });
  }

  /** A person who starts something by hand vouches for the folder, unless it was decided before. */
  async #vouch(cwd: string, principal: Principal): Promise<void> {
    const { workspaces } = this.#context.nouns;
    if (workspaces.trustOf(cwd) === 'undecided') await workspaces.vouch(cwd, principal);
  }

  /** What a process inherits that this client opens. */
  inherit(windowId: OpenParams['windowId'], over: Environment): Record<string, string> {
    const { windows } = this.#context.nouns;
    const base = windowId === undefined ? undefined : windows.findEnvironment(windowId);
    const isSilent = base === undefined && Object.keys(over).length === 0;
    return inheritEnvironment(isSilent ? fallbackEnvironment(process.env) : (base ?? {}), over);
  }

  /** Undefined: nothing that has prompts, or the opener wants none marked. */
  #shellFactsOf(
    agent: string,
    { windowId, environment }: Pick<OpenParams, 'windowId' | 'environment'>,
  ): ShellFacts | undefined {
    const { windows } = this.#context.nouns;
    const window = windowId === undefined ? undefined : windows.findEnvironment(windowId);
    const isOff = isMarkingOff({ ...window, ...environment });
    return agent === 'shell' && !isOff ? newShellFacts(randomHex(16)) : undefined;
  }

  #withConversation(row: SessionRow | undefined, plan: LaunchPlan): SessionRow['conversations'] {
    const known = row?.conversations ?? [];
    const id = plan.conversationId;
    if (id === null || known.some((conversation) => conversation.id === id)) return known;
    const observedAt = new Date(this.#context.daemon.clock.now()).toISOString();
    return [...known, { id, source: 'chosen', observedAt }];
  }

  async #spawn(
    row: SessionRow,
    { plan, inherited, isNew, choice }: SpawnRequest,
  ): Promise<Session> {
    const { nouns, sessions, watch } = this.#context;
    try {
      // Here, where the row says that it starts: what passed before is waited for and ended.
      if (this.isEnding) throw new WaggleError('stopped', 'Everything is being ended.');
      const environment = { ...inherited, ...plan.environment };
      const marked = this.#mark(row, plan, environment);
      const offered = this.#context.tools.prepare(row, { argv: marked.argv, environment });
      const hooked = this.#context.hooks.prepare(row, { ...offered, environment });
      const noted = await this.#context.notes.prepare(row, {
        argv: hooked.argv,
        environment: { ...environment, ...hooked.environment },
      });
      const request = {
        session: row.id,
        generation: row.generation,
        argv: [...noted.argv],
        cwd: row.cwd,
        env: {
          ...(await this.#environmentOf(row, environment)),
          ...marked.environment,
          ...offered.environment,
          ...hooked.environment,
          ...noted.environment,
        },
        size: row.size,
        ringBytes: plan.ringBytes,
        meta: toMeta(row),
      };
      const { host, spawned } = await nouns.hosts.startIn(row.mode, async (candidate) => ({
        host: candidate,
        spawned: await candidate.link.call('host/spawn', withChoice(request, choice)),
      }));
      const running = await sessions.act(row, {
        type: 'spawned',
        pid: spawned.pid,
        startTime: spawned.startTime,
        hostId: host.id,
      });
      await watch.begin(running ?? row, host, true);
    } catch (error) {
      await this.#fail(row, error, isNew);
      throw error;
    }
    return sessions.toSession(sessions.get(row.id));
  }

  /** The row keeps the command as the person knows it. */
  #mark(row: SessionRow, { argv }: LaunchPlan, environment: Environment): MarkedStart {
    const scripts = this.#context.daemon.program.shellDirectory;
    const { shell } = row;
    const marked = shell && markShell({ argv, environment, scripts, nonce: shell.nonce });
    return marked ?? { argv, environment: {} };
  }

  /** A session that never ran leaves nothing; one that ran before says why it does not any more. */
  async #fail(row: SessionRow, error: unknown, isNew: boolean): Promise<void> {
    const { sessions, daemon, links, hooks, tools, notes } = this.#context;
    await daemon.tokens.revoke(row.id);
    tools.remove(row.id);
    links.remove(row.id);
    hooks.remove(row.id);
    notes.remove(row.id);
    if (isNew) return sessions.remove(row.id);
    const reason = errorMessageOf(error).slice(0, 256);
    await sessions.act(row, { type: 'launchFailed', reason });
  }

  async #environmentOf(row: SessionRow, inherited: Environment): Promise<Record<string, string>> {
    const { daemon, links, binDirectory } = this.#context;
    const { token } = await daemon.tokens.create({ sessionId: row.id, right: row.tokenRight });
    return addOwnVariables(links.point(row.id, inherited), {
      sessionId: row.id,
      socket: daemon.socket,
      token,
      generation: row.generation,
      binDirectory,
      home: daemon.paths.home === platformHome() ? undefined : daemon.paths.home,
    });
  }
}
