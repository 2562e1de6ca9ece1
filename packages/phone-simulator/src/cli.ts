#!/usr/bin/env node
/** `npm run phone`: one call by hand, or call scripts. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type CliOptions, callOf, EXIT, EXIT_OF, HELP, readArguments } from './cli-options';
import { holdPhone } from './cli-phone';
import { type Io, View } from './cli-view';
import { SimulatorError } from './errors';
import { readScript } from './script-parse';
import { playScript, wiresOf } from './script-play';

/** Runs the command line; returns the exit code and never throws for a fault of the user or of the agent. */
export async function main(argv: string[], io: Io): Promise<number> {
  let view = new View(io, false);
  try {
    const options = readArguments(argv, io.env);
    if (options.help) {
      io.stdout.write(HELP);
      return EXIT.ok;
    }
    view = new View(io, options.verbose);
    return await (options.scripts.length > 0 ? playAll(options, view) : holdPhone(options, io, view));
  } catch (cause) {
    if (!(cause instanceof SimulatorError)) throw cause;
    view.error(cause.message, cause.advice);
    return EXIT_OF[cause.code];
  }
}

async function playAll(options: CliOptions, view: View): Promise<number> {
  const scripts = options.scripts.flatMap(scriptFiles).map((file) => readScript(file));
  let [passed, failed] = [0, 0];
  for (const script of scripts) {
    const network = script.call.network ?? options.call.network ?? 'sipgate';
    for (const wire of wiresOf(script, network, options.wire)) {
      const { url, token } = options.call;
      view.line(`\n${script.title}  (${script.file})`);
      const result = await playScript(script, {
        url,
        token,
        wire,
        speed: options.speed,
        call: callOf(options),
        onEntry: (entry) => view.entry(entry),
      });
      view.result(result);
      if (result.passed) passed++;
      else failed++;
    }
  }
  view.line(`\n${passed} passed, ${failed} failed`, failed > 0 ? 'bad' : 'good');
  return failed > 0 ? EXIT.failed : EXIT.ok;
}

/** A file stands for itself, a folder for every script in and below it. */
function scriptFiles(path: string): string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined)
    throw new SimulatorError('SIM_SCRIPT', `${path}: there is no such file or folder.`);
  if (!isFolder) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => join(path, file));
  if (files.length === 0)
    throw new SimulatorError('SIM_SCRIPT', `${path}: no call scripts (*.yaml) in this folder.`);
  return files;
}

if (require.main === module) {
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt: (run) => {
      process.on('SIGINT', run);
      return () => process.off('SIGINT', run);
    },
  };
  // A pipe that nobody reads any more (`| head`) is no reason for a stack.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  void main(process.argv.slice(2), io).then((code) => process.stdout.write('', () => process.exit(code)));
}
