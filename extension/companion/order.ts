/** What another extension asks for: checked, because any of them may call the command. Knows no editor. */
import { z } from 'zod';
import type { SystemNotice } from '../../link/notice/notice.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

const orderSchema = z.strictObject({
  title: z.string().max(512),
  body: z.string().max(2048),
  urgency: z.enum(['low', 'normal']),
  openLabel: z.string().min(1).max(64),
  link: z.string().max(4096).optional(),
  sound: z.boolean().optional(),
});

/** `scheme`: of this editor's own links; others are left out, and the notice is shown all the same. */
export function readOrder(given: unknown, scheme: string): SystemNotice | undefined {
  const parsed = orderSchema.safeParse(given);
  if (!parsed.success) return undefined;
  const { title, body, urgency, openLabel, link, sound } = parsed.data;
  const notice = {
    title: toPlainLine(title, 120),
    body: toPlainLine(body, 240),
    urgency,
    openLabel: toPlainLine(openLabel, 40),
    ...(sound === undefined ? {} : { sound }),
  };
  return link !== undefined && isOurs(link, scheme) ? { ...notice, link } : notice;
}

/** A link back to a window of this editor: by its scheme, or by http where the editor is a page. */
function isOurs(link: string, scheme: string): boolean {
  if (!URL.canParse(link)) return false;
  const { protocol, host, hostname } = new URL(link);
  if (protocol === `${scheme}:`) return host === 'waggle.waggle';
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
