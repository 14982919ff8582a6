/** The messages in an answer, each as one line: one document, or the events of a stream as they come. */
export async function* readMessages(response: Response): AsyncGenerator<string> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/json')) {
    const text = (await response.text()).trim();
    if (text !== '') yield toLine(text);
    return;
  }
  if (!type.startsWith('text/event-stream') || response.body === null) {
    await response.body?.cancel();
    return;
  }
  let rest = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const events = `${rest}${part}`.replaceAll('\r\n', '\n').split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = dataOf(event);
      if (data !== '') yield toLine(data);
    }
  }
}

function dataOf(event: string): string {
  return event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n');
}

function toLine(json: string): string {
  return /[\r\n]/.test(json) ? JSON.stringify(JSON.parse(json)) : json;
}
