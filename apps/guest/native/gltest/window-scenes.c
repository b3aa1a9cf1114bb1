/* Scenes as on a desktop: a picture that is read back and changed, and a window whose text scrolls. */
#include "gltest.h"
#include <stdio.h>

static GLuint flat_program, flat_array, quad_program, quad_array;

static GLuint bound(GLenum what) {
  GLint name;
  glGetIntegerv(what, &name);
  return name;
}

static void init_both_programs(void) {
  static const float corners[16] = {-1, -1, 0, 0, 1, -1, 1, 0, -1, 1, 0, 1, 1, 1, 1, 1};
  init_flat();
  flat_program = bound(GL_CURRENT_PROGRAM);
  flat_array = bound(GL_VERTEX_ARRAY_BINDING);
  make_vertex_array();
  quad_program = use_program(VERTEX_TEXTURE, PIXEL_TEXTURE);
  quad_array = bound(GL_VERTEX_ARRAY_BINDING);
  make_buffer(GL_ARRAY_BUFFER, corners, sizeof corners, GL_STATIC_DRAW);
  attribute(0, 2, 4, 0);
  attribute(1, 2, 4, 2);
}

static void use(GLuint program, GLuint array) {
  glUseProgram(program);
  glBindVertexArray(array);
}

/* A texture on pixels of the target. */
static void draw_at(int x, int y, int width, int height, GLuint texture) {
  glViewport(x, y, width, height);
  use(quad_program, quad_array);
  glBindTexture(GL_TEXTURE_2D, texture);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  glViewport(0, 0, WIDTH, HEIGHT);
}

static void make_image(GLuint texture, int width, int height, const void *texels) {
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

/* Texels of the part that is read back. */
enum { PART = 72 };

static GLuint changed;

static void init_readback(void) {
  init_both_programs();
  glGenTextures(1, &changed);
  make_image(changed, PART, PART, 0);
}

/* A part of the picture is read, inverted by the CPU, and drawn elsewhere. */
static void frame_readback(int n) {
  static uint32_t texels[PART * PART];
  clear_all(.2, .2, .4);
  use(flat_program, flat_array);
  flat(-.75 + n % 8 * .0625, -.75, .125, .125, 1, .6, 0, 1);
  flat(-.5, -.5 - n % 4 * .0625, .25, .125, 0, .8, .2, 1);
  glReadPixels(0, 0, PART, PART, GL_RGBA, GL_UNSIGNED_BYTE, texels);
  for (int i = 0; i < PART * PART; i++) {
    texels[i] ^= 0xffffff;
  }
  glBindTexture(GL_TEXTURE_2D, changed);
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, PART, PART, GL_RGBA, GL_UNSIGNED_BYTE, texels);
  draw_at(144, 144, PART, PART, changed);
}

/* The window has rows of cells, each with a glyph. */
enum { CELL_WIDTH = 6, CELL_HEIGHT = 8, COLUMNS = 36, ROWS = 27 };
enum { WINDOW_WIDTH = CELL_WIDTH * COLUMNS, WINDOW_HEIGHT = CELL_HEIGHT * ROWS };
enum { ATLAS_COLUMNS = 16, ATLAS_WIDTH = CELL_WIDTH * ATLAS_COLUMNS, ATLAS_HEIGHT = CELL_HEIGHT * 4 };
enum { FLOATS_A_CELL = 6 * 4 };

/* 3 x 5 pixels each, an octal digit for a row from the top: of A to Z, and of 0 to 9. */
static const uint16_t LETTERS[26] = {025755, 065656, 034443, 065556, 074647, 074644, 034553, 055755, 072227,
                                     011152, 055655, 044447, 057755, 065555, 025552, 065644, 025573, 065655,
                                     034216, 072222, 055557, 055552, 055775, 055255, 055222, 071247};
static const uint16_t DIGITS[10] = {075557, 026227, 061247, 061216, 055711, 074616, 034757, 071222, 075757, 075716};

static GLuint atlas, text_array, text_vertices, windows[2], window_framebuffers[2];

static void put_glyph(uint32_t *texels, int place, uint16_t rows) {
  int left = place % ATLAS_COLUMNS * CELL_WIDTH, bottom = place / ATLAS_COLUMNS * CELL_HEIGHT;
  for (int pixel = 0; pixel < 15; pixel++) {
    int x = left + 1 + pixel % 3, y = bottom + CELL_HEIGHT - 2 - pixel / 3;
    if (rows >> (14 - pixel) & 1) {
      texels[y * ATLAS_WIDTH + x] = 0xffd0ffd0;
    }
  }
}

