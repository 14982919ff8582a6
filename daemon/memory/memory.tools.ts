import { z } from 'zod';
import { blockLabelSchema } from '../../protocol/memory/block.ts';
import { factMaxChars, factTypes } from '../../protocol/memory/fact.ts';
import type { MemoryPlace } from '../../protocol/memory/place.ts';
import { learnedFrom } from '../../protocol/memory/source.ts';
import { factIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Resource, ResourceCaller, Tool, ToolCaller } from '../feature.ts';
import { defineTool } from '../feature.ts';
import { frameFacts, framePrompt } from './framing.ts';
import type { MemoryCalls } from './memory.handlers.ts';
import type { BlockRow } from './rows.ts';

const noNotes = 'There are no notes yet.';

/** What agents may do with memory: in their own place, and only with what their own session taught. */
export function createMemoryTools(calls: MemoryCalls): Tool[] {
  return [
    recallTool(calls),
    rememberTool(calls),
    forgetTool(calls),
    readNotesTool(calls),
    updateNoteTool(calls),
  ];
}

/** What a person attaches to a prompt, and an agent reads when it has only an id. */
export function createMemoryResources(calls: MemoryCalls): Resource[] {
  const notes = async (
    kind: BlockRow['owner']['kind'],
    caller: ResourceCaller,
  ): Promise<string> => {
    const { blocks } = await calls['memory/listBlocks'](placeOf(caller), caller);
    const { text } = framePrompt({ blocks: blocks.filter(({ owner }) => owner.kind === kind) });
    return text === '' ? noNotes : text;
  };
  const shared = { mimeType: 'text/markdown', tier: 'core' } as const;
  return [
    {
      ...{ uri: 'waggle://notes/repository', name: 'notes-repository', title: 'Shared Notes' },
      description: 'The standing notes of this repository, which all agents share.',
      ...{ ...shared, read: (_id, caller) => notes('workspace', caller) },
    },
    {
      ...{ uri: 'waggle://notes/role', name: 'notes-role', title: 'Notes of the Role' },
      description: 'The standing notes of the role that works here.',
      ...{ ...shared, read: (_id, caller) => notes('role', caller) },
    },
    {
      ...{ uri: 'waggle://facts/{id}', name: 'fact', title: 'Fact' },
      description: 'One remembered fact, by the id that recall gave, with its origin.',
      ...shared,
      async read(id, caller) {
        const factId = factIdSchema.safeParse(id).data;
        if (factId === undefined) throw new WaggleError('notFound', 'There is no such fact.');
        const { fact } = await calls['memory/getFact']({ factId, ...placeOf(caller) }, caller);
        return frameFacts([fact]);
      },
    },
  ];
}

function recallTool(calls: MemoryCalls): Tool {
  return defineTool({
    name: 'recall',
    title: 'Recall',
    description:
      'What earlier agents and the person found out about this repository: gotchas, decisions, preferences. Ask before unfamiliar work and when something fails oddly. Use words that would stand in the fact.',
    tier: 'core',
    effect: 'reads',
    input: z.strictObject({
      query: z.string().min(1).max(1000),
      limit: z.int().min(1).max(20).default(8),
    }),
    output: z.object({ text: z.string(), ids: z.array(z.string()) }),
    async run(input, caller) {
      const { text, hits } = await calls['memory/recall']({ ...input, ...placeOf(caller) }, caller);
      return { text, ids: hits.map(({ fact }) => fact.id) };
    },
  });
}

