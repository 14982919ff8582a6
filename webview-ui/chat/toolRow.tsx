/** A tool call: one quiet row that opens to what it was given, what it gave back and what it changed. */
import type { JSX } from 'preact';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { Code } from './codeBlock.tsx';
import { showControls } from './controls.ts';
import { DiffView } from './diffView.tsx';
import { Icon, IconButton } from './iconButton.tsx';
import type { ChatModel } from './model.ts';
import { describeMs, t } from './words.ts';

type Tool = Extract<EntryContent, { kind: 'tool' }>;

const icons: Record<Tool['status'], string> = {
  preparing: 'loading codicon-modifier-spin',
  running: 'loading codicon-modifier-spin',
  done: 'check',
  failed: 'error',
  denied: 'circle-slash',
  cut: 'debug-pause',
};

function nameStatus(status: Tool['status']): string {
  switch (status) {
    case 'preparing':
      return t('is being prepared');
    case 'running':
      return t('runs');
    case 'done':
      return t('done');
    case 'failed':
      return t('failed');
    case 'denied':
      return t('denied');
    case 'cut':
      return t('was cut off');
  }
}

interface ToolProps {
  readonly model: ChatModel;
  readonly entry: Entry;
  readonly tool: Tool;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

export function ToolRow(props: ToolProps): JSX.Element {
  const { model, tool, isOpen, toggle } = props;
  const whole = toPlainLine(tool.title || tool.name);
  const title = model.shorten(whole);
  return (
    <div class={`tool ${tool.status}`}>
      <button type="button" class="fold" aria-expanded={isOpen} title={whole} onClick={toggle}>
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
        <span class="tool-title">{title}</span>
        <span class={`tool-status ${tool.status}`}>
          <Icon name={icons[tool.status]} />
          <span class="spoken">{nameStatus(tool.status)}</span>
        </span>
        <span class="quiet">{tool.ms === null ? '' : describeMs(tool.ms)}</span>
      </button>
      {isOpen ? <ToolBody {...props} /> : <ChangedFiles {...props} />}
    </div>
  );
}

/** What it changed can be seen without opening it. */
function ChangedFiles({ model, entry, tool }: ToolProps): JSX.Element | null {
  if (tool.changes.length === 0) return null;
  return (
    <div class="tool-files">
      {tool.changes.map(({ path }, index) => (
        <button
          key={index}
          type="button"
          class="chip"
          title={t('Open in the Diff Editor')}
          onClick={() => model.post({ type: 'openDiff', position: entry.position, index })}
        >
          <Icon name="diff" /> {showControls(path.split(/[\\/]/).at(-1) ?? path)}
        </button>
      ))}
    </div>
  );
}

function ToolBody({ model, entry, tool }: ToolProps): JSX.Element {
  const { input, output, outputCut, changes } = tool;
  return (
    <div class="tool-body">
      {changes.map((change, index) => (
        <DiffView
          key={index}
          change={change}
          isWhole={false}
          open={() => model.post({ type: 'openDiff', position: entry.position, index })}
        />
      ))}
      <Given name={tool.name} input={input} />
      {output === '' ? null : (
        <div class="tool-output">
          <div class="label">
            {t('Output')}
            <IconButton
              icon="copy"
              label={t('Copy Output')}
              act={() => model.post({ type: 'copy', text: output })}
            />
          </div>
          <pre tabIndex={0}>{showControls(output)}</pre>
          {outputCut === 0 ? null : (
            <div class="quiet">{t('{0} characters are left out', outputCut.toLocaleString())}</div>
          )}
        </div>
      )}
    </div>
  );
}

function Given({
  name,
  input,
}: {
  readonly name: string;
  readonly input: string;
}): JSX.Element | null {
  if (input === '' || input === '{}') return null;
  return (
    <div class="tool-input">
      <div class="label">{t('{0} was given', toPlainLine(name, 64))}</div>
      <pre tabIndex={0}>
        <Code text={layOut(input)} language="json" />
      </pre>
    </div>
  );
}

const layOutMax = 200_000;

/** JSON with its lines; what is none, or too long, as it is. */
export function layOut(json: string): string {
  if (json.length > layOutMax) return json;
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
