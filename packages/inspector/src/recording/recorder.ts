import type { Machine } from '@cg/machine';
import type { SvgaDevice } from '@cg/svga-device';
import { DeviceLog } from './device-log.js';
import { DriverLog, type LoggedPlace } from './driver-log.js';
import { EVENT, NO_SURFACE } from './event-kind.js';
import { LogWriter, type LoggedSurface } from './log-writer.js';
import type { Recording } from './recording.js';
import type { NamedSurface, PlacedSurface, SurfaceDirectory } from './surface-directory.js';

/** Options of a recorder. */
export interface RecorderOptions {
  readonly title: string;
  /** What a step is called. Default `step`. */
  readonly stepName?: string;
  readonly directory: SurfaceDirectory;
  /** Whether the image of a surface is recorded. Default: of each. */
  hasPicture?(surface: NamedSurface): boolean;
  /** The most events. Default 1,000,000; what comes later is counted, and not recorded. */
  readonly maxEvents?: number;
  /** The most bytes of changes of the images. Default 192 MiB. */
  readonly maxPictureBytes?: number;
}

const MAX_EVENTS = 1_000_000;
const MAX_PICTURE_BYTES = 192 * 2 ** 20;

/**
 * Records the events of a machine, or of a device alone as in v86, from construction until `stop`. It listens, and
 * changes nothing.
 */
export class Recorder {
  /** Ends the recording. */
  readonly stop: () => void;
  readonly #options: RecorderOptions;
  readonly #writer: LogWriter;
  readonly #lanes: readonly string[];
  readonly #device: DeviceLog;
  readonly #driver: DriverLog | undefined;
  /** What the arrays of the directory stand for. */
  readonly #places = new WeakMap<readonly PlacedSurface[], readonly LoggedPlace[]>();

  constructor(source: Machine | SvgaDevice, options: RecorderOptions) {
    const { maxEvents = MAX_EVENTS, maxPictureBytes = MAX_PICTURE_BYTES } = options;
    const writer = new LogWriter(maxEvents);
    this.#options = options;
    this.#writer = writer;
    const machine = 'cpus' in source ? source : undefined;
    const cpus = machine?.cpus.map(({ name }) => name) ?? [];
    this.#lanes = [...cpus, ...(machine === undefined ? [] : ['driver']), 'device'];
    const lane = this.#lanes.length - 1;
    const surfaceOf = (sid: number) => this.#logged(options.directory.ofId(sid));
    this.#device = new DeviceLog('cpus' in source ? source.device : source, writer, {
      lane,
      maxPictureBytes,
      surfaceOf,
    });
    if (machine === undefined) {
      this.stop = (source as SvgaDevice).events.listen((event) => this.#device.hear(event));
      return;
    }
    const inObject = (object: number) => this.#inObject(object);
    const forgetIds = () => this.#device.forgetIds();
    this.#driver = new DriverLog(machine, writer, { lane: cpus.length, surfaceOf, inObject, forgetIds });
    const { memory, driver, device } = machine;
    const stops = [
      memory.events.listen((event) => this.#driver?.hear(event)),
      driver.events.listen((event) => this.#driver?.hear(event)),
      device.events.listen((event) => this.#device.hear(event)),
    ];
    this.stop = () => stops.forEach((stop) => stop());
  }

  /** A step begins, with its text if it has one. Events from the first step 1 on are counted. */
  step(number: number, text?: string): void {
    this.#writer.isCounting = true;
    this.#writer.step(number, text);
  }

  /** A CPU has stored or loaded bytes `[start, end)` of a buffer object: the machine's events have faults only. */
  access(kind: 'load' | 'store', cpu: string, object: number, start: number, end: number): void {
    this.#driver?.access(kind, this.#lanes.indexOf(cpu), object, start, end);
  }

  /** A check has found that bytes of a surface are wrong. */
  finding(by: string, surface: NamedSurface | undefined, start: number, end: number, text: string): void {
    const writer = this.#writer;
    const index = surface === undefined ? NO_SURFACE : (this.#logged(surface)?.index ?? NO_SURFACE);
    const lane = Math.max(this.#lanes.indexOf(by), 0);
    writer.push(EVENT.FINDING, lane, index, start, end, writer.text(text));
  }

  /** Everything so far. */
  recording(): Recording {
    const { title, stepName = 'step' } = this.#options;
    const { log, numbers, texts, total, limits } = this.#writer;
    return {
      title,
      stepName,
      lanes: this.#lanes,
      ...this.#writer.recorded(),
      texts,
      events: log.view(),
      numbers: numbers.view(),
      ...this.#device.changes.view(),
      total,
      limits,
    };
  }

  #logged(surface: NamedSurface | undefined): LoggedSurface | undefined {
    return surface && this.#writer.surface(surface, this.#options.hasPicture?.(surface) ?? true);
  }

  #inObject(object: number): readonly LoggedPlace[] {
    const placed = this.#options.directory.inObject(object);
    let logged = this.#places.get(placed);
    if (logged === undefined) {
      logged = placed.flatMap((each) => {
        const surface = this.#logged(each);
        return surface === undefined ? [] : [{ surface, offset: each.offset }];
      });
      this.#places.set(placed, logged);
    }
    return logged;
  }
}
