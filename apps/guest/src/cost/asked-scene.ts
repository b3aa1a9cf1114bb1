import { DISK_ROOT } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { guestLine } from '../gl/guest-line.js';
import { GuestError } from '../guest-error.js';

/** Longest wait for an answer, in the guest's seconds. */
const ANSWER_SECONDS = 300;
/** Longest life of the process. */
const LIFE_SECONDS = 3600;

const DRAWN = /^drawn (\d+) ([\d.]+) (\d+)$/m;
const DONE = /^mark done .* picture ([0-9a-f]{8})$/m;
const EXIT = /^exit (\d+)$/m;

/** What drawing some frames took. */
export interface DrawnFrames {
  readonly frames: number;
  /** By the guest's clock, from the first command to the fence after the last. */
  readonly guestMilliseconds: number;
  /** CPU time of this process, all threads: the emulator, the device and the renderer. */
  readonly hostMilliseconds: number;
  /** Page faults of the program. */
  readonly faults: number;
}

/** How a scene runs. */
export interface AskedSceneOptions {
  /** Different for each process of the guest. */
  readonly name: string;
  readonly scene: string;
  readonly coherent: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A scene of gltest in a process that draws as many frames as it is asked for, and then waits. */
export class AskedScene {
  readonly #guest: EmulatedGuest;
  readonly #name: string;

  private constructor(guest: EmulatedGuest, name: string) {
    this.#guest = guest;
    this.#name = name;
  }

  /** Starts the process. @throws GuestError if it does not get ready */
  static async start(
    guest: EmulatedGuest,
    { name, scene, coherent, environment }: AskedSceneOptions,
  ): Promise<AskedScene> {
    const asked = new AskedScene(guest, name);
    const [ask, answer] = asked.#pipes;
    const words = ['/tmp/gltest', '--ask', scene];
    const line = guestLine(words, { coherent, seconds: LIFE_SECONDS, environment });
    // Opened for both directions, so that neither end of a pipe waits for the other.
    const started = `(${line}; echo "exit $?") 0<> ${ask} 1<> ${answer} 2>&1 &`;
    await asked.#answerTo(`mkfifo ${ask} ${answer}; ${started}`, /^ready$/m);
    return asked;
  }

  /** @throws GuestError if the process fails */
  async draw(frames: number): Promise<DrawnFrames> {
    const before = process.cpuUsage();
    const [, drawn, milliseconds, faults] = await this.#answerTo(`echo ${frames} > ${this.#pipes[0]}`, DRAWN);
    const { user, system } = process.cpuUsage(before);
    return {
      frames: Number(drawn),
      guestMilliseconds: Number(milliseconds),
      hostMilliseconds: (user + system) / 1000,
      faults: Number(faults),
    };
  }

  /** Ends the process. @returns FNV-1a of the last picture @throws GuestError if the process fails */
  async end(): Promise<string> {
    const [ask, answer] = this.#pipes;
    const read = `until echo "$line" | grep -q ^exit; do ${this.#read}; echo "$line"; done`;
    const output = await this.#guest.shell.must(`echo 0 > ${ask}; line=; ${read}; rm ${ask} ${answer}`);
    const [, picture] = DONE.exec(output) ?? [];
    const [, code] = EXIT.exec(output) ?? [];
    if (picture === undefined || code !== '0') {
      throw this.#failure(output);
    }
    return picture;
  }

  get #pipes(): readonly [ask: string, answer: string] {
    return [`/run/ask-${this.#name}`, `/run/answer-${this.#name}`];
  }

  /** Reads a line of the answers into $line. */
  get #read(): string {
    return `read -r -t ${ANSWER_SECONDS} line < ${this.#pipes[1]} || line="exit: no answer"`;
  }

  async #answerTo(command: string, expected: RegExp): Promise<RegExpExecArray> {
    const skip = 'while [ "${line#mark context}" != "$line" ]; do';
    const output = await this.#guest.shell.must(
      `${command}\n${this.#read}; ${skip} ${this.#read}; done; echo "$line"`,
    );
    const answer = expected.exec(output);
    if (answer === null) {
      throw this.#failure(output);
    }
    return answer;
  }

  #failure(output: string): GuestError {
    const reason = output.trim().split('\n').at(-1);
    return new GuestError(
      `${this.#name} fails in the guest: ${reason}`,
      `its program is in ${DISK_ROOT}/tmp`,
    );
  }
}
