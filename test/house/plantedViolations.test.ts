import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '../../scripts/check/compile.ts';
import { contract } from '../../scripts/check/contract.ts';
import { contributions } from '../../scripts/check/contributions.ts';
import { format } from '../../scripts/check/format.ts';
import { lint } from '../../scripts/check/lint.ts';
import { names } from '../../scripts/check/names.ts';
import type { Finding, Step } from '../../scripts/check/step.ts';
import { unused } from '../../scripts/check/unused.ts';
import { createProtocolFiles } from '../../scripts/protocolDocument.ts';
import { innocent, violations } from './plantedLint.ts';
import { checkout, createPlantedTree, type PlantedFiles, type PlantedTree } from './plantedTree.ts';

/** Findings of one step on a tree that holds only the planted files. */
async function findIn(
  step: Step,
  files: PlantedFiles,
  alsoCopy: string[] = [],
): Promise<Finding[]> {
  const tree = createPlantedTree(alsoCopy);
  try {
    tree.plant(files);
    return await step.find(tree.root);
  } finally {
    tree.dispose();
  }
}

function placeAndRule({ file, rule }: Finding): string {
  return `${file} ${rule}`;
}

function placeAndMessage({ file, message }: Finding): string {
  return `${file} ${message}`;
}

describe('a planted violation', function () {
  this.timeout(120_000);

  describe('of a lint rule', () => {
    let found: string[] = [];

    before(async () => {
      const planted: PlantedFiles = Object.assign(
        {},
        innocent,
        ...violations.map(({ files }) => files),
      );
      found = (await findIn(lint, planted)).map(placeAndRule);
    });

    for (const { kind, rule, files } of violations) {
      const [file = ''] = Object.keys(files);
      it(`is found: ${kind}`, () => {
        assert.ok(found.includes(`${file} ${rule}`), `not among\n${found.join('\n')}`);
      });
    }

    it('leaves the innocent files alone', () => {
      const files = Object.keys(innocent);
      assert.deepEqual(
        found.filter((finding) => files.some((file) => finding.startsWith(`${file} `))),
        [],
      );
    });
  });

  it('of the types is found in the project that forbids it', async () => {
    const found = await findIn(compile, {
      'protocol/reads.ts':
        "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
      'protocol/waits.ts': 'setTimeout(() => undefined, 1);\n',
      'link/wrong.ts': "export const count: number = 'three';\n",
      'link/unchecked.ts': 'export const first = (texts: string[]): string => texts[0];\n',
      'cli/page.ts': 'export const page = document.body;\n',
      'cli/level.ts': 'export enum Level {\n  low,\n}\n',
      'cli/fine.ts': "export { join } from 'node:path';\n",
    });
    assert.deepEqual(found.map(placeAndRule).toSorted(), [
      'cli/level.ts TS1294',
      'cli/page.ts TS2584',
      'link/unchecked.ts TS2322',
      'link/wrong.ts TS2322',
      'protocol/reads.ts TS2591',
      'protocol/waits.ts TS2304',
    ]);
  });

  it('of the names is found', async () => {
    const found = await findIn(names, {
      'daemon/utils.ts': '',
      'daemon/session/helpers/row.ts': '',
      'link/index.ts': '',
      'cli/sessionList.ts': '',
      'cli/session_list.ts': '',
      'daemon/session/session.service.ts': '',
      'daemon/session/session.store.ts': '',
      'cli/report.sql': '',
      'daemon/store/first.sql': '',
    });
    assert.deepEqual(found.map(placeAndMessage).toSorted(), [
      'cli/report.sql SQL files live in daemon/store only',
      'cli/session_list.ts file names are camelCase',
      'daemon/session/helpers/row.ts "helpers" is a grab bag; give what is in it the name of an idea',
      'daemon/session/session.service.ts ".service" is not one of the role suffixes',
      'daemon/utils.ts "utils" is a grab bag; name the idea it holds',
      'link/index.ts "index" is a grab bag; name the idea it holds',
    ]);
  });

  it('of the contributions is found', async () => {
    const manifest = {
      displayName: '%displayName%',
      description: 'Spoken in the manifest',
      contributes: {
        commands: [
          { command: 'waggle.newSession', title: '%newSession%' },
          { command: 'waggle.forgotten', title: '%missing%' },
        ],
        menus: { 'view/title': [{ command: 'waggle.gone', when: 'waggle.connected' }] },
        configuration: { properties: { 'waggle.home': { markdownDescription: '%home%' } } },
      },
    };
    const strings = {
      displayName: 'Waggle',
      newSession: 'New Session…',
      home: '[Start](command:waggle.start)',
      spare: 'Nobody says this',
    };
    const found = await findIn(contributions, {
      'package.json': JSON.stringify(manifest),
      'package.nls.json': JSON.stringify(strings),
      'extension/editor/editor.ts':
        "const ids = ['waggle.newSession', 'waggle.secret', 'waggle.home', 'waggle.connected'];\n",
    });
    assert.deepEqual(found.map(placeAndMessage).toSorted(), [
      'extension/editor waggle.secret is not contributed in package.json',
      'package.json command waggle.forgotten is registered nowhere in extension/editor',
      'package.json commands.1.title: package.nls.json has no "missing"',
      'package.json description is no %key% of package.nls.json: "Spoken in the manifest"',
      'package.json waggle.gone is used but not contributed as a command',
      'package.json waggle.start is used but not contributed as a command',
      'package.nls.json "spare" is used by nothing',
    ]);
  });

  it('of the protocol document is found', async () => {
    const fresh = await createProtocolFiles(checkout);
    const stale = { ...fresh, 'docs/protocol.md': `${fresh['docs/protocol.md']}more\n` };
    assert.deepEqual(await findIn(contract, fresh, ['protocol']), []);
    const found = await findIn(contract, stale, ['protocol']);
    assert.deepEqual(found.map(placeAndRule), ['docs/protocol.md protocol']);
  });

  it('of the format is found', async () => {
    const found = await findIn(format, {
      'cli/ragged.ts': 'export const ragged = "double"\n',
      'cli/neat.ts': "export const neat = 'single';\n",
    });
    assert.deepEqual(found.map(placeAndRule), ['cli/ragged.ts format']);
  });

  it('of use is found', async () => {
    const manifest = { name: 'planted', type: 'module', dependencies: { ws: '1.0.0' } };
    const found = await findIn(unused, {
      'package.json': JSON.stringify(manifest),
      'cli/main.ts': "import { used } from './list.ts';\nused();\n",
      'cli/list.ts': 'export function used(): void {}\nexport function unused(): void {}\n',
      'cli/orphan.ts': 'export const orphan = 1;\n',
      'link/probe.test.ts': "import 'undeclared';\n",
    });
    const ofSources = found.filter(({ file }) => /^(?:cli|link|package)/.test(file));
    assert.deepEqual(ofSources.map(placeAndMessage).toSorted(), [
      'cli/list.ts unused',
      'cli/orphan.ts cli/orphan.ts',
      'link/probe.test.ts undeclared',
      'package.json ws',
    ]);
  });

  describe('in a tree given by --root', () => {
    let tree: PlantedTree;

    beforeEach(() => {
      tree = createPlantedTree();
    });
    afterEach(() => tree.dispose());

    function check(...steps: string[]): Promise<{ stdout: string }> {
      const script = join(checkout, 'scripts/check.ts');
      return promisify(execFile)(process.execPath, [script, '--root', tree.root, ...steps]);
    }

    it('ends the check with 1 and names place and rule', async () => {
      tree.plant({ 'cli/utils.ts': '' });
      await assert.rejects(check('names', 'format'), (error: { code: number; stdout: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stdout, /^names\s+1 finding\s/m);
        assert.match(error.stdout, /^format\s+ok\s/m);
        assert.match(error.stdout, /^cli\/utils\.ts {2}names {2}"utils" is a grab bag/m);
        return true;
      });
    });

    it('ends the check with 1 when a tool cannot run', async () => {
      rmSync(join(tree.root, 'node_modules'));
      await assert.rejects(check('format'), (error: { code: number; stdout: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stdout, /^\. {2}format {2}could not run: ENOENT/m);
        return true;
      });
    });

    it('is missed by nothing when there is none', async () => {
      tree.plant({ 'cli/list.ts': 'export const list = 1;\n' });
      const { stdout } = await check('names', 'format', 'types');
      assert.deepEqual([...stdout.matchAll(/ ok /g)].length, 3);
    });
  });
});
