import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { CommandLine } from './commandLine.ts';

const runLimitMs = 10_000;
const outputMaxChars = 65_536;

export function start({ file, args }: CommandLine, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
  child.stdin?.on('error', leaveToTheEnd);
  return child;
}

/** What a program prints, which may take 10 s. Rejects with the reason when it fails. */
export function runOnce(line: CommandLine, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start(line, env);
    const timer = setTimeout(() => child.kill('SIGKILL'), runLimitMs);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(0, outputMaxChars);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(text);
      else reject(new Error(`${line.file} ended with ${code ?? 'a signal'}`));
    });
    child.stdin?.end(line.input ?? '');
  });
}

/** Its exit says what became of it. */
function leaveToTheEnd(error: Error): void {
  void error;
}
