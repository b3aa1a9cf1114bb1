/** The counts of a replay, of the traced surface and its frames unless stated otherwise. */
export interface ReplayReport {
  /** Frames replayed. */
  readonly frames: number;
  /** Bytes of the trace that a CPU stored. */
  readonly bytesStored: number;
  /** Those that replaced a different byte. */
  readonly bytesChanged: number;
  /** Bytes in the boxes that the driver sent, for the trace or to repair device writes. */
  readonly bytesUploaded: number;
  /** Those that replaced a different byte of the device's image. */
  readonly bytesUploadedChanged: number;
  /** Bytes of the rectangle around the stores before each submission: what a program that names it uploads. */
  readonly bytesOfRectangles: number;
  /** These rectangles. */
  readonly rectangles: number;
  /** Bytes of an upload of the whole surface in each frame. */
  readonly bytesFullUpload: number;
  /** Pages found written, counted each time. */
  readonly pagesDirtied: number;
  /** Boxes uploaded. */
  readonly boxes: number;
  /** Commands that the device executed: updates, copies, read-backs, fences. */
  readonly commands: number;
  /** Page faults on loads, of all CPUs. */
  readonly readFaults: number;
  /** Page faults on stores, of all CPUs. */
  readonly writeFaults: number;
  /** Passes over the page tables for dirty entries, or to write-protect again. */
  readonly scans: number;
  /** Page-table entries that these passes, and those before unmapping, looked at. */
  readonly entriesScanned: number;
  /** Switches between the scan and the trap method. */
  readonly methodSwitches: number;
  /** Wrong bytes that the device or a CPU saw. Anything but 0 is a defect. */
  readonly wrongBytes: number;
}
