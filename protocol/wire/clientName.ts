/** How a client is called where another one meets it: part of its id, so that it is known wherever the id is. */
import type { ClientId } from './brand.ts';
import { clientIdSchema } from './brand.ts';

/** The id with the name behind a colon; without it where no id can hold it. */
export function nameClient(id: string, name: string | undefined): ClientId {
  const named = clientIdSchema.safeParse(`${id}:${name}`);
  return name !== undefined && named.success ? named.data : clientIdSchema.parse(id);
}

export function nameOfClient(id: string | null): string | undefined {
  const at = id?.indexOf(':') ?? -1;
  return at < 0 ? undefined : id?.slice(at + 1);
}
