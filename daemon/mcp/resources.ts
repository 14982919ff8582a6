/** Texts of ours by their address: what a person attaches, or an agent reads again. The list is constant; what is in them is framed by their noun. */
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Resource } from '../feature.ts';
import type { CallerFacts } from './calling.ts';
import { isOffered } from './catalogue.ts';
import type { Redact } from './results.ts';
import { cleanText } from './results.ts';

export interface ListedResource {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

export interface ReadText {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
}

const placeholder = '{id}';
const idPattern = /^[\w-]{1,64}$/;

export class Resources {
  readonly #resources: readonly Resource[];
  readonly #redact: Redact;

  constructor(resources: readonly Resource[], redact: Redact) {
    this.#resources = resources;
    this.#redact = redact;
  }

  list(facts: CallerFacts): (ListedResource & { readonly uri: string })[] {
    return this.#offered(facts)
      .filter(({ uri }) => !uri.endsWith(placeholder))
      .map((resource) => ({ uri: resource.uri, ...toListed(resource) }));
  }

  listTemplates(facts: CallerFacts): (ListedResource & { readonly uriTemplate: string })[] {
    return this.#offered(facts)
      .filter(({ uri }) => uri.endsWith(placeholder))
      .map((resource) => ({ uriTemplate: resource.uri, ...toListed(resource) }));
  }

  /** @throws WaggleError `notFound` also for what is not offered: an address says nothing. */
  async read(uri: string, facts: CallerFacts): Promise<ReadText> {
    for (const resource of this.#offered(facts)) {
      const id = idIn(resource.uri, uri);
      if (id === undefined) continue;
      const text = cleanText(await resource.read(id, facts), this.#redact);
      return { uri, mimeType: resource.mimeType, text };
    }
    throw new WaggleError('notFound', 'There is no such resource here.', {
      fix: 'See resources/list and resources/templates/list.',
    });
  }

  #offered(facts: CallerFacts): readonly Resource[] {
    return this.#resources.filter((resource) => isOffered(resource, facts));
  }
}

function toListed({ name, title, description, mimeType }: Resource): ListedResource {
  return { name, title, description, mimeType };
}

/** The id in an address of a template, empty for a constant one; undefined: it is another address. */
function idIn(address: string, uri: string): string | undefined {
  if (!address.endsWith(placeholder)) return address === uri ? '' : undefined;
  const start = address.slice(0, -placeholder.length);
  const id = uri.slice(start.length);
  return uri.startsWith(start) && idPattern.test(id) ? id : undefined;
}
