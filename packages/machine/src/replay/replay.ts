import { boxBytes, boxRows, DirtyBoxes, SurfaceLayout, type SurfaceBox } from '@cg/surface-layout';
import { PageTableError, type Vma } from '@cg/pagetable';
import type { ScreenTargetImage } from '@cg/svga-device';
import { encodeCommand } from '@cg/svga-protocol';
import { VmwgfxError, type SurfaceHandle } from '@cg/vmwgfx';
import { MachineError } from '../errors.js';
import type { Machine, Process } from '../machine.js';
import { Screen } from '../screen.js';
import type { Trace, TraceFrame, TraceHeader } from '../trace/trace.js';
import { forEachRow } from '../watch/runs.js';
import { ExpectedImage } from './expected-image.js';
import { Pattern } from './pattern.js';
import { overwrittenBox } from './rectangle.js';
import type { ReplayListener, ReplayedSurface } from './replay-listener.js';
import type { ReplayReport } from './report.js';
import { UploadMeter } from './upload-meter.js';

/** The device overwrites a part of the surface in every tenth frame. */
const DEVICE_WRITE_INTERVAL = 10;
/** Bytes that a CPU loads or stores at once where it does so with a whole surface: whole pages. */
const CHUNK = 2 ** 16;

/**
 * Replays a trace through a machine and checks every frame, without explicit synchronisation: CPUs store through the
 * MMU, a copy is submitted, and the device's image is compared byte for byte. In every tenth frame the device
 * overwrites a part of the surface; a CPU loads all of it, compares, and stores the trace's bytes back.
 *
 * @param machine a new one: its counters are the report's
 * @throws MachineError ENOMEM or EINVAL for surfaces that do not fit the machine or its device, or an error of reading
 * the trace
 */
export async function replayTrace(
  machine: Machine,
  trace: Trace,
  listener: ReplayListener = {},
): Promise<ReplayReport> {
  const replay = prepare(machine, trace.header, listener);
  listener.onSurfaces?.(replay.surfaces());
  for await (const frame of trace.frames) {
    listener.onFrame?.(frame.frame);
    replay.play(frame);
    listener.onFrameDone?.(frame.frame + 1);
  }
  const report = replay.finish();
  listener.onReport?.(report);
  listener.onScreen?.(replay.screen());
  return report;
}

/** Creates the surfaces; a failure is reported as an error of the trace's first line. */
function prepare(machine: Machine, header: TraceHeader, listener: ReplayListener): Replay {
  try {
    return new Replay(machine, header, listener);
  } catch (error) {
    const size = `${header.width}x${header.height}, ${header.surfaceBytes} bytes`;
    if (error instanceof VmwgfxError && error.code === 'EINVAL') {
      throw new MachineError('EINVAL', `a surface of ${size} cannot be created: ${error.message}`, 1);
    }
    // A RangeError is the host's own «no memory» for a typed array.
    const tooLarge =
      error instanceof PageTableError || error instanceof VmwgfxError || error instanceof RangeError;
    if (tooLarge) {
      const why = `three surfaces of ${size} do not fit into the machine`;
      throw new MachineError('ENOMEM', `${why}: ${error.message}`, 1);
    }
    throw error;
  }
}

/** The counters before the first frame. */
interface Baseline {
  readonly commands: number;
  readonly readFaults: number;
  readonly writeFaults: number;
}

class Replay {
  readonly #machine: Machine;
  readonly #listener: ReplayListener;
  readonly #process: Process;
  readonly #layout: SurfaceLayout;
  readonly #header: TraceHeader;
  readonly #surface: SurfaceHandle;
  readonly #copy: SurfaceHandle;
  readonly #pattern: SurfaceHandle;
  readonly #mapped: Vma;
  readonly #mappedPattern: Vma;
  readonly #patternBytes: Pattern;
  readonly #chunk = new Uint8Array(CHUNK);
  /** The trace's bytes where the device writes, row after row. */
  readonly #traced: Uint8Array;
  readonly #expected: ExpectedImage;
  readonly #baseline: Baseline;
  #frames = 0;
  #bytesStored = 0;
  #bytesChanged = 0;
  #storedBack = false;
  readonly #uploads: UploadMeter;
  /** The stores since the last submission. */
  readonly #stored: DirtyBoxes;
  #rectangles = 0;
  #bytesOfRectangles = 0;

