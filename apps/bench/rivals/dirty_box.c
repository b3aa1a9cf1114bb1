// SPDX-License-Identifier: MIT
/*
 * The rival of converting dirty ranges to boxes: the same steps as @cg/surface-layout's, with 64-bit integers.
 *
 *   dirty_box WIDTH HEIGHT BYTES_PER_BLOCK MIPS LAYERS RANGES PASSES
 *
 * Blocks are single texels. Runs a batch for each line of input: one untimed pass, then PASSES timed ones, each over
 * RANGES page-sized ranges from the generator of src/rivals/drawn-pages.ts. Prints the nanoseconds of all timed passes
 * together, then the number of subresources with a box, and a checksum of all boxes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_MIPS 24
#define PAGE_SIZE 4096

typedef struct {
  int64_t width, height, offset, bytes;
} mip_level;

typedef struct {
  int64_t x0, y0, x1, y1;
} extent;

/* Not static: the compiler must assume that the clock uses them, so no work moves across its calls. */
mip_level mips[MAX_MIPS];
int64_t mip_count, layers, bytes_per_block, chain_bytes;
extent *extents;
int64_t *ranges;

static void grow(extent *e, int64_t x0, int64_t y0, int64_t x1, int64_t y1) {
  if (e->x1 == 0) {
    *e = (extent){x0, y0, x1, y1};
    return;
  }
  e->x0 = x0 < e->x0 ? x0 : e->x0;
  e->y0 = y0 < e->y0 ? y0 : e->y0;
  e->x1 = x1 > e->x1 ? x1 : e->x1;
  e->y1 = y1 > e->y1 ? y1 : e->y1;
}

static void add_blocks(extent *e, const mip_level *mip, int64_t first, int64_t last) {
  int64_t y0 = first / mip->width, y1 = last / mip->width;
  if (y0 != y1) {
    grow(e, 0, y0, mip->width, y1 + 1);
  } else {
    grow(e, first - y0 * mip->width, y0, last - y0 * mip->width + 1, y0 + 1);
  }
}

__attribute__((noinline)) static void add_range(int64_t start, int64_t end) {
  int64_t total = chain_bytes * layers;
  int64_t first = start < 0 ? 0 : start, last = (end > total ? total : end) - 1;
  if (first > last) {
    return;
  }
  int64_t last_layer = last / chain_bytes;
  for (int64_t layer = first / chain_bytes; layer <= last_layer; layer++) {
    int64_t base = layer * chain_bytes;
    int64_t from = first > base ? first - base : 0;
    int64_t to = last - base < chain_bytes ? last - base : chain_bytes - 1;
    for (int64_t level = 0; level < mip_count && mips[level].offset <= to; level++) {
      const mip_level *mip = &mips[level];
      int64_t mip_end = mip->offset + mip->bytes;
      if (from < mip_end) {
        int64_t a = from > mip->offset ? from - mip->offset : 0;
        int64_t b = (to < mip_end ? to : mip_end - 1) - mip->offset;
        add_blocks(&extents[layer * mip_count + level], mip, a / bytes_per_block, b / bytes_per_block);
      }
    }
  }
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void lay_out(int64_t width, int64_t height) {
  for (int64_t level = 0; level < mip_count; level++) {
    int64_t w = width >> level, h = height >> level;
    mips[level].width = w > 0 ? w : 1;
    mips[level].height = h > 0 ? h : 1;
    mips[level].offset = chain_bytes;
    mips[level].bytes = mips[level].width * mips[level].height * bytes_per_block;
    chain_bytes += mips[level].bytes;
  }
}

static void batch(size_t boxes, int64_t count, int64_t passes) {
  int64_t nanoseconds = 0;
  for (int64_t pass = 0; pass <= passes; pass++) {
    memset(extents, 0, boxes * sizeof *extents);
    int64_t before = now();
    for (int64_t i = 0; i < count; i++) {
      add_range(ranges[i], ranges[i] + PAGE_SIZE);
    }
    int64_t taken = now() - before;
    nanoseconds += pass > 0 ? taken : 0;
  }
  int64_t found = 0;
  uint32_t checksum = 0x811c9dc5; /* FNV-1a, a number at a time */
  for (size_t i = 0; i < boxes; i++) {
    if (extents[i].x1 > 0) {
      int64_t sides[4] = {extents[i].x0, extents[i].y0, extents[i].x1, extents[i].y1};
      for (int side = 0; side < 4; side++) {
        checksum = (checksum ^ (uint32_t)sides[side]) * 0x01000193;
      }
      found++;
    }
  }
  printf("%lld %lld %u\n", (long long)nanoseconds, (long long)found, (unsigned)checksum);
  fflush(stdout);
}

int main(int argc, char **argv) {
  int64_t number[7] = {0};
  for (int i = 0; i < 7 && argc == 8; i++) {
    number[i] = strtoll(argv[i + 1], NULL, 10);
  }
  bytes_per_block = number[2], mip_count = number[3], layers = number[4];
  int64_t count = number[5], passes = number[6];
  if (count <= 0 || passes <= 0 || mip_count <= 0 || mip_count > MAX_MIPS || bytes_per_block <= 0) {
    fprintf(stderr, "usage: dirty_box WIDTH HEIGHT BYTES_PER_BLOCK MIPS LAYERS RANGES PASSES\n");
    return 2;
  }
  lay_out(number[0], number[1]);
  size_t boxes = (size_t)(mip_count * layers);
  extents = calloc(boxes, sizeof *extents);
  ranges = calloc((size_t)count, sizeof *ranges);
  if (!extents || !ranges) {
    return 2;
  }
  uint32_t state = 0x9e3779b9; /* Marsaglia's xorshift32 */
  int64_t pages = (chain_bytes * layers + PAGE_SIZE - 1) / PAGE_SIZE;
  for (int64_t i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    ranges[i] = state % pages * PAGE_SIZE;
  }
  for (int c = getchar(); c != EOF; c = getchar()) {
    if (c == '\n') {
      batch(boxes, count, passes);
    }
  }
  return 0;
}
