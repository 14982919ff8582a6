/** Step `protocol`: `docs/protocol.md` and `docs/protocol.schema.json` are what the contract generates today. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProtocolFiles } from '../protocolDocument.ts';
import type { Finding, Step } from './step.ts';

export const contract: Step = {
  name: 'protocol',
  async find(root) {
    const expected = await createProtocolFiles(root);
    return Object.entries(expected).flatMap(([file, text]): Finding[] => {
      const path = join(root, file);
      if (existsSync(path) && readFileSync(path, 'utf8') === text) return [];
      const message = 'is not what the contract generates: run node scripts/protocolDocument.ts';
      return [{ rule: 'protocol', file, message }];
    });
  },
};