static void init_atlas(void) {
  static uint32_t texels[ATLAS_WIDTH * ATLAS_HEIGHT];
  for (int i = 0; i < ATLAS_WIDTH * ATLAS_HEIGHT; i++) {
    texels[i] = 0xff301000;
  }
  for (int i = 0; i < 26; i++) {
    put_glyph(texels, 1 + i, LETTERS[i]);
  }
  for (int i = 0; i < 10; i++) {
    put_glyph(texels, 27 + i, DIGITS[i]);
  }
  glGenTextures(1, &atlas);
  make_image(atlas, ATLAS_WIDTH, ATLAS_HEIGHT, texels);
}

static void init_terminal(void) {
  init_both_programs();
  make_vertex_array();
  text_array = bound(GL_VERTEX_ARRAY_BINDING);
  text_vertices = make_buffer(GL_ARRAY_BUFFER, 0, COLUMNS * FLOATS_A_CELL * sizeof(float), GL_STREAM_DRAW);
  attribute(0, 2, 4, 0);
  attribute(1, 2, 4, 2);
  init_atlas();
  glGenTextures(2, windows);
  glGenFramebuffers(2, window_framebuffers);
  for (int i = 0; i < 2; i++) {
    make_image(windows[i], WINDOW_WIDTH, WINDOW_HEIGHT, 0);
    glBindFramebuffer(GL_FRAMEBUFFER, window_framebuffers[i]);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, windows[i], 0);
    glClearColor(0, 16 / 255., 48 / 255., 1);
    glClear(GL_COLOR_BUFFER_BIT);
  }
}

static int glyph_of(char letter) {
  return letter >= 'A' && letter <= 'Z' ? 1 + letter - 'A' : letter >= '0' && letter <= '9' ? 27 + letter - '0' : 0;
}

/* Two triangles of a cell: x, y, u, v. */
static void put_cell(float *vertices, int column, int glyph) {
  static const int corners[6][2] = {{0, 0}, {1, 0}, {0, 1}, {0, 1}, {1, 0}, {1, 1}};
  for (int k = 0; k < 6; k++, vertices += 4) {
    int x = corners[k][0], y = corners[k][1];
    vertices[0] = 2.f * (column + x) / COLUMNS - 1;
    vertices[1] = 2.f * y / ROWS - 1;
    vertices[2] = (float)(glyph % ATLAS_COLUMNS + x) / ATLAS_COLUMNS;
    vertices[3] = (float)(glyph / ATLAS_COLUMNS + y) / (ATLAS_HEIGHT / CELL_HEIGHT);
  }
}

/* One window becomes the other, a line higher, with a new line of text below. */
static void scroll(int line, int from, int to) {
  static float vertices[COLUMNS * FLOATS_A_CELL];
  char text[64];
  snprintf(text, sizeof text, "LINE %06d OF A TEXT THAT SCROLLS %d", line, line % 7);
  for (int column = 0; column < COLUMNS; column++) {
    put_cell(vertices + column * FLOATS_A_CELL, column, glyph_of(text[column]));
  }
  glBindFramebuffer(GL_READ_FRAMEBUFFER, window_framebuffers[from]);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, window_framebuffers[to]);
  glBlitFramebuffer(0, 0, WINDOW_WIDTH, WINDOW_HEIGHT - CELL_HEIGHT, 0, CELL_HEIGHT, WINDOW_WIDTH, WINDOW_HEIGHT,
                    GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glViewport(0, 0, WINDOW_WIDTH, WINDOW_HEIGHT);
  use(quad_program, text_array);
  glBindTexture(GL_TEXTURE_2D, atlas);
  glBindBuffer(GL_ARRAY_BUFFER, text_vertices);
  glBufferSubData(GL_ARRAY_BUFFER, 0, sizeof vertices, vertices);
  glDrawArrays(GL_TRIANGLES, 0, COLUMNS * 6);
}

static void frame_terminal(int n) {
  scroll(2 * n, 0, 1);
  scroll(2 * n + 1, 1, 0);
  glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
  glViewport(0, 0, WIDTH, HEIGHT);
  clear_all(.25, .25, .25);
  use(flat_program, flat_array);
  flat(0, .8125, .84375, .0625, .2, .4, .8, 1);
  draw_at(20, 8, WINDOW_WIDTH, WINDOW_HEIGHT, windows[0]);
}

const struct scene window_scenes[] = {
    {"readback", init_readback, frame_readback, 3},
    {"terminal", init_terminal, frame_terminal, 3},
    {0},
};
