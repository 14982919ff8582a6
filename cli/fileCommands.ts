/** The commands about files that agents changed. */
import { counted, option, repeated } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./file/file.ts');

export const fileCommands: readonly CommandSpec[] = [
  {
    name: 'files',
    summary: 'what an agent changed, and back to how it was before a turn',
    commands: [
      {
        name: 'changed',
        summary: 'files that are not as they were when the session began',
        words: ['<session>'],
        options: [counted('--turn <number>', 'what that turn changed instead')],
        run: async (context, input) =>
          (await load()).listChanged(context, {
            reference: input.getWord(0),
            turn: input.findCount('turn'),
          }),
      },
      {
        name: 'turns',
        summary: 'turns whose files can be restored, and what was restored',
        words: ['<session>'],
        run: async (context, input) => (await load()).listTurns(context, input.getWord(0)),
      },
      {
        name: 'show',
        summary: 'print a file as it was when the session began',
        words: ['<session>', '<path>'],
        options: [counted('--before <turn>', 'as it was before that turn instead')],
        run: async (context, input) =>
          (await load()).showFile(context, {
            reference: input.getWord(0),
            path: input.getWord(1),
            turn: input.findCount('before'),
            write: (bytes) =>
              new Promise((resolve) => process.stdout.write(bytes, () => resolve())),
          }),
      },
      {
        name: 'restore',
        summary: 'put files back to before a turn; what others changed since stays',
        words: ['<session>', '<turn>'],
        options: [
          option('--yes', 'do it; without, what would be done is shown'),
          repeated('--overwrite <path>', 'put this one back although others changed it'),
        ],
        run: async (context, input) =>
          (await load()).restoreFiles(context, {
            reference: input.getWord(0),
            turn: input.getWord(1),
            overwrite: input.list('overwrite'),
            yes: input.has('yes'),
          }),
      },
      {
        name: 'undo',
        summary: 'take a restore back',
        words: ['<session>', '<restore>'],
        run: async (context, input) =>
          (await load()).undoRestore(context, {
            reference: input.getWord(0),
            restoreId: input.getWord(1),
          }),
      },
    ],
  },
];
