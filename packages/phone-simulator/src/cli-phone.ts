/** The phone in the terminal: typed lines become what the caller says. */
import * as readline from 'node:readline';
import { SimulatedCall } from './call';
import { type CliOptions, callOf, EXIT } from './cli-options';
import type { Io, View } from './cli-view';
import { PacedClock } from './clock';
import { SimulatorError } from './errors';

/** How long a line from a pipe waits for an answer to the one before. */
const ANSWER_MS = 10_000;
/** Keys are often collected without an answer. */
const KEY_ANSWER_MS = 2000;
const SILENCE_MS = 30_000;

interface Command {
  help: string;
  /** Done at once, also while an earlier line waits for the agent. */
  atOnce: boolean;
  run(phone: Phone, argument: string): Promise<void>;
}

const COMMANDS: Record<string, Command> = {
  '/key': {
    help: '/key 5              press keys: 0-9, * and #',
    atOnce: true,
    run: async (phone, keys) => {
      const digits = keys.replace(/\s/g, '');
      if (!/^[0-9*#]+$/.test(digits)) return phone.view.line('Keys are 0-9, * and #. For example: /key 5');
      phone.expectAnswer(KEY_ANSWER_MS);
      await phone.call.presses(digits);
    },
  },
  '/interrupt': {
    help: '/interrupt TEXT     talk over the agent',
    atOnce: true,
    run: async (phone, text) => {
      if (text === '')
        return phone.view.line('What does the caller say? For example: /interrupt Moment, bitte');
      phone.expectAnswer(ANSWER_MS);
      await phone.call.interrupts(text, {
        withinMs: phone.piped ? ANSWER_MS : 0,
        afterMs: phone.piped ? 800 : 0,
      });
    },
  },
  '/silence': {
    help: '/silence [SECONDS]  say nothing, for a while or until the agent speaks again',
    atOnce: false,
    run: async (phone, argument) => {
      if (argument === '') return void (await phone.agentSpeaks(SILENCE_MS));
      const silenceMs = Number(argument.replace(/s$/, '')) * 1000;
      if (!(silenceMs > 0)) return phone.view.line('How many seconds? For example: /silence 8');
      await phone.call.silence(silenceMs);
    },
  },
  '/hangup': {
    help: '/hangup             hang up',
    atOnce: true,
    run: (phone) => phone.call.hangUp(),
  },
  '/help': {
    help: '/help               these commands',
    atOnce: true,
    run: async (phone) => {
      for (const { help } of Object.values(COMMANDS)) phone.view.line(`  ${help}`);
      phone.view.line(
        '  Anything else is what the caller says, when the agent has finished. Ctrl-C hangs up.',
      );
    },
  },
};

/** One interactive or piped call; returns the exit code. */
export async function holdPhone(options: CliOptions, io: Io, view: View): Promise<number> {
  const clock = new PacedClock(options.speed);
  const call = new SimulatedCall({ ...callOf(options), clock, talking: 'instant' });
  const { url, from, to } = call.options;
  view.line(`Calling ${url} as ${from || 'an anonymous caller'}, number called: ${to}`);
  call.listen((entry) => view.entry(entry));
  await call.start();
  await new Phone(call, io, view).untilOver();
  view.summary(call);
  return call.violations.length > 0 ? EXIT.failed : EXIT.ok;
}

class Phone {
  /** Nobody types: lines wait for answers, and the end of the input is a hang-up. */
  readonly piped: boolean;
  readonly #lines: string[] = [];
  readonly #readline: readline.Interface;
  readonly #io: Io;
  #inputEnded = false;
  #working = false;
  #spoken = 0;
  #spokenBefore = 0;
  #answerMs = ANSWER_MS;

  constructor(
    readonly call: SimulatedCall,
    io: Io,
    readonly view: View,
  ) {
    this.#io = io;
    this.piped = io.stdin.isTTY !== true;
    call.listen((entry) => {
      if (entry.kind === 'hears' || entry.kind === 'transfer') this.#spoken++;
    });
    const output = this.piped ? undefined : io.stdout;
    this.#readline = readline.createInterface({
      input: io.stdin,
      output,
      terminal: !this.piped,
      prompt: '> ',
    });
  }

  /** Resolves when the call is over and the input is let go. */
  async untilOver(): Promise<void> {
    const hangUp = () => void this.call.hangUp();
    const stopInterrupts = this.#io.onInterrupt(hangUp);
    const input = this.#readline;
    input.on('SIGINT', hangUp);
    input.on('line', (line) => {
      this.#lines.push(line.trim());
      if (!this.piped) input.prompt();
      void this.#work();
    });
    input.on('close', () => {
      this.#inputEnded = true;
      this.view.around = (write) => write();
      void this.#work();
    });
    if (!this.piped) this.#keepPrompt();
    await this.call.ended;
    await this.call.closed();
    if (!this.piped) {
      readline.cursorTo(this.#io.stdout, 0);
      readline.clearLine(this.#io.stdout, 0);
    }
    this.view.around = (write) => write();
    stopInterrupts();
    input.removeAllListeners('close');
    input.close();
    if (this.#lines.length > 0) this.view.line(`The call is over; not said: ${this.#lines.length} line(s).`);
  }

  /** The next line of a pipe waits until the agent has reacted to this one. */
  expectAnswer(withinMs: number): void {
    this.#spokenBefore = this.#spoken;
    this.#answerMs = withinMs;
  }

  /** Waits for the agent to begin to speak. */
  agentSpeaks(withinMs: number): Promise<true | undefined> {
    const before = this.#spoken;
    return this.call.until(() => this.#spoken > before || this.call.state === 'over', withinMs);
  }

  #isOver(): boolean {
    return this.call.state === 'over';
  }

  async #work(): Promise<void> {
    if (!this.piped && this.#takesAtOnce()) return;
    if (this.#working) return;
    this.#working = true;
    while (!this.#isOver()) {
      const line = this.#lines[0];
      if (line === undefined && !this.#inputEnded) break;
      if (this.piped) await this.#answered(line);
      if (line === undefined) {
        await this.call.hangUp();
        break;
      }
      // Taken only now: what is left when the call ends was not said.
      if (this.#isOver()) break;
      this.#lines.shift();
      await this.#do(line);
    }
    this.#working = false;
  }

  #takesAtOnce(): boolean {
    const line = this.#lines.at(-1);
    const command = line && COMMANDS[line.split(/\s/)[0] as string];
    if (!line || !(command ? command.atOnce : line.startsWith('/'))) return false;
    this.#lines.pop();
    void this.#do(line);
    return true;
  }

  async #answered(nextLine: string | undefined): Promise<void> {
    const reacted = () => this.#spoken > this.#spokenBefore || this.call.state === 'over';
    await this.call.until(reacted, this.#answerMs);
    if (!nextLine?.startsWith('/interrupt')) await this.call.agentFinished({ answerMs: 0 });
  }

  async #do(line: string): Promise<void> {
    if (line === '') return;
    const [word = '', ...rest] = line.split(/\s+/);
    try {
      if (!line.startsWith('/')) {
        this.expectAnswer(ANSWER_MS);
        await this.call.says(line, { answerMs: 0 });
      } else if (Object.hasOwn(COMMANDS, word)) {
        await COMMANDS[word]?.run(this, rest.join(' '));
      } else {
        const known = Object.keys(COMMANDS).join(', ');
        const near = Object.keys(COMMANDS).find(
          (name) => word.length > 1 && name.startsWith(word.slice(0, 2)),
        );
        this.view.line(`There is no ${word}${near ? `; did you mean ${near}?` : '.'} Commands: ${known}`);
      }
    } catch (cause) {
      if (!(cause instanceof SimulatorError)) throw cause;
      this.view.line(cause.message);
    }
  }

  /** Rows are written above the line that is being typed. */
  #keepPrompt(): void {
    const { stdout } = this.#io;
    this.view.around = (write) => {
      readline.cursorTo(stdout, 0);
      readline.clearLine(stdout, 0);
      write();
      this.#readline.prompt(true);
    };
    this.view.line('Type what the caller says; /help shows the commands.', 'note');
  }
}
