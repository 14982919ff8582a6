/**
 * Needs you: the registry of what waits for a person, and how that person is called. Other nouns register kinds and put
 * entries; this one ranks, lists, passes answers on, and decides whom to tell. Entries are kept by whoever put them, what
 * was told about them here.
 */
import type { NoticeSettings } from '../../protocol/attention/notice.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature, Tool } from '../feature.ts';
import { createAttentionTools } from './attention.tools.ts';
import { createCallingHandlers } from './calling.handlers.ts';
import { Calling } from './calling.ts';
import type { Explainer } from './explaining.ts';
import { Explaining } from './explaining.ts';
import type { AttentionNouns, DescribeSession } from './nouns.ts';
import type { NeedOwner, NeedSource } from './registry.ts';
import { Registry } from './registry.ts';

export type { Explainer } from './explaining.ts';
export type { Need } from './needs.ts';
export type { DescribedSession } from './nouns.ts';
export type { NeedFacts, NeedOwner, NeedSource } from './registry.ts';

export interface AttentionFeature extends Feature<'attention'> {
  readonly tools: readonly Tool[];
  register(owner: NeedOwner): NeedSource;
  /** Who answers `attention/why` and takes what hooks report. */
  explainWith(explainer: Explainer): void;
  /** Who knows the sessions that somebody asks to be called about. */
  describeWith(describe: DescribeSession): void;
  /** How a person wants to be called. */
  readonly settings: NoticeSettings;
  /** Of the person; the same array as long as they do not change. */
  readonly titlePatterns: NoticeSettings['titlePatterns'];
  readonly onDidConfigure: Event<NoticeSettings>;
}

export function createAttentionFeature(
  context: FeatureContext,
  { windows }: AttentionNouns,
): AttentionFeature {
  const registry = new Registry(context);
  const calling = new Calling({ daemon: context, windows, registry });
  const explaining = new Explaining();
  return {
    noun: 'attention',
    tools: createAttentionTools(calling.notifying),
    register: (owner) => registry.register(owner),
    explainWith: (explainer) => explaining.explainWith(explainer),
    describeWith: (describe) => calling.describeWith(describe),
    get settings() {
      return calling.settings;
    },
    get titlePatterns() {
      return calling.choices.titlePatterns;
    },
    onDidConfigure: calling.onDidConfigure,
    handlers: {
      ...explaining.handlers,
      ...createCallingHandlers(calling, registry),
      'attention/list': () => registry.list(),
      'attention/subscribe'(_params, caller) {
        caller.subscribe('attention');
        return registry.list();
      },
      async 'attention/answer'({ id, action, revision }) {
        await registry.answer(id, action, revision);
        return {};
      },
    },
    start: () => calling.start(),
    dispose() {
      calling.dispose();
      registry.clear();
    },
  };
}
