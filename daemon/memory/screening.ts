/**
 * Finds text that speaks to an agent instead of stating a fact. It marks, it does not clean: a person decides. Wording that
 * repositories use among people ("always run npm ci first") passes; what takes rules away, asks to hide, reveals, sends or
 * grants does not. Known words can be avoided, which is why nothing else relies on this alone: what is recalled is framed as
 * data, and no text of an agent can approve anything.
 */
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

/** @throws WaggleError `forbidden` when something was found. */
export function refuseOrders(suspicious: readonly string[]): void {
  if (suspicious.length === 0) return;
  throw new WaggleError(
    'forbidden',
    `A note by an agent states facts; this reads like instructions to agents: "${suspicious[0]}".`,
    {
      fix: 'Say it as a fact about the repository, or ask the person to write it.',
      details: { suspicious },
    },
  );
}

const agents = String.raw`(?:assistant|agent|model|ai|llm|claude|codex|gemini|copilot|opencode)`;
const rules = String.raw`(?:instruction|prompt|rule|guideline|polic(?:y|ie)|restriction|direction|message|context|anweisung|regel|instruccion|consigne)`;

const patterns: readonly RegExp[] = [
  // Takes rules away.
  new RegExp(
    String.raw`\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:all|any|previous|prior|above|earlier|preceding|your|the|system|other)\b.{0,30}\b${rules}`,
    'i',
  ),
  /\b(?:ignoriere|vergiss|missachte)\b.{0,60}\b(?:anweisung|regel|vorgabe|nachricht)/i,
  /\b(?:ignora|olvida|ignore[zs]?|oublie[zs]?)\b.{0,60}\b(?:instruccion|regla|consigne|instruction|règle)/i,
  /忽略.{0,12}(?:指令|指示|规则|提示)|無視.{0,12}|(?:指示|命令).{0,8}無視|игнорируй.{0,40}(?:инструкц|правил|указан)/i,
  /\b(?:new|updated|real|actual|hidden|secret)\s+(?:system\s+)?(?:instructions?|prompt)\s*(?:[:：]|are|is)/i,
  /\bsystem\s+(?:prompt|message|override|instruction)s?\b/i,
  // Speaks as or to an agent.
  /<\/?\s*(?:system|assistant|user|human|instructions?|tool_result|function_results?|system-reminder|important)\b[^>]{0,40}>/i,
  /\[\/?(?:INST|SYSTEM|ASSISTANT)\]|<\|[a-z_]+\|>|^\s*(?:system|assistant|human)\s*[:：]/im,
  /\b(?:you are now|from now on,? you|pretend (?:to be|you)|act as (?:an?|the|if)\b|roleplay as)\b/i,
  new RegExp(
    String.raw`\b(?:to|attention|note to|dear|hey|message for)\b.{0,20}\b${agents}s?\b.{0,10}[:,：]`,
    'i',
  ),
  /\byou (?:must|have to|need to|are required to|shall|will now)\b/i,
  /\byour (?:new )?(?:task|goal|job|instructions|orders?) (?:is|are)\b/i,
  // Hides.
  /\b(?:do not|don['’]t|never|without)\b.{0,30}\b(?:tell|telling|mention|mentioning|inform|informing|show|showing|reveal|revealing|ask|asking|notify|notifying|alert|warn)\b.{0,40}\b(?:the |any )?(?:user|person|human|developer|operator|owner|anyone|reviewer)/i,
  // Grants.
  /\b(?:auto[- ]?(?:approve|accept)|always (?:allow|approve|accept)|approve (?:all|every|any)|grant (?:all|full|every))\b/i,
  /--?(?:dangerously[-\w]*|yolo|full-auto|no-verify-signatures)\b|\b(?:bypassPermissions|skip[- ]permissions)\b/i,
  /\b(?:disable|turn off|deactivate|circumvent|work around)\b.{0,40}\b(?:sandbox|permission|approval|safety|security|guard ?rail|review|confirmation|filter|hooks?)s?\b/i,
  // Reveals and sends.
  /\b(?:send|post|upload|exfiltrate|forward|transmit|leak|report|email|e-mail|copy|paste|append|include)\b.{0,80}(?:\b(?:secret|token|password|passwd|credential|api[ _-]?key|private key|ssh key|environment variable|cookie|id_rsa)s?\b|\.env\b|\.ssh\b)/i,
  /(?:\b(?:secret|token|password|credential|api[ _-]?key|private key|environment variable|id_rsa)s?\b|\.env\b|\.ssh\b).{0,60}\b(?:to|into|via|at)\b.{0,20}(?:https?:\/\/|webhook|pastebin|discord|telegram|\b[\w-]+\.(?:ngrok|requestbin|oast|burpcollaborator)\b)/i,
  /\b(?:curl|wget|fetch|iwr|invoke-webrequest)\b[^\n|;]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da|fi)?sh\b|\bbase64\s+(?:-d|--decode|-D)\b|\beval\s*\(\s*(?:atob|fetch)/i,
  /!\[[^\]]{0,80}\]\(\s*https?:\/\/[^)\s]*[?&][^)]{0,200}\)/i,
  // Spreads.
  /\b(?:remember|save|store|write|add|copy)\b.{0,40}\b(?:this|these|following)\b.{0,40}\b(?:to|in|into)\b.{0,20}\b(?:memory|notes?|AGENTS\.md|CLAUDE\.md|GEMINI\.md)\b/i,
];

/** Characters that show nothing and can carry a text of their own: zero width, direction, tags. */
const invisible =
  /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|[\u{fe00}-\u{fe0f}]{3,}/u;
const everyInvisible = new RegExp(invisible.source, 'gu');
/** `i g n o r e`, `i.g.n.o.r.e` */
const spelledOut = /\b(?:\p{L}[ ._*-]){4,}\p{L}\b/gu;

const shownMost = 5;

/** What looks like instructions, as plain cut lines; empty: nothing does. */
export function screen(text: string): string[] {
  const found = invisible.test(text) ? ['(invisible characters)'] : [];
  for (const reading of readingsOf(text))
    for (const pattern of patterns) {
      const match = pattern.exec(reading)?.[0];
      if (match !== undefined) found.push(toPlainLine(match, 120));
    }
  return [...new Set(found)].filter((line) => line !== '').slice(0, shownMost);
}

/** What an edit brings in that was not there: its lines, and those beside them, which they may complete. */
export function screenEdit(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  const most = Math.min(old.length, now.length) - head;
  while (tail < most && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const changed = (lines: readonly string[]): string =>
    lines.slice(Math.max(0, head - 1), lines.length - Math.max(0, tail - 1)).join('\n');
  const known = new Set(screen(changed(old)));
  return screen(changed(now)).filter((line) => !known.has(line));
}

/** As written, and as it reads without tricks. */
function readingsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKC')
    .replace(everyInvisible, '')
    .replace(/[ \t\r\n]+/g, ' ');
  const joined = plain.replace(spelledOut, (letters) => letters.replace(/[ ._*-]/g, ''));
  const html = plain.replace(/<!--|-->/g, ' ');
  const lines = text.normalize('NFKC').replace(everyInvisible, '');
  return [...new Set([lines, plain, joined, html])];
}