  constructor(machine: Machine, header: TraceHeader, listener: ReplayListener) {
    const { width, height, format, surfaceBytes } = header;
    this.#machine = machine;
    this.#listener = listener;
    this.#header = header;
    const description = { format: format.id, width, height };
    this.#layout = new SurfaceLayout({ ...description, depth: 1, mipLevels: 1, layers: 1, samples: 1 });
    this.#stored = new DirtyBoxes(this.#layout);
    this.#process = machine.spawn();
    const { file } = this.#process;
    this.#surface = file.createSurface({ ...description, coherent: true });
    this.#copy = file.createSurface(description);
    this.#pattern = file.createSurface({ ...description, coherent: true });
    this.#mapped = this.#process.map(this.#surface.handle);
    this.#patternBytes = new Pattern(surfaceBytes);
    this.#mappedPattern = this.#process.map(this.#pattern.handle);
    this.#forEachChunk((chunk, offset) => {
      this.#patternBytes.fill(chunk, offset);
      machine.cpus[0].storeBytes(this.#mappedPattern.start + offset, chunk);
    });
    this.#traced = new Uint8Array(boxBytes(this.#layout, 0, overwrittenBox(0, width, height, format)));
    this.#expected = new ExpectedImage(surfaceBytes);
    // The replay allocates everything it needs here, or fails.
    this.#submitCopy(this.#pattern, this.#copy, this.#whole());
    this.#uploads = new UploadMeter(machine, () => this.#process.file.deviceId(this.#surface.handle), {
      layout: this.#layout,
      firstPage: this.#mapped.firstPage,
    });
    this.#baseline = this.#counters();
  }

  /** The surfaces, the traced one first. */
  surfaces(): ReplayedSurface[] {
    const { file } = this.#process;
    const known = (name: string, { handle }: SurfaceHandle, mapped?: Vma): ReplayedSurface => ({
      name,
      layout: this.#layout,
      deviceId: () => file.deviceId(handle),
      firstPage: mapped?.firstPage,
    });
    return [
      known('surface', this.#surface, this.#mapped),
      known('copy', this.#copy),
      known('pattern', this.#pattern, this.#mappedPattern),
    ];
  }

  play(frame: TraceFrame): void {
    this.#store(frame);
    this.#submitAndCheck();
    if (frame.frame % DEVICE_WRITE_INTERVAL === 0) {
      this.#overwriteOnDevice(frame.frame);
    }
    this.#frames++;
  }

  finish(): ReplayReport {
    if (this.#storedBack) {
      // The last frame ended with stores that are not uploaded yet.
      this.#submitAndCheck();
    }
    this.#uploads.stop();
    const { file } = this.#process;
    const { boxes, bytesUploaded, pagesDirtied, scans, entriesScanned, methodSwitches } = file.statistics(
      this.#surface.handle,
    );
    const { commands, readFaults, writeFaults } = this.#counters();
    return {
      frames: this.#frames,
      bytesStored: this.#bytesStored,
      bytesChanged: this.#bytesChanged,
      bytesUploaded,
      bytesUploadedChanged: this.#uploads.bytesChanged,
      bytesOfRectangles: this.#bytesOfRectangles,
      rectangles: this.#rectangles,
      bytesFullUpload: this.#frames * this.#header.surfaceBytes,
      pagesDirtied,
      boxes,
      commands: commands - this.#baseline.commands,
      readFaults: readFaults - this.#baseline.readFaults,
      writeFaults: writeFaults - this.#baseline.writeFaults,
      scans,
      entriesScanned,
      methodSwitches,
      wrongBytes: this.#expected.wrongBytes,
    };
  }

  /** Shows the last compared copy on the machine's screen. */
  screen(): ScreenTargetImage {
    const { width, height } = this.#header;
    const screen = new Screen(this.#machine, width, height);
    return screen.show(this.#process.file.deviceId(this.#copy.handle));
  }

  /** The CPUs alternate, so that each uses entries that the other has changed or cached. */
  #cpu(turn: number) {
    const { cpus } = this.#machine;
    return cpus[turn % cpus.length];
  }

  #store({ frame, runs, data }: TraceFrame): void {
    const cpu = this.#cpu(frame);
    let from = 0;
    for (let i = 0; i < runs.length; i += 2) {
      const bytes = data.subarray(from, from + runs[i + 1]);
      cpu.storeBytes(this.#mapped.start + runs[i], bytes);
      this.#listener.onStore?.(cpu.name, runs[i], bytes.length);
      this.#bytesChanged += this.#expected.store(runs[i], bytes);
      this.#stored.addRange(runs[i], runs[i] + bytes.length);
      from += bytes.length;
    }
    this.#bytesStored += from;
  }

  #submitAndCheck(): void {
    for (const box of this.#stored.boxes()) {
      this.#rectangles++;
      this.#bytesOfRectangles += boxBytes(this.#layout, box.subresource, box);
    }
    this.#stored.clear();
    this.#submitCopy(this.#surface, this.#copy, this.#whole());
    this.#expected.compare(this.#machine.device.image(this.#process.file.deviceId(this.#copy.handle), 0));
    this.#storedBack = false;
  }

  #overwriteOnDevice(frame: number): void {
    const { width, height, format } = this.#header;
    const box = overwrittenBox(frame, width, height, format);
    const rows = boxRows(this.#layout, 0, box);
    const { bytes: expected } = this.#expected;
    let at = 0;
    forEachRow(rows, (offset, bytes) => {
      this.#traced.set(expected.subarray(offset, offset + bytes), at);
      at += bytes;
    });
    this.#submitCopy(this.#pattern, this.#surface, box);
    this.#expected.copyRows(rows, this.#patternBytes);

    const cpu = this.#cpu(frame + 1);
    this.#forEachChunk((chunk, offset) => {
      cpu.loadBytes(this.#mapped.start + offset, chunk);
      this.#expected.comparePart(chunk, offset);
    });

    at = 0;
    forEachRow(rows, (offset, bytes) => {
      const row = this.#traced.subarray(at, at + bytes);
      at += bytes;
      cpu.storeBytes(this.#mapped.start + offset, row);
      this.#listener.onStore?.(cpu.name, offset, bytes);
      this.#stored.addRange(offset, offset + bytes);
      expected.set(row, offset);
    });
    this.#storedBack = true;
  }

  /** Calls back with a buffer for each part of the surface, in ascending order. */
  #forEachChunk(visit: (chunk: Uint8Array, offset: number) => void): void {
    const { surfaceBytes } = this.#header;
    for (let offset = 0; offset < surfaceBytes; offset += CHUNK) {
      visit(this.#chunk.subarray(0, Math.min(CHUNK, surfaceBytes - offset)), offset);
    }
  }

  #whole(): SurfaceBox {
    const { width, height } = this.#header;
    return { x: 0, y: 0, z: 0, width, height, depth: 1 };
  }

  #submitCopy(from: SurfaceHandle, to: SurfaceHandle, box: SurfaceBox): void {
    const { x, y, z, width: w, height: h, depth: d } = box;
    const commands = encodeCommand('SURFACE_COPY', {
      srcSid: from.handle,
      srcFace: 0,
      srcMipmap: 0,
      destSid: to.handle,
      destFace: 0,
      destMipmap: 0,
      boxes: [{ x, y, z, w, h, d, srcx: x, srcy: y, srcz: z }],
    });
    this.#process.file.submit(commands).wait();
  }

  #counters(): Baseline {
    const { cpus, device } = this.#machine;
    return {
      commands: device.statistics.commands,
      readFaults: cpus.reduce((sum, { statistics }) => sum + statistics.readFaults, 0),
      writeFaults: cpus.reduce((sum, { statistics }) => sum + statistics.writeFaults, 0),
    };
  }
}
