/**
 * A git remote as a match key: `host/path`, without user, port, protocol and `.git`. Undefined for what names no other
 * machine (paths, `file:`), because such a remote says nothing about the repository elsewhere.
 */
export function normaliseRemote(url: string): string | undefined {
  const text = url.trim();
  const parts = splitUrl(text) ?? splitScp(text);
  if (parts === undefined) return undefined;
  const host = parts.host.toLowerCase();
  const path = parts.path
    .replace(/\/{2,}/g, '/')
    .replace(/^\/|\/$/g, '')
    .replace(/\.git$/i, '');
  if (host === '' || path === '') return undefined;
  // Hosts that are known to ignore case in paths; elsewhere case tells two repositories apart.
  const ignoresCase = ['github.com', 'gitlab.com', 'bitbucket.org'].includes(host);
  return `${host}/${ignoresCase ? path.toLowerCase() : path}`;
}

interface RemoteParts {
  readonly host: string;
  readonly path: string;
}

function splitUrl(text: string): RemoteParts | undefined {
  const match =
    /^(?:https?|ssh|git|git\+ssh|ssh\+git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.+)$/i.exec(text);
  return match === null ? undefined : { host: match[1] ?? '', path: match[2] ?? '' };
}

/** `[user@]host:path`; a single letter before the colon is a drive, not a host. */
function splitScp(text: string): RemoteParts | undefined {
  if (text.includes('://')) return undefined;
  const match = /^(?:[^/@:]+@)?([^/:@]{2,}):(?!\/\/)(.+)$/.exec(text);
  return match === null ? undefined : { host: match[1] ?? '', path: match[2] ?? '' };
}
