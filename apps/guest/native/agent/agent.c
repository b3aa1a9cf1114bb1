/*
 * The agent: a process in the guest that accesses its own memory and makes system calls on request. All knowledge
 * of graphics is on the other side (agent-program.ts, drm-client.ts). i386 Linux, no libc; build.mjs compiles it.
 *
 * Messages, on standard input and output: a length, then that many bytes; numbers are 32 bits, little-endian. A
 * request is a sequence of operations; the reply is their results in the same order. The agent sends the first
 * message by itself: address and size of scratch memory for the other side.
 */

typedef unsigned int u32;
typedef unsigned char u8;
/* Need not be aligned. */
typedef u32 __attribute__((aligned(1), may_alias)) word;

enum { POKE = 1, PEEK = 2, FILL = 3, CALL = 4, HASH = 5, COPY_WORDS = 6 };
enum { SYS_EXIT = 1, SYS_READ = 3, SYS_WRITE = 4 };
enum { MESSAGE_BYTES = 65536, SCRATCH_BYTES = 65536 };

static u8 request[MESSAGE_BYTES];
static u8 answer[MESSAGE_BYTES];
static u8 scratch[SCRATCH_BYTES];

/* Static, as `call` reads it after moving the stack pointer. */
static u32 call_number;

static int call(u32 number, const u32 *args) {
  int result;
  call_number = number;
  /* The sixth argument goes into ebp, which may be the frame pointer: it is saved around the trap. */
  __asm__ volatile("pushl %%ebp\n\tmovl %%eax, %%ebp\n\tmovl %7, %%eax\n\tint $0x80\n\tpopl %%ebp"
                   : "=a"(result)
                   : "0"(args[5]), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]), "D"(args[4]),
                     "m"(call_number)
                   : "memory");
  return result;
}

static int call3(u32 number, u32 a, u32 b, u32 c) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

/* All bytes, or the agent exits: the other side is gone. */
static void transfer(u32 number, u32 file, u8 *bytes, u32 length) {
  while (length > 0) {
    int moved = call3(number, file, (u32)bytes, length);
    if (moved <= 0) {
      call3(SYS_EXIT, 1, 0, 0);
    }
    bytes += moved;
    length -= moved;
  }
}

static u32 number_at(const u8 *bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (u32)bytes[3] << 24;
}

static void put_number(u8 *bytes, u32 number) {
  for (int i = 0; i < 4; i++) {
    bytes[i] = number >> 8 * i;
  }
}

static void copy(volatile u8 *to, const volatile u8 *from, u32 length) {
  while (length-- > 0) {
    *to++ = *from++;
  }
}

/* One load and one store of 32 bits for each word. The length is a multiple of four. */
static void copy_words(volatile word *to, const volatile word *from, u32 length) {
  for (; length > 0; length -= 4) {
    *to++ = *from++;
  }
}

/* FNV-1a. */
static u32 hash(const volatile u8 *bytes, u32 length) {
  u32 value = 2166136261u;
  while (length-- > 0) {
    value = (value ^ *bytes++) * 16777619u;
  }
  return value;
}

static void send(u32 length) {
  u8 size[4];
  put_number(size, length);
  transfer(SYS_WRITE, 1, size, 4);
  transfer(SYS_WRITE, 1, answer, length);
}

/* Runs the operations of a request. Returns the length of the reply. */
static u32 run(u32 length) {
  u32 answered = 0;
  u32 at = 0;
  while (at < length) {
    u8 operation = request[at++];
    u32 args[7];
    u32 count = operation == CALL ? 7 : operation == FILL || operation == COPY_WORDS ? 3 : 2;
    for (u32 i = 0; i < count; i++, at += 4) {
      args[i] = number_at(request + at);
    }
    volatile u8 *memory = (volatile u8 *)args[0];
    switch (operation) {
    case POKE:
      copy(memory, request + at, args[1]);
      at += args[1];
      break;
    case PEEK:
      copy(answer + answered, memory, args[1]);
      answered += args[1];
      break;
    case FILL:
      for (u32 i = 0; i < args[1]; i++) {
        memory[i] = args[2];
      }
      break;
    case COPY_WORDS:
      copy_words((volatile word *)args[0], (const volatile word *)args[1], args[2]);
      break;
    case CALL:
      put_number(answer + answered, call(args[0], args + 1));
      answered += 4;
      break;
    case HASH:
      put_number(answer + answered, hash(memory, args[1]));
      answered += 4;
      break;
    default:
      call3(SYS_EXIT, 2, 0, 0);
    }
  }
  return answered;
}

void _start(void) {
  put_number(answer, (u32)scratch);
  put_number(answer + 4, SCRATCH_BYTES);
  send(8);
  for (;;) {
    u8 size[4];
    transfer(SYS_READ, 0, size, 4);
    u32 length = number_at(size);
    if (length > MESSAGE_BYTES) {
      call3(SYS_EXIT, 3, 0, 0);
    }
    transfer(SYS_READ, 0, request, length);
    send(run(length));
  }
}
