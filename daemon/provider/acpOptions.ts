/** Models and modes of an ACP agent: by fields of the protocol, or by options of its own. */
import { z } from 'zod';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { DescribedEvent } from './event.ts';

const optionSchema = z.object({
  id: z.string(),
  category: z.string().nullish(),
  currentValue: z.string().optional(),
  options: z
    .array(z.object({ value: z.string(), name: z.string(), description: z.string().nullish() }))
    .default([]),
});
const openedSchema = z.object({
  sessionId: z.string().optional(),
  modes: z
    .object({
      currentModeId: z.string(),
      availableModes: z.array(
        z.object({ id: z.string(), name: z.string(), description: z.string().nullish() }),
      ),
    })
    .nullish(),
  models: z
    .object({
      currentModelId: z.string(),
      availableModels: z.array(
        z.object({ modelId: z.string(), name: z.string(), description: z.string().nullish() }),
      ),
    })
    .nullish(),
  configOptions: z.unknown().optional(),
});

export interface AcpChoices {
  readonly described: DescribedEvent | undefined;
  readonly modelOption: string | null;
  readonly modeOption: string | null;
}

/** What stands in the answer to opening a session. */
export function readOpened(
  result: unknown,
): (AcpChoices & { readonly sessionId: string | undefined }) | undefined {
  const { data } = openedSchema.safeParse(result ?? {});
  if (data === undefined) return undefined;
  const own = readOptions(data.configOptions);
  const { modes, models, sessionId } = data;
  const described: DescribedEvent = {
    type: 'described',
    mode: modes?.currentModeId ?? own.described?.mode,
    modes: modes?.availableModes.map(toMode) ?? own.described?.modes,
    model: models?.currentModelId ?? own.described?.model,
    models: models?.availableModels.map(toModel) ?? own.described?.models,
  };
  return { ...own, described, sessionId };
}

export function readOptions(value: unknown): AcpChoices {
  const options = z.array(z.unknown()).safeParse(value).data ?? [];
  const known = options.flatMap((option) => optionSchema.safeParse(option).data ?? []);
  const find = (category: string) => known.find((option) => option.category === category);
  const [model, mode] = [find('model'), find('mode')];
  const described: DescribedEvent = {
    type: 'described',
    model: model?.currentValue,
    models: model?.options.map(toChoice),
    mode: mode?.currentValue,
    modes: mode?.options.map(toChoice),
  };
  return {
    described: known.length === 0 ? undefined : described,
    modelOption: model?.id ?? null,
    modeOption: mode?.id ?? null,
  };
}

interface Named {
  readonly name: string;
  readonly description?: string | null | undefined;
}

function toMode({ id, name, description }: Named & { readonly id: string }): Choice {
  return { id, label: name, description: description ?? '' };
}

function toModel({ modelId, name, description }: Named & { readonly modelId: string }): Choice {
  return { id: modelId, label: name, description: description ?? '' };
}

function toChoice({ value, name, description }: Named & { readonly value: string }): Choice {
  return { id: value, label: name, description: description ?? '' };
}
