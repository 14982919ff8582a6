/**
 * The script of a scripted model, as it stands in a prompt: `[[think x]] [[say hi]] [[tool Bash {"command":"ls"}]]`.
 * Knows the words and how they fall into responses; knows no wire format and does nothing by itself.
 */

/** One thing that the model does. `times` is how often a fault happens before the step is passed over. */
export type Step =
  | { kind: 'think'; text: string }
  | { kind: 'say'; text: string }
  | { kind: 'tool'; name: string; input: Record<string, unknown> }
  | { kind: 'delay'; delayMs: number }
  | { kind: 'wait'; gate: string }
  | { kind: 'hang' }
  | { kind: 'max' }
  | { kind: 'drop'; times: number }
  | { kind: 'error'; status: number; type: string; message: string; times: number };

/** A step that cannot be read. Told to the agent as HTTP 400, so that a test with a typing error fails loudly. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** The steps of a prompt in order; empty when the prompt holds no script. Throws `ScriptError`. */
export function parseScript(prompt: string): Step[] {
  const steps: Step[] = [];
  const opening = /\[\[([a-z]+)[ \t]*/g;
  for (let match = opening.exec(prompt); match; match = opening.exec(prompt)) {
    const verb = match[1] ?? '';
    const bodyStart = opening.lastIndex;
    const bodyEnd =
      verb === 'tool' ? findEndOfTool(prompt, bodyStart) : prompt.indexOf(']]', bodyStart);
    if (bodyEnd < 0) throw new ScriptError(`"[[${verb}" is never closed with "]]"`);
    steps.push(parseStep(verb, prompt.slice(bodyStart, bodyEnd).trim()));
    opening.lastIndex = bodyEnd + 2;
  }
  return steps;
}

/** Splits steps into responses: tools in a row are parallel, the next response starts at the first step after them. */
export function listResponses(steps: readonly Step[]): Step[][] {
  const responses: Step[][] = [];
  let afterTool = true;
  for (const step of steps) {
    const isTool = step.kind === 'tool';
    if (responses.length === 0 || (afterTool && !isTool)) responses.push([]);
    responses.at(-1)?.push(step);
    afterTool = isTool;
  }
  return responses;
}

function parseStep(verb: string, body: string): Step {
  switch (verb) {
    case 'think':
      return { kind: 'think', text: unescape(body) };
    case 'say':
      return { kind: 'say', text: unescape(body) };
    case 'tool':
      return parseTool(body);
    case 'delay':
      return { kind: 'delay', delayMs: parseCount(verb, body) };
    case 'wait':
      if (!body) throw new ScriptError('"[[wait]]" needs the name of its gate');
      return { kind: 'wait', gate: body };
    case 'hang':
      return { kind: 'hang' };
    case 'max':
      return { kind: 'max' };
    case 'drop':
      return { kind: 'drop', times: body ? parseCount(verb, body) : Infinity };
    case 'error':
      return parseError(body);
    default:
      throw new ScriptError(`"[[${verb}" is no step`);
  }
}

/** `\n` and `\uXXXX`: a prompt is typed as one line, and an answer can differ from the echo of the prompt that asks for it. */
function unescape(text: string): string {
  return text.replace(/\\(?:n|u([0-9a-fA-F]{4}))/g, (_, hex: string | undefined) =>
    hex === undefined ? '\n' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function parseCount(verb: string, body: string): number {
  if (!/^\d+$/.test(body)) throw new ScriptError(`"[[${verb} ${body}]]" needs a whole number`);
  return Number(body);
}

function parseError(body: string): Step {
  const match = /^(\d{3})(?:\s+([a-z_]+))?(?:\s+(\d+)(?=\s|$))?(?:\s+(.+))?$/s.exec(body);
  if (!match)
    throw new ScriptError(`"[[error ${body}]]" needs a status, then a type, times, a message`);
  const [, status, type = 'api_error', times, message = `scripted ${type}`] = match;
  return {
    kind: 'error',
    status: Number(status),
    type,
    message: unescape(message),
    times: times === undefined ? Infinity : Number(times),
  };
}

function parseTool(body: string): Step {
  const space = body.search(/\s/);
  const name = space < 0 ? body : body.slice(0, space);
  if (!name) throw new ScriptError('"[[tool]]" needs a name');
  try {
    const input: unknown = space < 0 ? {} : JSON.parse(body.slice(space));
    if (isRecord(input)) return { kind: 'tool', name, input };
  } catch (error) {
    throw new ScriptError(`the input of tool ${name} is not JSON`, { cause: error });
  }
  throw new ScriptError(`the input of tool ${name} is not an object`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON may hold `]]` itself, in nested lists and in strings; only one outside of both closes the step. */
function findEndOfTool(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (depth === 0 && text.startsWith(']]', at)) return at;
    else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return -1;
}