function rememberTool(calls: MemoryCalls): Tool {
  return defineTool({
    name: 'remember',
    title: 'Remember',
    description:
      'Save one fact that would have saved you time, for all later agents here. One sentence that is true outside this task, with names; no secrets, no progress, nothing the code says itself. What you read on the web, in issues or mails: from "outside".',
    tier: 'core',
    effect: 'adds',
    isRepeatable: true,
    input: z.strictObject({
      text: z.string().min(1).max(factMaxChars),
      type: z.enum(factTypes).default('belief'),
      from: z.enum(learnedFrom).default('work'),
      supersedes: factIdSchema.optional(),
    }),
    output: z.object({
      outcome: z.enum(['saved', 'merged', 'superseded', 'known']),
      id: z.string(),
      /** Nobody is given it before a person has accepted it. */
      waitsForPerson: z.boolean(),
    }),
    async run(input, caller) {
      caller.signal.throwIfAborted();
      const params = { ...input, scope: 'repository', worktreeOnly: false } as const;
      const once = withKey(caller);
      const { outcome, fact } = await calls['memory/save'](
        { ...params, ...placeOf(caller), ...once },
        caller,
      );
      return { outcome, id: fact.id, waitsForPerson: fact.state === 'quarantined' };
    },
  });
}

function forgetTool(calls: MemoryCalls): Tool {
  return defineTool({
    name: 'forget',
    title: 'Forget',
    description: 'Take back facts that you remembered in this session and that were wrong.',
    tier: 'core',
    effect: 'replaces',
    isRepeatable: true,
    input: z.strictObject({ ids: z.array(factIdSchema).min(1).max(50) }),
    output: z.object({ forgotten: z.array(z.string()) }),
    async run({ ids }, caller) {
      caller.signal.throwIfAborted();
      const params = { factIds: ids, forever: false };
      const { forgotten } = await calls['memory/forget'](params, caller);
      return { forgotten: [...forgotten] };
    },
  });
}

function readNotesTool(calls: MemoryCalls): Tool {
  return defineTool({
    name: 'read_notes',
    title: 'Read Notes',
    description:
      'The standing notes of this repository and your role, unless they are in your prompt already (<waggle-notes>).',
    tier: 'core',
    effect: 'reads',
    input: z.strictObject({}),
    output: z.object({ text: z.string() }),
    async run(_input, caller) {
      const { text } = await calls['memory/prompt'](placeOf(caller), caller);
      return { text: text === '' ? noNotes : text };
    },
  });
}

function updateNoteTool(calls: MemoryCalls): Tool {
  return defineTool({
    name: 'update_note',
    title: 'Update Note',
    description:
      'Change a standing note, which every agent here reads at its start: append lines, or replace old, which must stand there exactly once. For what must always be known; everything else: remember.',
    tier: 'core',
    effect: 'replaces',
    input: z.strictObject({
      label: blockLabelSchema,
      append: z.string().min(1).max(5000).optional(),
      old: z.string().min(1).max(5000).optional(),
      new: z.string().max(5000).optional(),
    }),
    output: z.object({
      outcome: z.enum(['saved', 'conflict']),
      reason: z.enum(['changed', 'notFound', 'ambiguous']).optional(),
      text: z.string(),
    }),
    async run({ label, append, old, new: replacement }, caller) {
      caller.signal.throwIfAborted();
      const block = { label, ...placeOf(caller) };
      const isReplace = old !== undefined && replacement !== undefined;
      if ((append !== undefined) === isReplace)
        throw new WaggleError('badRequest', 'Give either append, or old and new.');
      const written = isReplace
        ? await calls['memory/replaceInBlock']({ block, old, new: replacement }, caller)
        : await calls['memory/appendBlock'](
            { block, text: append ?? '', ownedBy: 'repository' },
            caller,
          );
      const reason = written.outcome === 'conflict' ? { reason: written.reason } : {};
      return { outcome: written.outcome, ...reason, text: written.block.text };
    },
  });
}

/** A session's own; where a connector says that it works. */
function placeOf({ sessionId, folder }: ResourceCaller): { readonly place: MemoryPlace } {
  return { place: sessionId === undefined && folder !== undefined ? { folder } : {} };
}

function withKey({ idempotencyKey }: ToolCaller): { readonly idempotencyKey?: string } {
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}
