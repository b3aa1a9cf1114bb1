// SPDX-License-Identifier: MIT
/*
 * The rival of clean + record: page-table entries tested one by one, with no walk, no VMAs and no TLB to
 * flush.
 *
 *   clean_record TABLES DIRTY_PER_10000 PASSES
 *
 * Runs a batch for each line of input: one untimed pass, then PASSES timed ones; dirty bits are set before each. Prints
 * the nanoseconds of all timed passes together, then the record of the last pass: entries, start, end, a checksum of
 * the bitmap, and the number of entries left dirty.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENTRIES_PER_TABLE 512
/* Intel SDM volume 3A, table 4-20. */
#define PAGE_PRESENT 0x001u
#define PAGE_RW 0x002u
#define PAGE_DIRTY 0x040u

/* Not static: the compiler must assume that the clock uses them, so no work moves across its calls. */
uint64_t *entries;
uint32_t *bitmap;
size_t recorded, start, end;

static void set_dirty_bits(size_t count, uint32_t dirty_per_10000) {
  uint32_t state = 0x9e3779b9; /* Marsaglia's xorshift32; src/rivals/dirty-pattern.ts draws the same. */
  for (size_t i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    entries[i] = (i << 12) | PAGE_RW | PAGE_PRESENT | (state % 10000 < dirty_per_10000 ? PAGE_DIRTY : 0);
  }
}

__attribute__((noinline)) static void clean_record(uint64_t *entry, uint32_t *bits, size_t tables) {
  size_t found = 0, first = tables * ENTRIES_PER_TABLE, last = 0;
  for (size_t table = 0; table < tables; table++) {
    for (size_t i = table * ENTRIES_PER_TABLE; i < (table + 1) * ENTRIES_PER_TABLE; i++) {
      if ((entry[i] & (PAGE_PRESENT | PAGE_DIRTY)) == (PAGE_PRESENT | PAGE_DIRTY)) {
        entry[i] &= ~(uint64_t)PAGE_DIRTY;
        bits[i / 32] |= 1u << (i % 32);
        first = i < first ? i : first;
        last = i + 1;
        found++;
      }
    }
  }
  recorded = found, start = first, end = last;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void batch(size_t tables, uint32_t dirty_per_10000, size_t passes) {
  size_t count = tables * ENTRIES_PER_TABLE;
  int64_t nanoseconds = 0;
  for (size_t pass = 0; pass <= passes; pass++) {
    set_dirty_bits(count, dirty_per_10000);
    memset(bitmap, 0, count / 8);
    int64_t before = now();
    clean_record(entries, bitmap, tables);
    int64_t taken = now() - before;
    nanoseconds += pass > 0 ? taken : 0;
  }
  uint32_t checksum = 0x811c9dc5; /* FNV-1a, a word at a time */
  for (size_t i = 0; i < count / 32; i++) {
    checksum = (checksum ^ bitmap[i]) * 0x01000193;
  }
  size_t left = 0;
  for (size_t i = 0; i < count; i++) {
    left += (entries[i] & PAGE_DIRTY) != 0;
  }
  printf("%lld %zu %zu %zu %u %zu\n", (long long)nanoseconds, recorded, start, end, (unsigned)checksum, left);
  fflush(stdout);
}

int main(int argc, char **argv) {
  size_t tables = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
  uint32_t dirty_per_10000 = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
  size_t passes = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
  size_t count = tables * ENTRIES_PER_TABLE;
  entries = calloc(count, sizeof *entries);
  bitmap = calloc(count / 32, sizeof *bitmap);
  if (count == 0 || passes == 0 || !entries || !bitmap) {
    fprintf(stderr, "usage: clean_record TABLES DIRTY_PER_10000 PASSES\n");
    return 2;
  }
  for (int c = getchar(); c != EOF; c = getchar()) {
    if (c == '\n') {
      batch(tables, dirty_per_10000, passes);
    }
  }
  return 0;
}
