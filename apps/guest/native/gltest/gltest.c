/*
 * gltest [SCENE ...]: draws scenes, each in a context of its own, and prints marks:
 *
 *   mark context NAME     a context is about to be created
 *   mark frame NAME n     a frame begins
 *   mark read NAME        the picture is about to be read
 *   mark done NAME frames N first MS each MS picture HASH
 *   mark error ...        something failed; the exit code is 1
 *
 * Without a scene it creates a context, and prints whose OpenGL it is. FRAMES=n draws n frames of each scene.
 *
 * gltest --ask SCENE: draws as many frames as a line of its standard input says, and answers each with a line:
 *
 *   ready                 frames can be asked for
 *   drawn N MS FAULTS     the milliseconds that N frames took, and the page faults of the process meanwhile
 *
 * A line with 0 is answered with the mark done, and ends it.
 */
#define _GNU_SOURCE
#include "gltest.h"
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* build.mjs looks for it in the binary, to see that this is the source. */
__attribute__((used)) static const char source_hash[] = "source " SOURCE_HASH;

GLuint target_framebuffer, target_texture;

static int failed;
static EGLDisplay display;
static EGLContext context;

void mark(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fputs("mark ", stdout);
  vprintf(format, values);
  putchar('\n');
  va_end(values);
  fflush(stdout);
  if (isatty(STDOUT_FILENO)) {
    /* The reader of the serial port hears the mark before what follows. */
    tcdrain(STDOUT_FILENO);
  }
  failed |= strncmp(format, "error", 5) == 0;
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void check(const char *name, const char *where) {
  for (GLenum error = glGetError(); error != GL_NO_ERROR; error = glGetError()) {
    mark("error %s %s 0x%x", name, where, error);
  }
}

static void open_display(void) {
  PFNEGLGETPLATFORMDISPLAYEXTPROC open = (void *)eglGetProcAddress("eglGetPlatformDisplayEXT");
  EGLint major, minor;
  display = open ? open(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, 0) : EGL_NO_DISPLAY;
  if (!eglInitialize(display, &major, &minor)) {
    mark("error eglInitialize 0x%x", eglGetError());
    exit(1);
  }
}

static void make_context(const char *name) {
  static const EGLint attributes[] = {
      EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
      EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  mark("context %s", name);
  eglBindAPI(EGL_OPENGL_API);
  context = eglCreateContext(display, EGL_NO_CONFIG_KHR, 0, attributes);
  if (!context || !eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
    mark("error context 0x%x", eglGetError());
    exit(1);
  }
}

static void end_context(void) {
  eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext(display, context);
}

static void make_target(void) {
  GLuint depth;
  glGenFramebuffers(1, &target_framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
  glGenTextures(1, &target_texture);
  glBindTexture(GL_TEXTURE_2D, target_texture);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, WIDTH, HEIGHT, 0, GL_RGBA, GL_UNSIGNED_BYTE, 0);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glGenRenderbuffers(1, &depth);
  glBindRenderbuffer(GL_RENDERBUFFER, depth);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH24_STENCIL8, WIDTH, HEIGHT);
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target_texture, 0);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_RENDERBUFFER, depth);
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    mark("error framebuffer");
  }
  glBindTexture(GL_TEXTURE_2D, 0);
  glViewport(0, 0, WIDTH, HEIGHT);
}

/* FNV-1a of the bytes. */
static uint32_t hash(const uint8_t *bytes, int length) {
  uint32_t value = 2166136261u;
  for (int i = 0; i < length; i++) {
    value = (value ^ bytes[i]) * 16777619u;
  }
  return value;
}

static void begin(const struct scene *scene) {
  make_context(scene->name);
  make_target();
  scene->init();
  glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
  check(scene->name, "init");
}

/* Reads the picture. each: the mean time of the frames after the first. */
static void end(const struct scene *scene, int frames, double first, double each) {
  static uint8_t pixels[4 * WIDTH * HEIGHT];
  mark("read %s", scene->name);
  glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
  check(scene->name, "read");
  mark("done %s frames %d first %.1f each %.2f picture %08x", scene->name, frames, first, each,
       hash(pixels, sizeof pixels));
  end_context();
}

static void run(const struct scene *scene, int frames) {
  double first = 0, rest = 0;
  begin(scene);
  for (int n = 0; n < frames; n++) {
    mark("frame %s %d", scene->name, n);
    double start = milliseconds();
    scene->frame(n);
    glFinish();
    *(n == 0 ? &first : &rest) += milliseconds() - start;
    check(scene->name, "frame");
  }
  end(scene, frames, first, frames > 1 ? rest / (frames - 1) : 0);
}

static long page_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

static void ask(const struct scene *scene) {
  char line[16];
  int drawn = 0, wanted;
  begin(scene);
  puts("ready");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) && (wanted = atoi(line)) > 0) {
    long faults = page_faults();
    double start = milliseconds();
    for (int i = 0; i < wanted; i++) {
      scene->frame(drawn++);
      glFinish();
    }
    double took = milliseconds() - start;
    printf("drawn %d %.3f %ld\n", wanted, took, page_faults() - faults);
    fflush(stdout);
    check(scene->name, "frame");
  }
  end(scene, drawn, 0, 0);
}

static const struct scene *find(const char *name) {
  const struct scene *const lists[] = {buffer_scenes, pixel_scenes, shader_scenes, window_scenes};
  for (unsigned i = 0; i < sizeof lists / sizeof *lists; i++) {
    for (const struct scene *scene = lists[i]; scene->name; scene++) {
      if (strcmp(scene->name, name) == 0) {
        return scene;
      }
    }
  }
  return 0;
}

int main(int count, char **names) {
  const char *frames = getenv("FRAMES");
  open_display();
  if (count == 1) {
    make_context("info");
    mark("renderer %s", glGetString(GL_RENDERER));
    mark("version %s", glGetString(GL_VERSION));
    end_context();
  }
  int is_asked = count == 3 && strcmp(names[1], "--ask") == 0;
  for (int i = 1 + is_asked; i < count; i++) {
    const struct scene *scene = find(names[i]);
    if (scene && is_asked) {
      ask(scene);
    } else if (scene) {
      run(scene, frames ? atoi(frames) : scene->frames);
    } else {
      mark("error no scene %s", names[i]);
    }
  }
  eglTerminate(display);
  return failed;
}
