/** The same with the official client of the 2.x line. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { play } from './play.mjs';

await play(async (url, headers, { mode }) => {
  const client = new Client(
    { name: 'client2', version: '1' },
    { versionNegotiation: { mode: mode ?? 'auto' } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return {
    client,
    version: () => client.getNegotiatedProtocolVersion(),
    end: () => client.close(),
  };
});
