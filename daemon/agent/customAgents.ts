import type { CustomAgent } from '../../protocol/agent/agent.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { StoreProxy } from '../store/store.ts';
import type { agentStore } from './agent.store.ts';
import type { AgentEntry } from './launchTable.ts';
import { agentEntries, servedChat } from './launchTable.ts';

/** Ids that mean something else. */
const taken = new Set([...agentEntries.map(({ id }) => id), 'shell', 'command']);

/** Agents that a person named: programs that speak the Agent Client Protocol. */
export class CustomAgents {
  readonly #store: StoreProxy<typeof agentStore>;
  #agents: readonly CustomAgent[] = [];

  constructor(store: StoreProxy<typeof agentStore>) {
    this.#store = store;
  }

  get list(): readonly CustomAgent[] {
    return this.#agents;
  }

  get entries(): AgentEntry[] {
    return this.#agents.map(toEntry);
  }

  async load(): Promise<void> {
    this.#agents = await this.#store.list({});
  }

  /** All of them, in that order. @throws WaggleError `badRequest` for an id that is taken, or named twice. */
  async replace(agents: readonly CustomAgent[]): Promise<void> {
    const seen = new Set(taken);
    for (const { id } of agents) {
      if (seen.has(id))
        throw new WaggleError('badRequest', `There is an agent ${id} already.`, {
          fix: 'Give it another id.',
        });
      seen.add(id);
    }
    await this.#store.replace({ agents });
    this.#agents = [...agents];
  }
}

function toEntry({ id, label, command, arguments: given, environment }: CustomAgent): AgentEntry {
  return {
    ...{ id, label, program: command, installUrl: null, isCustom: true },
    launch() {
      throw new WaggleError('badRequest', `${label} can be opened as a chat only.`, {
        fix: `waggle chat ${id}`,
      });
    },
    chat(input) {
      const values = Object.entries(environment).map(([name, value]) => [
        name,
        expand(value, input.inherited),
      ]);
      return { ...servedChat(given, input), environment: Object.fromEntries(values) };
    },
  };
}

/** `${env:NAME}`: so that no secret has to stand in a setting. What is not there is empty. */
function expand(value: string, inherited: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{env:([^}]+)\}/g, (_whole, name: string) => inherited[name] ?? '');
}
