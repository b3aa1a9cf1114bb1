/** What a replay counted. All counts are of the traced surface and of its frames, unless they say otherwise. */
export interface ReplayReport {
  /** Frames replayed. */
  readonly frames: number;
  /** Bytes of the trace that a CPU stored. */
  readonly bytesStored: number;
  /** Those that replaced a different byte. */
  readonly bytesChanged: number;
  /** Bytes in the boxes that the driver sent, whatever had been stored: the trace or what repairs a device write. */
  readonly bytesUploaded: number;
  /** Those that replaced a different byte of the device's image. */
  readonly bytesUploadedChanged: number;
  /** Bytes that uploading the whole surface in each frame would have sent. */
  readonly bytesFullUpload: number;
  /** Pages that tracking found written, each time it did. */
  readonly pagesDirtied: number;
  /** Boxes uploaded. */
  readonly boxes: number;
  /** Commands that the device executed, all of them: updates, copies, read-backs, fences. */
  readonly commands: number;
  /** Page faults on loads, of all CPUs. */
  readonly readFaults: number;
  /** Page faults on stores, of all CPUs. */
  readonly writeFaults: number;
  /** Passes over the page tables for dirty entries, or to write-protect again. */
  readonly scans: number;
  /** Page-table entries that these passes, and those ahead of unmapping, looked at. */
  readonly entriesScanned: number;
  /** Changes between the scan and the trap method. */
  readonly methodSwitches: number;
  /** Bytes that the device or a CPU saw and should not have. Anything but 0 is a defect. */
  readonly wrongBytes: number;
}
