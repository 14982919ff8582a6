import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AgentConfig } from './agentConfig.ts';
import { agentConfigs, getAgentConfig } from './agentConfig.ts';
import { giveText, readEntry, takeText } from './change.ts';
import type { Receipt } from './receipt.ts';
import { editBetween, hashText } from './receipt.ts';
import { stdioWay } from './way.ts';

const way = stdioWay({ program: "/opt/it's here/waggle", platform: 'linux' }, 'an agent');
const path = '/home/a/file';

function sourceOf(agent: AgentConfig, text: string, receipt?: Receipt) {
  return { agent, path, text, receipt };
}

function give(agent: AgentConfig, text: string): string {
  return giveText(sourceOf(agent, text), agent.toEntry(way));
}

function receiptOf(agent: AgentConfig, before: string, after: string): Receipt {
  const [bare, body] = [before, after].map((text) => text.replace(/^\uFEFF/, ''));
  const [table] = agent.path;
  const parent = (agent.format.readAll(bare ?? '') as Record<string, unknown>)[table];
  return {
    ...{ agent: agent.id, path, hash: hashText(body ?? '') },
    ...editBetween(bare ?? '', body ?? ''),
    ...{ madeFile: false, madeDirectories: [], madeParent: parent === undefined },
  };
}

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const space = (comments: boolean): fc.Arbitrary<string> =>
  fc.constantFrom(
    ...['', ' ', '\n', '\n  ', '\r\n', '\t', '\n\n    '],
    ...(comments ? [' // one, "two": {\n', '/* } */', '\n  // last\n'] : []),
  );

/** A JSON text with whatever between its signs. */
function jsonText(comments: boolean): fc.Arbitrary<string> {
  const gap = space(comments);
  const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc
        .oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
        .map((one) => JSON.stringify(one)),
      fc.array(tie('value'), { maxLength: 2 }).map((all) => `[${all.join(',')}]`),
      tie('object'),
    ),
    object: objectText(tie('value'), { gap, comments }),
  }));
  const servers = objectText(value, { gap, comments });
  const rest = fc.array(fc.tuple(word, value), { maxLength: 3 });
  return fc
    .tuple(rest, fc.option(servers), fc.constantFrom('mcpServers', 'mcp'), gap, gap, fc.nat(3))
    .map(([others, own, key, before, inside, at]) => {
      const members = [...new Map(others)].filter(([name]) => name !== 'mcp');
      if (own !== null) members.splice(at, 0, [key, own]);
      const printed = members.map(([name, text]) => `${inside}${JSON.stringify(name)}:${text}`);
      return `${before}{${printed.join(',')}${inside}}${before}`;
    });
}

function objectText(
  value: fc.Arbitrary<string>,
  { gap, comments }: { gap: fc.Arbitrary<string>; comments: boolean },
): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.tuple(word, value), { maxLength: 3 }), gap, gap, fc.boolean())
    .map(([members, before, after, trailing]) => {
      const printed = [...new Map(members)].map(
        ([key, text]) => `${before}${JSON.stringify(key)}${after}: ${text}`,
      );
      const end = trailing && comments && printed.length > 0 ? ',' : '';
      return `{${printed.join(`${after},`)}${end}${after}}`;
    });
}

/** A TOML text of statements whose keys differ, with and without our table in each of its forms. */
const tomlText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        'a = 1',
        'b.c = "x # y"',
        "d = '''\n[mcp_servers.waggle]\n'''",
        '# note',
        '',
        'e = [\n 1, # one\n]',
        'f = 1979-05-27',
      ),
    ),
    fc.constantFrom(
      '',
      'mcp_servers = { x = { command = "y" } }',
      'mcp_servers.z.command = "q"',
      'mcp_servers = {}',
    ),
    fc.array(
      fc.constantFrom(
        '[t] # head\nk = true',
        '[[u]]\nn = nan',
        '[mcp_servers.o]\ncommand = "o"\n# tail',
        '[mcp_servers.o.env]\nA = "b"',
        '# end',
      ),
    ),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n', '\uFEFF'),
  )
  .map(([first, own, tables, eol, edge]) => {
    const unique = (lines: string[]): string[] =>
      [...new Set(lines)].filter((line) => !(own !== '' && line.includes('mcp_servers.o')));
    const text = [...unique(first), own, ...unique(tables)].join('\n').replaceAll('\n', eol);
    return edge === '\uFEFF' ? edge + text : text + edge.replace('\n', eol);
  });

function textFor({ id }: AgentConfig): fc.Arbitrary<string> {
  return id === 'codex' ? tomlText : jsonText(id !== 'claude');
}

