/**
 * Counts the events after which a submission may have to do anew what an earlier one with the same names has done: a
 * refusal, an eviction, a move, dirty bytes, a change of where the newest content is, the start or the end of
 * tracking. Between two equal numbers the resources of a submission that succeeded are still created, bound and up to
 * date, except for what the CPU has stored since: that is in the trackers, after a scan.
 *
 * A handle that was closed, and commands of contexts, are `LastStream`'s. Whatever makes a resource ready does not
 * count.
 */
export class Residency {
  epoch = 0;
}
