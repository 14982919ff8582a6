/**
 * Providers: how to talk with each agent in a chat. Pure translation between an agent's lines and our events: a provider
 * starts nothing, keeps nothing and waits for nothing. What it must remember is its state, a plain value that is kept with
 * the position up to which it read, so that it goes on there after the daemon was killed.
 */
import type { Provider } from './adapter.ts';
import { createAcpProvider } from './acp.ts';
import { claudeProvider } from './claude.ts';
import { codexProvider } from './codex.ts';

export { findAwayMode } from './away.ts';
export type { AwayMode } from './away.ts';
export type { Command, ContextReading, Provider, ProviderState, Step } from './adapter.ts';
export { describeTool, isArguments } from './toolText.ts';
export type {
  AskRequest,
  ChatEvent,
  DescribedEvent,
  PlanLimitSeen,
  ToolEvent,
  TurnEndedEvent,
  WrittenEvent,
} from './event.ts';

const providers: readonly Provider[] = [
  claudeProvider,
  codexProvider,
  createAcpProvider({ agent: 'gemini', label: 'Gemini CLI', oldestVersion: '0.50.0' }),
  createAcpProvider({ agent: 'opencode', label: 'opencode', oldestVersion: '1.0.0' }),
];

/** Undefined: this agent has no chat. */
export function findProvider(agent: string): Provider | undefined {
  return providers.find((provider) => provider.agent === agent);
}

/** Whoever is not known here speaks the Agent Client Protocol, or nothing that we understand. */
export function providerOf(agent: string, label: string): Provider {
  return findProvider(agent) ?? createAcpProvider({ agent, label, oldestVersion: null });
}

/** Agents that can be in a chat. */
export function listProviders(): readonly Provider[] {
  return providers;
}
