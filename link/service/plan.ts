/** What starting at login is on each platform: a file, and the commands that tell the system of it. Pure. */
import { createHash } from 'node:crypto';
import { join, posix, win32 } from 'node:path';

export interface ServicePlace {
  /** The data directory, absolute; its `bin` holds the command that finds the current program and runtime. */
  readonly home: string;
  /** False: this data directory is not the platform's own, so its name tells it apart. */
  readonly isDefaultHome: boolean;
  readonly platform: NodeJS.Platform;
  readonly userHome: string;
  /** `XDG_CONFIG_HOME`, when it is set. */
  readonly configHome?: string | undefined;
  readonly uid: number;
}

export type CommandLine = readonly [string, ...string[]];

export interface ServicePlan {
  readonly kind: 'systemd' | 'launchd' | 'taskScheduler';
  /** What the system reads; where it keeps that itself, our receipt. */
  readonly file: { readonly path: string; readonly text: string };
  readonly install: readonly CommandLine[];
  readonly remove: readonly CommandLine[];
  /** Succeeds when the system knows of it. */
  readonly status: CommandLine;
}

/** Stands in every file of ours; another's is left alone. */
export const serviceMarker = 'Written by Waggle. "waggle service remove" removes it.';

/** Undefined: nothing can be started at login here. */
export function planService(place: ServicePlace): ServicePlan | undefined {
  switch (place.platform) {
    case 'linux':
      return planSystemd(place);
    case 'darwin':
      return planLaunchd(place);
    case 'win32':
      return planTaskScheduler(place);
    default:
      return undefined;
  }
}

function suffixOf({ home, isDefaultHome }: ServicePlace): string {
  return isDefaultHome ? '' : `-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
}

function planSystemd(place: ServicePlace): ServicePlan {
  const unit = `waggle${suffixOf(place)}.service`;
  const config = place.configHome ?? posix.join(place.userHome, '.config');
  const command = posix.join(place.home, 'bin', 'waggle');
  const text = [
    `# ${serviceMarker}`,
    '[Unit]',
    'Description=Waggle: runs the schedules of agents and commands',
    '',
    '[Service]',
    // The daemon goes on by itself: the command that starts it ends.
    ...['Type=oneshot', 'RemainAfterExit=yes', 'KillMode=process'],
    `Environment=${quoteUnit(`WAGGLE_HOME=${place.home}`)}`,
    `ExecStart=${quoteUnit(command)} daemon start`,
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
  return {
    kind: 'systemd',
    file: { path: posix.join(config, 'systemd', 'user', unit), text },
    install: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', unit],
    ],
    remove: [
      ['systemctl', '--user', 'disable', unit],
      ['systemctl', '--user', 'daemon-reload'],
    ],
    status: ['systemctl', '--user', 'is-enabled', '--quiet', unit],
  };
}

/** As systemd.syntax(7) and systemd.service(5) say: quotes, and what would be a specifier or a variable. */
function quoteUnit(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$');
  return `"${escaped}"`;
}

function planLaunchd(place: ServicePlace): ServicePlan {
  const label = `dev.waggle.daemon${suffixOf(place).replace('-', '.')}`;
  const path = posix.join(place.userHome, 'Library', 'LaunchAgents', `${label}.plist`);
  const command = posix.join(place.home, 'bin', 'waggle');
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${serviceMarker} -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escapeXml(label)}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${escapeXml(command)}</string>
    <string>daemon</string>
    <string>start</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>WAGGLE_HOME</key>
    <string>${escapeXml(place.home)}</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>AbandonProcessGroup</key>
  <true/>
</dict>
</plist>
`;
  const domain = `gui/${place.uid}`;
  return {
    kind: 'launchd',
    file: { path, text },
    install: [
      ['launchctl', 'enable', `${domain}/${label}`],
      ['launchctl', 'bootstrap', domain, path],
    ],
    remove: [['launchctl', 'bootout', `${domain}/${label}`]],
    status: ['launchctl', 'print', `${domain}/${label}`],
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function planTaskScheduler(place: ServicePlace): ServicePlan {
  const name = `Waggle${suffixOf(place)}`;
  const command = win32.join(place.home, 'bin', 'waggle.cmd');
  return {
    kind: 'taskScheduler',
    file: { path: win32.join(place.home, 'login.txt'), text: `${serviceMarker}\r\n` },
    install: [
      [
        ...([
          'schtasks',
          '/Create',
          '/F',
          '/TN',
          name,
          '/SC',
          'ONLOGON',
          '/RL',
          'LIMITED',
        ] as const),
        ...['/TR', `"${command}" daemon start`],
      ],
    ],
    remove: [['schtasks', '/Delete', '/F', '/TN', name]],
    status: ['schtasks', '/Query', '/TN', name],
  };
}

/** Where systemd keeps whose programs go on after they logged out. */
export function lingerFileOf(user: string): string {
  return join('/var/lib/systemd/linger', user);
}
