/** A change of a file, line by line. `isWhole`: every line, for what is to be permitted; else what is around the changes. */
import type { JSX } from 'preact';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import type { FileChange } from '../../protocol/chat/permission.ts';
import { listLines } from './diffLines.ts';
import { t } from './words.ts';

interface DiffProps {
  readonly change: FileChange;
  readonly isWhole: boolean;
  readonly open: () => void;
}

export function DiffView({ change, isWhole, open }: DiffProps): JSX.Element {
  const lines = listLines(change, isWhole);
  const added = lines.filter(({ kind }) => kind === 'added').length;
  const removed = lines.filter(({ kind }) => kind === 'removed').length;
  return (
    <div class="diff">
      <button type="button" class="diff-head" title={t('Open in the Diff Editor')} onClick={open}>
        <span class="diff-path">{toVisibleText(change.path)}</span>
        <span class="diff-added">{`+${added}`}</span>
        <span class="diff-removed">{`−${removed}`}</span>
      </button>
      <div
        class="diff-lines"
        tabIndex={0}
        role="group"
        aria-label={t('Changes of {0}', change.path)}
      >
        {lines.map(({ kind, text }, index) => (
          <div key={index} class={`diff-line ${kind}`}>
            <span class="diff-sign">{signs[kind]}</span>
            {kind === 'skipped' ? t('{0} unchanged lines', text) : toVisibleText(text)}
          </div>
        ))}
      </div>
    </div>
  );
}

const signs = { same: ' ', added: '+', removed: '−', skipped: '⋯' } as const;
