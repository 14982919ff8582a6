/** What both clients are asked to do: `{ url, mode?, calls: [{ name, arguments }] }`; the bearer comes in the environment. */

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
  console.log(
    JSON.stringify({
      version: version(),
      instructions: client.getInstructions(),
      tools,
      results,
    }),
  );
  await end();
}
