import type { Authority, Signal } from '../../protocol/attention/why.ts';
import type { Attention } from '../../protocol/session/attentionState.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';

/** What somebody says of a session's state. `unknown`: what it said before does not hold any more. */
export type Claim = Pick<Attention, 'state' | 'kind' | 'sentence'>;

/** A claim with the rule that read it and what was received, before it is known of which process and when. */
export interface Reading {
  readonly claim: Claim;
  readonly rule: string;
  readonly evidence: string;
}

/** When and where something was said. */
export interface Moment {
  readonly at: string;
  readonly generation: number;
  /** Null: it did not come with the output. */
  readonly seq: number | null;
}

const ruleMaxChars = 128;
const evidenceMaxChars = 512;

export function claimOf(state: Claim['state'], sentence: string): Claim {
  return { state, kind: null, sentence: toPlainLine(sentence) };
}

/** `otherwise` is said when nothing of the sentence can be shown. */
export function asking(
  kind: NonNullable<Claim['kind']>,
  sentence: string,
  otherwise: string,
): Claim {
  const shown = toPlainLine(sentence);
  return { state: 'asking', kind, sentence: shown === '' ? otherwise : shown };
}

export function wantsToRun(command: string): Claim {
  const line = toPlainLine(command, 200);
  return asking('permission', line === '' ? '' : `wants to run \`${line}\``, needsPermission);
}

export const needsPermission = 'needs your permission';
export const nothingClaimed: Claim = claimOf('unknown', 'running');

export function toSignal(authority: Authority, reading: Reading, moment: Moment): Signal {
  return {
    authority,
    ...reading.claim,
    rule: toPlainLine(reading.rule, ruleMaxChars),
    evidence: toEvidence(reading.evidence),
    ...moment,
  };
}

/** What was received as one line that shows what is hidden in it, cut. */
export function toEvidence(text: string): string {
  const cut = text.slice(0, evidenceMaxChars);
  const line = toVisibleText(cut).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return toPlainLine(line, evidenceMaxChars);
}