function commentsOf(text: string): string[] {
  return (
    text.match(/\/\/ one, "two": \{|\/\* \} \*\/|\/\/ last|# (?:note|head|tail|end|one)/g) ?? []
  );
}

describe('an entry in a configuration file', () => {
  for (const agent of agentConfigs) {
    it(`of ${agent.label} is added and taken back to the byte, and no comment is lost`, () => {
      fc.assert(
        fc.property(textFor(agent), (text) => {
          const after = give(agent, text);
          assert.deepEqual(readEntry(sourceOf(agent, after)), agent.toEntry(way));
          assert.deepEqual(commentsOf(after), commentsOf(text));
          const receipt = receiptOf(agent, text, after);
          assert.equal(takeText(sourceOf(agent, after, receipt)), text);
          const taken = takeText(sourceOf(agent, after));
          assert.equal(readEntry(sourceOf(agent, taken)), undefined);
          assert.deepEqual(commentsOf(taken), commentsOf(text));
          assert.equal(giveText(sourceOf(agent, after), agent.toEntry(way)), after);
        }),
        { numRuns: 100 },
      );
    });
  }

  it('is taken from a file that changed since, with that change kept', () => {
    const codex = getAgentConfig('codex');
    const before = 'a = 1\n';
    const after = give(codex, before);
    const receipt = receiptOf(codex, before, after);
    assert.equal(takeText(sourceOf(codex, `# new\n${after}[x]\n`, receipt)), '# new\na = 1\n[x]\n');
    const opencode = getAgentConfig('opencode');
    const json = '{\n  "theme": "x" // dark\n}\n';
    const given = give(opencode, json);
    const known = receiptOf(opencode, json, given);
    const other = given.replace('"mcp": {', '"mcp": {\n    "other": {},');
    assert.equal(
      takeText(sourceOf(opencode, other, known)),
      '{\n  "theme": "x", // dark\n  "mcp": {\n    "other": {}\n  }\n}\n',
    );
    const reordered = given.replace('"enabled": true', '"enabled": false');
    assert.equal(takeText(sourceOf(opencode, reordered, known)), json.replace('"x"', '"x"'));
  });

  it('is not mistaken for the same words elsewhere in the file', () => {
    const codex = getAgentConfig('codex');
    const words = give(codex, '# x\n').slice('# x\n'.length);
    const before = `note = '''\n${words}'''`;
    const after = give(codex, before);
    const receipt = receiptOf(codex, before, after);
    assert.equal(takeText(sourceOf(codex, after, receipt)), before);
    const later = takeText(sourceOf(codex, `# new\n${after}`, receipt));
    assert.equal(later, `# new\n${before}\n`);
  });

  it('is replaced when it is ours and old, and left alone when it is somebody else’s', () => {
    const claude = getAgentConfig('claude');
    const old = '{"mcpServers":{"waggle":{"command":"/old/waggle","args":["mcp"]},"b":{}}}';
    const source = sourceOf(claude, old);
    assert.equal(
      giveText(source, { type: 'stdio', command: '/new/waggle', args: ['mcp'] }),
      '{"mcpServers":{"waggle":{"type":"stdio","command":"/new/waggle","args":["mcp"]},"b":{}}}',
    );
    const foreign = sourceOf(claude, '{"mcpServers":{"waggle":{"command":"/bin/beehive"}}}');
    assert.throws(() => give(claude, foreign.text), { code: 'conflict' });
    assert.throws(() => takeText(foreign), { code: 'conflict' });
  });

  it('is not written where the file cannot be read, is ambiguous, or has another form', () => {
    const refused: [AgentConfig['id'], string][] = [
      ['claude', '{'],
      ['claude', '[]'],
      ['claude', '{"a":1,}'],
      ['claude', '{"a":1 /* c */}'],
      ['claude', '{"mcpServers":[]}'],
      ['claude', '{"mcpServers":{},"mcpServers":{}}'],
      ['gemini', '{"a":1} {"b":2}'],
      ['codex', 'a = '],
      ['codex', 'a = 1\na = 2'],
      ['codex', 'mcp_servers = 1'],
    ];
    for (const [id, text] of refused)
      assert.throws(() => give(getAgentConfig(id), text), { code: 'badRequest' }, text);
  });

  it('makes a document of an empty file', () => {
    for (const agent of agentConfigs) {
      const after = give(agent, '');
      assert.deepEqual(readEntry(sourceOf(agent, after)), agent.toEntry(way));
      assert.equal(takeText(sourceOf(agent, after, receiptOf(agent, '', after))), '');
    }
  });
});
