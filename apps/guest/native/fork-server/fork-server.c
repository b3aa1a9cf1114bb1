/*
 * fork-server LIBRARY ...: loads libraries once, and runs programs in copies of its process, so that a program does not
 * load and relocate Mesa and LLVM again. A request is a text in the named pipe /tmp/fork-in. Its lines are variables of
 * the environment (NAME=VALUE), «--», the seconds that the program may take, its path, and its arguments. Its output goes
 * to /tmp/fork-out, and its exit code, 128 + n after signal n, to the named pipe /tmp/fork-status.
 *
 * A program is opened like a library. glibc refuses executables, by a flag, which is cleared in a copy in /tmp.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COPY "/tmp/fork-program"

enum { MOST_LINES = 256, MOST_BYTES = 65536 };

/* build.mjs looks for it in the binary, to see that this is the source. */
__attribute__((used)) static const char source_hash[] = "source " SOURCE_HASH;

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

extern char **environ;

static int is_started;

/* The start of this program, and later of a test: its constructors have run when it was opened. */
__attribute__((visibility("default"))) int __libc_start_main(main_function *entry, int count, char **words,
                                                             void (*init)(void), void (*fini)(void),
                                                             void (*rtld_fini)(void), void *stack_end) {
  if (!is_started) {
    is_started = 1;
    start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
    return start(entry, count, words, init, fini, rtld_fini, stack_end);
  }
  exit(entry(count, words, environ));
}

static void fail(const char *what) {
  fprintf(stderr, "fork-server: %s\n", what);
  exit(127);
}

/* Writes a copy that dlopen takes. Returns the offset of its entry. */
static Elf32_Addr copy_program(const char *path) {
  struct stat about;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &about) < 0) {
    fail("no such program");
  }
  char *bytes = malloc(about.st_size);
  if (read(file, bytes, about.st_size) != about.st_size) {
    fail("the program cannot be read");
  }
  close(file);
  Elf32_Ehdr *header = (Elf32_Ehdr *)bytes;
  Elf32_Phdr *segments = (Elf32_Phdr *)(bytes + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++) {
    if (segments[i].p_type == PT_DYNAMIC) {
      for (Elf32_Dyn *entry = (Elf32_Dyn *)(bytes + segments[i].p_offset); entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_FLAGS_1) {
          entry->d_un.d_val &= ~(Elf32_Word)DF_1_PIE;
        }
      }
    }
  }
  unlink(COPY);
  file = open(COPY, O_WRONLY | O_CREAT, 0755);
  if (file < 0 || write(file, bytes, about.st_size) != about.st_size) {
    fail("no room in /tmp");
  }
  close(file);
  Elf32_Addr entry = header->e_entry;
  free(bytes);
  return entry;
}

static void run_program(int count, char **words) {
  Elf32_Addr entry = copy_program(words[0]);
  struct link_map *map = dlopen(COPY, RTLD_NOW | RTLD_GLOBAL);
  if (!map) {
    fail(dlerror());
  }
  /* The stack as the kernel gives it: the number of words, the words, 0, an empty environment, no vectors. */
  int slots = count + 6;
  char **stack = calloc(slots, sizeof *stack);
  char **top = (char **)((unsigned long)alloca(slots * sizeof *stack + 16) & ~15ul);
  stack[0] = (char *)(long)count;
  memcpy(stack + 1, words, count * sizeof *words);
  memcpy(top, stack, slots * sizeof *stack);
  __asm__ volatile("movl %0, %%esp\n\txorl %%edx, %%edx\n\tjmp *%1" : : "r"(top), "r"(map->l_addr + entry) : "memory");
  __builtin_unreachable();
}

static void serve(char **lines) {
  int i = 0;
  for (; lines[i] && strcmp(lines[i], "--") != 0; i++) {
    putenv(lines[i]);
  }
  if (!lines[i] || !lines[i + 1] || !lines[i + 2]) {
    fail("a request without a program");
  }
  int output = open("/tmp/fork-out", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  int input = open("/dev/null", O_RDONLY);
  dup2(input, 0);
  dup2(output, 1);
  dup2(output, 2);
  int count = 0;
  while (lines[i + 2 + count]) {
    count++;
  }
  run_program(count, lines + i + 2);
}

static long seconds_of(char **lines) {
  for (; *lines; lines++) {
    if (strcmp(*lines, "--") == 0 && lines[1]) {
      return atol(lines[1]);
    }
  }
  return 1;
}

static int wait_for(pid_t child, long seconds) {
  int status;
  for (long waited = 0; waitpid(child, &status, WNOHANG) == 0; waited++) {
    if (waited >= seconds * 100) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    usleep(10000);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int count, char **libraries) {
  for (int i = 1; i < count; i++) {
    if (!dlopen(libraries[i], RTLD_NOW | RTLD_GLOBAL)) {
      fail(dlerror());
    }
  }
  mkfifo("/tmp/fork-in", 0600);
  mkfifo("/tmp/fork-status", 0600);
  for (;;) {
    static char request[MOST_BYTES];
    char *lines[MOST_LINES + 1];
    int length = 0, got, number = 0;
    int file = open("/tmp/fork-in", O_RDONLY);
    while ((got = read(file, request + length, sizeof request - 1 - length)) > 0) {
      length += got;
    }
    close(file);
    request[length] = 0;
    for (char *line = strtok(request, "\n"); line && number < MOST_LINES; line = strtok(0, "\n")) {
      lines[number++] = line;
    }
    lines[number] = 0;
    pid_t child = fork();
    if (child == 0) {
      serve(lines);
    }
    int code = wait_for(child, seconds_of(lines));
    FILE *status = fopen("/tmp/fork-status", "w");
    fprintf(status, "%d\n", code);
    fclose(status);
  }
}
