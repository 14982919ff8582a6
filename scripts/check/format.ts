/** Step `format`: every file reads as oxfmt writes it. */
import type { Step } from './step.ts';
import { refuseSilentFailure, runTool } from './tool.ts';

export const format: Step = {
  name: 'format',
  async find(root) {
    const result = await runTool(root, 'oxfmt', ['--list-different', '.']);
    const files = result.stdout.split('\n').filter((line) => line !== '');
    refuseSilentFailure('oxfmt', result, files.length);
    return files.map((file) => ({ rule: 'format', file, message: 'run oxfmt on it' }));
  },
};
