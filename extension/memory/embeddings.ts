/** Finding by meaning: setting it up, keeping the daemon in step with the settings, and saying how far it is. */
import * as vscode from 'vscode';
import { embeddingChangeSchema, embeddingProviders } from '../../protocol/memory/embedding.ts';
import type { EmbeddingSettings, EmbeddingStatus } from '../../protocol/memory/memory.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { EmbeddingValues } from '../editor/editor.ts';
import {
  onDidChangeEmbeddings,
  readSetEmbeddings,
  storeEmbeddings,
  translate as t,
} from '../editor/editor.ts';
import { whileLooking } from './imports.ts';
import type { MemoryParts } from './parts.ts';

type Provider = EmbeddingSettings['provider'];
type Change = NonNullable<MethodParams<'memory/embeddings'>['change']>;

const firstModel: Record<Provider, string> = {
  off: '',
  openai: 'text-embedding-3-small',
  ollama: 'nomic-embed-text',
  transformers: 'Xenova/all-MiniLM-L6-v2',
};
const firstUrl: Partial<Record<Provider, string>> = {
  openai: 'https://api.openai.com/v1',
  ollama: 'http://127.0.0.1:11434',
};

/** Gives the daemon what the person set, and nothing else. */
export function followEmbeddingSettings(parts: MemoryParts): Disposable {
  const { connection, log } = parts;
  const owned = new DisposableStore();
  const tell = async (values: EmbeddingValues): Promise<void> => {
    const change = toChange(values);
    if (connection.link === undefined || Object.keys(change).length === 0) return;
    try {
      await connection.link.call('memory/embeddings', { change });
    } catch (error) {
      if (errorCodeOf(error) === 'methodNotFound') return;
      log.warn('the embedding provider was not set', errorMessageOf(error));
    }
  };
  owned.add(connection.onDidConnect(() => void tell(readSetEmbeddings())));
  owned.add(onDidChangeEmbeddings((values) => void tell(values)));
  return owned;
}

/** Empty means the provider's own. What is not understood is left out, each for itself. */
function toChange(values: EmbeddingValues): Change {
  const entries = Object.entries(values).map(([key, value]) => [key, value === '' ? null : value]);
  const understood = entries.filter(
    ([key, value]) => embeddingChangeSchema.safeParse({ [String(key)]: value }).success,
  );
  return embeddingChangeSchema.parse(Object.fromEntries(understood));
}

/** Above the rows of the view, while it works or fails; undefined when there is nothing to say. */
export function describeEmbedding(status: EmbeddingStatus | undefined): string | undefined {
  if (status?.state === 'working')
    return t('Learning to find by meaning: {0} of {1} facts', status.done, status.total);
  if (status?.state !== 'failing') return undefined;
  const problem = toPlainLine(status.problem ?? '', 200);
  return t('Finding by meaning does not work, finding by words does. {0}', problem);
}

export async function setUpEmbeddings(parts: MemoryParts): Promise<void> {
  const { connection } = parts;
  const { status } = await connection.call('memory/embeddings', {});
  const provider = await chooseProvider(status.settings.provider);
  if (provider === undefined) return;
  const change = provider === 'off' ? { provider } : await askForDetails(provider, status.settings);
  if (change === undefined) return;
  const set = connection.call('memory/embeddings', { change });
  const { status: now } = await whileLooking(t('Asking the embedding provider…'), set);
  await storeEmbeddings({ provider, url: change.url ?? '', model: change.model ?? '' });
  await vscode.window.showInformationMessage(describeOutcome(now));
}

function describeOutcome({ state, problem, total, done }: EmbeddingStatus): string {
  if (state === 'off') return t('Facts are found by words and names. Nothing leaves this machine.');
  if (state === 'failing')
    return t('The embedding provider does not answer: {0}', toPlainLine(problem ?? '', 200));
  return total > done
    ? t('Facts are being learned by meaning: {0} of {1}. The view says how far it is.', done, total)
    : t('Facts are found by meaning too.');
}

async function chooseProvider(current: Provider): Promise<Provider | undefined> {
  const words: Record<Provider, readonly [label: string, description: string]> = {
    off: [t('Words and Names Only'), t('nothing to set up, no network')],
    ollama: [t('Ollama'), t('on this machine, nothing leaves it')],
    openai: [
      t('OpenAI or Compatible'),
      t('an endpoint for embeddings; the text of facts is sent there'),
    ],
    transformers: [t('transformers.js'), t('inside the daemon, once its package is installed')],
  };
  const rows = embeddingProviders.map((provider) => ({
    provider,
    label: words[provider][0],
    description: words[provider][1],
    iconPath: new vscode.ThemeIcon(provider === current ? 'check' : 'blank'),
  }));
  const chosen = await vscode.window.showQuickPick(rows, {
    title: t('Find Facts by Meaning'),
    placeHolder: t('How is the meaning of a fact learned?'),
  });
  return chosen?.provider;
}

async function askForDetails(
  provider: Provider,
  current: EmbeddingSettings,
): Promise<Change | undefined> {
  const own = current.provider === provider ? current : undefined;
  const url =
    firstUrl[provider] === undefined
      ? ''
      : await vscode.window.showInputBox({
          title: t('Address'),
          prompt: t('Where the endpoint is.'),
          value: own?.url ?? firstUrl[provider] ?? '',
          validateInput: (typed) =>
            /^https?:\/\/\S+$/.test(typed.trim())
              ? undefined
              : t('An address that begins with http:// or https://.'),
        });
  if (url === undefined) return undefined;
  const model = await vscode.window.showInputBox({
    title: t('Model'),
    prompt: t('A model for embeddings. Another one later learns all facts again.'),
    value: own?.model ?? firstModel[provider],
  });
  if (model === undefined) return undefined;
  const key = provider === 'openai' ? await askForKey(own?.hasKey === true) : '';
  if (key === undefined) return undefined;
  return {
    provider,
    url: url.trim() || null,
    model: model.trim() || null,
    ...(key === '' ? {} : { key }),
  };
}

function askForKey(hasKey: boolean): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: t('Key'),
    prompt: hasKey
      ? t('Empty: the stored one stays.')
      : t('It is kept by the daemon and never shown again. Empty: none is needed.'),
    password: true,
    ignoreFocusOut: true,
  });
}
