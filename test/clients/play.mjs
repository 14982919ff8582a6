/**
 * What both clients are asked to do: `{ url, mode?, calls: [{ name, arguments }], ids: [[template, call, key]] }`; the bearer
 * comes in the environment. All listed resources are read, and of each template the one whose id a call gave under that key.
 */

export async function play(connect) {
  const script = JSON.parse(process.argv[2]);
  const headers = { Authorization: `Bearer ${process.env.TOOLS_TOKEN}`, ...script.headers };
  const { client, version, end } = await connect(script.url, headers, script);
  const { tools } = await client.listTools();
  const results = [];
  for (const { name, arguments: given } of script.calls) {
    const progress = [];
    const onprogress = ({ message }) => progress.push(message);
    const result = await client.callTool(
      { name, arguments: given },
      ...(version() < '2026' ? [undefined, { onprogress }] : [{ onprogress }]),
    );
    results.push({ ...result, progress });
  }
  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  const given = script.ids.map(([template, call, key]) =>
    template.replace('{id}', results[call].structuredContent[key]),
  );
  const texts = {};
  for (const uri of [...resources.map(({ uri }) => uri), ...given]) {
    const { contents } = await client.readResource({ uri });
    texts[uri.replace(/[\w-]{36}$/, 'id')] = contents.map(({ text }) => text).join('');
  }
  const missing = await client.readResource({ uri: 'waggle://facts/none' }).then(
    () => 'read',
    ({ code }) => code,
  );
  const templates = resourceTemplates.map(({ uriTemplate }) => uriTemplate);
  console.log(
    JSON.stringify({
      version: version(),
      instructions: client.getInstructions(),
      tools,
      results,
      templates,
      texts,
      missing,
    }),
  );
  await end();
}
