/** Runs what stands in its argument with the official client of the 1.x line; prints what came of each step as JSON. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { play } from './play.mjs';

await play(async (url, headers) => {
  const client = new Client({ name: 'sdk1', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return {
    client,
    version: () => transport.protocolVersion,
    end: async () => {
      await transport.terminateSession();
      await client.close();
    },
  };
});
