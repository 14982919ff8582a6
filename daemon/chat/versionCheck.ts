import { stat } from 'node:fs/promises';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { AgentFeature } from '../agent/agent.ts';
import { readVersion } from '../agent/agent.ts';
import type { Provider } from '../provider/provider.ts';

/** Whether an agent is new enough to speak with us. A program is asked once, until it is another one. */
export class VersionCheck {
  readonly #agents: Pick<AgentFeature, 'findAgent'>;
  readonly #known = new Map<string, string | null>();

  constructor(agents: Pick<AgentFeature, 'findAgent'>) {
    this.#agents = agents;
  }

  /** Who does not tell its version is given a try. @throws WaggleError `versionMismatch`. */
  async refuseOld(
    { agent, label, oldestVersion }: Provider,
    environment: Readonly<Record<string, string>>,
    cwd: string,
  ): Promise<void> {
    if (oldestVersion === null) return;
    const path = await this.#agents.findAgent(agent, environment, cwd);
    if (path === undefined) return;
    const version = await this.#read(path, environment);
    if (version === null || !isOlder(version, oldestVersion)) return;
    throw new WaggleError('versionMismatch', `${label} ${version} is too old for a chat.`, {
      fix: `Update it to ${oldestVersion} or later: ${path}`,
      details: { version, oldestVersion },
    });
  }

  async #read(path: string, env: Readonly<Record<string, string>>): Promise<string | null> {
    const facts = await stat(path).catch(gone);
    const key = `${path} ${facts?.mtimeMs ?? 0} ${facts?.size ?? 0}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const version = await readVersion(path, env);
    this.#known.set(key, version);
    return version;
  }
}

/** By its numbers; what follows a dash counts for nothing. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) =>
    (text.split('-')[0] ?? '').split('.').map(Number),
  ) as [number[], number[]];
  const at = right.findIndex((part, index) => part !== (left[index] ?? 0));
  return at !== -1 && (left[at] ?? 0) < (right[at] ?? 0);
}

function gone(): undefined {
  return undefined;
}
