/** The command lines of the programs that show notices and open links. Texts are arguments or input, never part of a script. */
import type { SystemNotice } from './systemNotice.ts';

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** What it reads. */
  readonly input?: string;
}

export const appName = 'Waggle';
export const busName = 'org.freedesktop.Notifications';
export const busPath = '/org/freedesktop/Notifications';
/** What a click on the notice itself is called on the bus. */
export const clickAction = 'default';
/** Of the sound theme that freedesktop systems share, and of every Mac. */
const messageSound = 'message-new-instant';
const macSound = 'Submarine';

/** The body is markup there: what would be read as such is written as text. */
export function toMarkupText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `canAnswer`: it knows `--action` (0.8); older ones only show. */
export function notifySend(
  { title, body, urgency, openLabel, sound }: SystemNotice,
  canAnswer: boolean,
): CommandLine {
  const answering = ['--print-id', '--wait', `--action=${clickAction}=${openLabel}`];
  return {
    file: 'notify-send',
    args: [
      `--app-name=${appName}`,
      `--urgency=${urgency}`,
      ...(sound === true ? [`--hint=string:sound-name:${messageSound}`] : []),
      ...(canAnswer ? answering : []),
      '--',
      title,
      // It reads backslashes of the body as those of C.
      toMarkupText(body).replaceAll('\\', '\\\\'),
    ],
  };
}

/** Text as GVariant reads it, so that no text is taken for a value of another kind. */
function toVariant(text: string): string {
  const quoted = text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n');
  return `'${quoted}'`;
}

function gdbusCall(method: string, ...params: string[]): CommandLine {
  const place = ['--session', '--timeout', '5', '--dest', busName, '--object-path', busPath];
  return {
    file: 'gdbus',
    args: ['call', ...place, '--method', `${busName}.${method}`, '--', ...params],
  };
}

export function gdbusNotify(notice: SystemNotice): CommandLine {
  const { title, body, urgency, openLabel, sound } = notice;
  const level = urgency === 'low' ? '0x00' : '0x01';
  const hint = sound === true ? `, 'sound-name': <${toVariant(messageSound)}>` : '';
  return gdbusCall(
    'Notify',
    toVariant(appName),
    'uint32 0',
    toVariant(''),
    toVariant(title),
    toVariant(toMarkupText(body)),
    `[${toVariant(clickAction)}, ${toVariant(openLabel)}]`,
    `{'urgency': <byte ${level}>${hint}}`,
    'int32 -1',
  );
}

export function gdbusClose(id: number): CommandLine {
  return gdbusCall('CloseNotification', `uint32 ${id}`);
}

export function gdbusMonitor(): CommandLine {
  return {
    file: 'gdbus',
    args: ['monitor', '--session', '--dest', busName, '--object-path', busPath],
  };
}

/** A notice that is clicked opens the program that showed it, not us: the system has no other way for a command. */
export function macNotice({ title, body, sound }: SystemNotice): CommandLine {
  const sounding = sound === true ? ` sound name "${macSound}"` : '';
  const script = [
    'on run argv',
    `display notification (item 2 of argv) with title (item 1 of argv)${sounding}`,
    'end run',
  ];
  return {
    file: 'osascript',
    args: [...script.flatMap((line) => ['-e', line]), '--', title, body],
  };
}

/** Toasts belong to a registered program; this one is on every Windows. */
const powershellId =
  '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe';

const toastScript = `
$ErrorActionPreference = 'Stop'
[Console]::InputEncoding = [Text.UTF8Encoding]::new($false)
$notice = [Console]::In.ReadToEnd() | ConvertFrom-Json
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
[void][Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom, ContentType = WindowsRuntime]
$xml = [Windows.Data.Xml.Dom.XmlDocument]::new()
$xml.LoadXml('<toast><visual><binding template="ToastGeneric"><text/><text/></binding></visual></toast>')
$texts = $xml.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($xml.CreateTextNode($notice.title))
[void]$texts.Item(1).AppendChild($xml.CreateTextNode($notice.body))
if ($notice.link) {
  $xml.DocumentElement.SetAttribute('activationType', 'protocol')
  $xml.DocumentElement.SetAttribute('launch', $notice.link)
}
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('${powershellId}').Show($toast)
`;

export function windowsNotice({ title, body, link }: SystemNotice): CommandLine {
  return {
    file: 'powershell.exe',
    args: ['-NoProfile', '-NonInteractive', '-Command', toastScript],
    input: JSON.stringify({ title, body, link: link ?? null }),
  };
}

/** How the person's machine opens a link. */
export function linkOpener(platform: NodeJS.Platform, link: string): CommandLine {
  if (platform === 'darwin') return { file: 'open', args: [link] };
  // `start` would be a word of a shell; this is what it does with a link.
  if (platform === 'win32')
    return { file: 'rundll32.exe', args: ['url.dll,FileProtocolHandler', link] };
  return { file: 'xdg-open', args: [link] };
}
