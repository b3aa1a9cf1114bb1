import { CommandWatcher, type CommandListener } from '@cg/machine';
import { boxBytes, type SurfaceBox } from '@cg/surface-layout';
import type { SvgaDevice, SvgaEvent } from '@cg/svga-device';
import { commandNames } from '@cg/svga-protocol';
import { EVENT, NONE, NO_SURFACE } from './event-kind.js';
import { ImageChanges } from './image-changes.js';
import type { LoggedSurface, LogWriter } from './log-writer.js';

/** Larger surfaces have no picture, and their bytes needed are not counted. */
const MOST_PICTURE_BYTES = 256 * 2 ** 20;

type CommandEvent = Extract<SvgaEvent, { readonly reader: unknown }>;

/** An update that the device is running. */
interface Upload {
  readonly event: number;
  readonly surface: LoggedSurface;
  readonly sid: number;
  readonly subresource: number;
  readonly box: SurfaceBox;
}

/** A surface that the watcher has looked up, and the id that it has. */
interface Found {
  readonly sid: number;
  readonly logged: LoggedSurface;
  readonly layout: LoggedSurface['layout'];
}

/** Commands after which ids stand for other surfaces, or contents come from elsewhere. */
const REPLACING = new Set(
  commandNames.flatMap((name, index) =>
    /^(?:DEFINE_GB_SURFACE|DESTROY_GB_SURFACE|BIND_GB_SURFACE|COND_BIND|INVALIDATE_GB)/.test(name)
      ? [index]
      : [],
  ),
);

/** Records what the device runs: commands with what they read and write, and how its images change. */
export class DeviceLog {
  readonly changes: ImageChanges;
  readonly #device: SvgaDevice;
  readonly #writer: LogWriter;
  readonly #surfaceOf: (sid: number) => LoggedSurface | undefined;
  readonly #watcher: CommandWatcher<Found>;
  readonly #found = new Map<number, Found | undefined>();
  readonly lane: number;
  #command: number = NONE;
  #uploads: Upload[] = [];
  #pictureLimit = false;

  constructor(
    device: SvgaDevice,
    writer: LogWriter,
    settings: {
      readonly lane: number;
      readonly maxPictureBytes: number;
      surfaceOf(sid: number): LoggedSurface | undefined;
    },
  ) {
    this.#device = device;
    this.#writer = writer;
    this.lane = settings.lane;
    this.changes = new ImageChanges(settings.maxPictureBytes);
    this.#surfaceOf = (sid) => settings.surfaceOf(sid);
    this.#watcher = new CommandWatcher(this.#listener());
  }

  hear(event: SvgaEvent): void {
    const writer = this.#writer;
    switch (event.kind) {
      case 'command-starts': {
        const { index } = event.reader;
        this.#uploads = [];
        if (index >= 0) {
          this.#command = writer.push(EVENT.COMMAND, this.lane, NO_SURFACE, writer.text(commandNames[index]));
        }
        this.#watcher.hear(event);
        break;
      }
      case 'command-done':
        this.#commandDone(event);
        break;
      case 'fence-passed':
        writer.push(EVENT.FENCE, this.lane, NO_SURFACE, event.fence >>> 0);
        writer.count('fences', 1);
        break;
      case 'refused':
        writer.push(EVENT.REFUSED, this.lane, NO_SURFACE, writer.text(event.error.message));
        writer.end(this.#command);
        break;
      case 'restored':
        this.#found.clear();
    }
  }

  /** Ids stand for other surfaces from now on. */
  forgetIds(): void {
    this.#found.clear();
  }

  #commandDone(event: CommandEvent): void {
    const writer = this.#writer;
    const { index } = event.reader;
    writer.count('commands', 1);
    for (const { event: upload, surface, sid, subresource, box } of this.#uploads) {
      const needed = this.#follow(upload, surface, sid, { subresource, box });
      writer.count('bytesNeeded', needed, surface.counts);
      if (upload !== NONE) {
        writer.log.setC(upload, needed);
      }
    }
    this.#uploads = [];
    this.#watcher.hear(event);
    writer.end(this.#command);
    if (REPLACING.has(index)) {
      for (const found of this.#found.values()) {
        if (found !== undefined) {
          found.logged.isFollowed = false;
        }
      }
      this.#found.clear();
    }
  }

  #find(sid: number): Found | undefined {
    if (this.#found.has(sid)) {
      return this.#found.get(sid);
    }
    const logged = this.#surfaceOf(sid);
    const found = logged && { sid, logged, layout: logged.layout };
    this.#found.set(sid, found);
    return found;
  }

  #listener(): CommandListener<Found> {
    const writer = this.#writer;
    return {
      surfaceOf: (sid) => this.#find(sid),
      uploads: ({ sid, logged, layout }, subresource, box) => {
        this.#take(logged, sid);
        const bytes = boxBytes(layout, subresource, box);
        const at = writer.box(subresource, box);
        const event = writer.push(EVENT.UPLOAD, this.lane, logged.index, at, bytes);
        writer.count('bytesSent', bytes, logged.counts);
        this.#uploads.push({ event, surface: logged, sid, subresource, box });
      },
      reads: ({ sid, logged, layout }, subresource, box) => {
        this.#take(logged, sid);
        const bytes = boxBytes(layout, subresource, box);
        writer.push(EVENT.READ, this.lane, logged.index, writer.box(subresource, box), bytes);
      },
      written: ({ sid, logged, layout }, subresource, box) => {
        const bytes = boxBytes(layout, subresource, box);
        const at = writer.box(subresource, box);
        const event = writer.push(EVENT.WRITE, this.lane, logged.index, at, bytes);
        this.#follow(event, logged, sid, { subresource, box });
      },
    };
  }

  /** The device uses a surface: content that it has not taken yet is that of memory (9.1). */
  #take(surface: LoggedSurface, sid: number): void {
    if (surface.isFollowed) {
      return;
    }
    surface.isFollowed = true;
    const event = this.#writer.push(EVENT.TAKEN, this.lane, surface.index);
    const different = this.#follow(event, surface, sid);
    if (event !== NONE) {
      this.#writer.log.setC(event, different);
    }
  }

  /** Records how the device's image has changed. @returns the bytes that differ */
  #follow(
    event: number,
    surface: LoggedSurface,
    sid: number,
    at?: { readonly subresource: number; readonly box: SurfaceBox },
  ): number {
    const { layout } = surface;
    if (!surface.hasPicture) {
      return 0;
    }
    if (layout.bytes > MOST_PICTURE_BYTES) {
      surface.hasPicture = false;
      this.#writer.limits.push(
        'a surface above 256 MiB has no picture, and its bytes needed are not counted',
      );
      return 0;
    }
    const image = this.#image(sid);
    if (image === undefined) {
      return 0;
    }
    const different = this.changes.record(event, surface.index, layout, image, at);
    if (this.changes.isFull && !this.#pictureLimit) {
      this.#pictureLimit = true;
      this.#writer.limits.push('the pictures end before the run does: too many bytes have changed');
    }
    return different;
  }

  /** The device's image; undefined while its renderer has a newer one. */
  #image(sid: number): Uint8Array | undefined {
    try {
      return this.#device.surfaceImage(sid);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EBUSY') {
        return undefined;
      }
      throw error;
    }
  }
}
