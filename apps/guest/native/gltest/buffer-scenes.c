/* Scenes that differ in how their data comes to the device. */
#include "gltest.h"
#include <math.h>
#include <string.h>

enum { MAPPED_BYTES = 16384, WAIT_NANOSECONDS = 1000000000 };

static float *mapped;
static GLuint texture, streamed, unpacked, uniforms, copied;
static GLint transform;

static void frame_triangle(int n) {
  clear_all(0, 0, .2 * n);
  glDrawArrays(GL_TRIANGLES, 0, 3);
}

/* The triangle, on the left or on the right, and lower with each of four frames. */
static void place_triangle(float *vertices, int right, int n) {
  for (int v = 0; v < 3; v++) {
    vertices[5 * v] = TRIANGLE[5 * v] * .5 + (right ? .5 : -.5);
    vertices[5 * v + 1] = TRIANGLE[5 * v + 1] * (1 - .2 * (n % 4));
    vertices[5 * v + 2] = TRIANGLE[5 * v + 2];
    vertices[5 * v + 3] = TRIANGLE[5 * v + 3];
    vertices[5 * v + 4] = right;
  }
}

static void init_persistent(void) {
  GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
  GLuint buffer;
  make_vertex_array();
  use_program(VERTEX_COLOUR, PIXEL_COLOUR);
  glGenBuffers(1, &buffer);
  glBindBuffer(GL_ARRAY_BUFFER, buffer);
  glBufferStorage(GL_ARRAY_BUFFER, MAPPED_BYTES, 0, flags);
  mapped = glMapBufferRange(GL_ARRAY_BUFFER, 0, MAPPED_BYTES, flags);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
}

static void wait_for_gpu(void) {
  GLsync sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
  GLenum how = GL_TIMEOUT_EXPIRED;
  for (int i = 0; i < 60 && how == GL_TIMEOUT_EXPIRED; i++) {
    how = glClientWaitSync(sync, GL_SYNC_FLUSH_COMMANDS_BIT, WAIT_NANOSECONDS);
  }
  if (how == GL_TIMEOUT_EXPIRED || how == GL_WAIT_FAILED) {
    mark("error wait 0x%x", how);
  }
  glDeleteSync(sync);
}

/* The same bytes are written again for a second draw. */
static void frame_persistent(int n) {
  clear_all(0, 0, 0);
  for (int right = 0; right < 2; right++) {
    place_triangle(mapped, right, n);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    wait_for_gpu();
  }
}

/*
 * Floats of the mapping: the colours of four rectangles, which the GPU copies there, and behind them a colour that the
 * CPU writes. glCopyBufferSubData copies nothing from a buffer that was never bound as an array (svga of Mesa 22.3).
 */
enum { COLOURS = 16, OWN_COLOUR = COLOURS };

static void init_copied(void) {
  GLbitfield flags = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
  GLuint buffer;
  init_flat();
  copied = make_buffer(GL_ARRAY_BUFFER, 0, COLOURS * 4, GL_STREAM_COPY);
  glGenBuffers(1, &buffer);
  glBindBuffer(GL_COPY_WRITE_BUFFER, buffer);
  glBufferStorage(GL_COPY_WRITE_BUFFER, MAPPED_BYTES, 0, flags);
  mapped = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, MAPPED_BYTES, flags);
}

/* What the CPU reads there is drawn: all of the page, after each copy of a part of it. */
static void frame_copied(int n) {
  clear_all(0, 0, 0);
  for (int k = 0; k < 4; k++) {
    float colour[4] = {k & 1, k / 2, .4f * n, 1};
    mapped[OWN_COLOUR] = .25f * k;
    glBufferSubData(GL_ARRAY_BUFFER, 0, sizeof colour, colour);
    glCopyBufferSubData(GL_ARRAY_BUFFER, GL_COPY_WRITE_BUFFER, 0, k * sizeof colour, sizeof colour);
    wait_for_gpu();
    for (int j = 0; j <= k; j++) {
      const float *read = mapped + 4 * j;
      flat(-.75f + .5f * j, -.75f + .5f * k, .2, .2, read[0], read[1], read[2], read[3]);
    }
    flat(.75, .75f - .5f * k, .1, .1, mapped[OWN_COLOUR], 1, 1, 1);
  }
}

static void init_streamed(void) {
  make_vertex_array();
  use_program(VERTEX_COLOUR, PIXEL_COLOUR);
  streamed = make_buffer(GL_ARRAY_BUFFER, 0, sizeof TRIANGLE, GL_STREAM_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
}

static void frame_streamed(int n) {
  GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_BUFFER_BIT;
  clear_all(0, 0, 0);
  for (int right = 0; right < 2; right++) {
    float vertices[15];
    place_triangle(vertices, right, n);
    memcpy(glMapBufferRange(GL_ARRAY_BUFFER, 0, sizeof vertices, flags), vertices, sizeof vertices);
    glUnmapBuffer(GL_ARRAY_BUFFER);
    glDrawArrays(GL_TRIANGLES, 0, 3);
  }
}

static void init_texture_updates(void) {
  init_textured_quad();
  texture = make_texture(64, checkers(64, 0xff0080ff, 0xffffffff), GL_NEAREST);
}

static void frame_texture_updates(int n) {
  /* Every third frame is in the same place, with other texels. */
  uint32_t blue = (uint32_t)(n / 3 & 255) << 16;
  clear_all(.1, .1, .1);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexSubImage2D(GL_TEXTURE_2D, 0, 8 + 16 * (n % 3), 24, 16, 16, GL_RGBA, GL_UNSIGNED_BYTE,
                  checkers(16, 0xff00ff00 | blue, 0xff0000ff | blue));
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void init_pixel_buffer(void) {
  init_texture_updates();
  unpacked = make_buffer(GL_PIXEL_UNPACK_BUFFER, 0, 64 * 64 * 4, GL_STREAM_DRAW);
}

static void frame_pixel_buffer(int n) {
  clear_all(.1, .1, .1);
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, unpacked);
  glBufferSubData(GL_PIXEL_UNPACK_BUFFER, 0, 64 * 64 * 4, checkers(64, 0xff00ffff, 0xff404040 * (n + 1)));
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, 0);
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  glCopyTexSubImage2D(GL_TEXTURE_2D, 0, 32, 32, 0, 0, 16, 16);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

/* A perspective projection of what is turned by an angle, scaled and moved. Column by column. */
static void make_transform(float *matrix, float angle, float x, float y, float scale) {
  float c = cosf(angle) * scale, s = sinf(angle) * scale;
  const float projection[16] = {1.5, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, -1.2, -1, 0, 0, -2.2, 0};
  const float model[16] = {c, s * .5f, -s, 0, 0, scale, 0, 0, s, 0, c, 0, x, y, -4, 1};
  for (int column = 0; column < 4; column++) {
    for (int row = 0; row < 4; row++) {
      float sum = 0;
      for (int k = 0; k < 4; k++) {
        sum += projection[k * 4 + row] * model[column * 4 + k];
      }
      matrix[column * 4 + row] = sum;
    }
  }
}

static void init_cube(void) {
  static float vertices[24 * 6];
  static uint16_t indices[36];
  static const uint16_t corners[6] = {0, 1, 2, 2, 1, 3};
  for (int side = 0; side < 6; side++) {
    int axis = side / 2;
    float sign = side & 1 ? 1 : -1;
    for (int k = 0; k < 4; k++) {
      float *vertex = vertices + (side * 4 + k) * 6;
      vertex[axis] = sign;
      vertex[(axis + 1) % 3] = k & 1 ? 1 : -1;
      vertex[(axis + 2) % 3] = k & 2 ? 1 : -1;
      vertex[3] = axis == 0 ? 1 : sign * .3 + .3;
      vertex[4] = axis == 1 ? 1 : .2;
      vertex[5] = axis == 2 ? sign * .5 + .5 : .3;
    }
    for (int k = 0; k < 6; k++) {
      indices[side * 6 + k] = side * 4 + corners[k];
    }
  }
  make_vertex_array();
  GLuint program = use_program(
      "in vec3 a; in vec3 b; uniform mat4 m; out vec3 v; void main(){ v=b; gl_Position=m*vec4(a,1.); }", PIXEL_COLOUR);
  transform = glGetUniformLocation(program, "m");
  make_buffer(GL_ARRAY_BUFFER, vertices, sizeof vertices, GL_STATIC_DRAW);
  make_buffer(GL_ELEMENT_ARRAY_BUFFER, indices, sizeof indices, GL_STATIC_DRAW);
  attribute(0, 3, 6, 0);
  attribute(1, 3, 6, 3);
  glEnable(GL_DEPTH_TEST);
}

static void draw_cube(float angle, float x, float y, float scale) {
  float matrix[16];
  make_transform(matrix, angle, x, y, scale);
  glUniformMatrix4fv(transform, 1, 0, matrix);
  glDrawElements(GL_TRIANGLES, 36, GL_UNSIGNED_SHORT, 0);
}

static void frame_cubes(int n) {
  clear_all(.1, .2, .1);
  for (int k = 0; k < 2; k++) {
    draw_cube(.5 + .4 * n + k, k * .8 - .4, k * .3, .7);
  }
}

static void frame_many_cubes(int n) {
  clear_all(.1, .1, .2);
  for (int k = 0; k < 50; k++) {
    draw_cube(.1 * n + k, (k % 10) * .5 - 2.2, k / 10 * .8 - 1.6, .2);
  }
}

static void init_uniforms(void) {
  make_vertex_array();
  GLuint program = use_program("in vec2 a; in vec3 b; layout(std140) uniform U { vec4 off; vec4 tint[4]; mat2 r; };"
                               "out vec3 v;"
                               "void main(){ v=b*tint[int(off.w)].rgb; gl_Position=vec4(r*a*off.z+off.xy,0.,1.); }",
                               PIXEL_COLOUR);
  make_buffer(GL_ARRAY_BUFFER, TRIANGLE, sizeof TRIANGLE, GL_STATIC_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
  uniforms = make_buffer(GL_UNIFORM_BUFFER, 0, 512, GL_DYNAMIC_DRAW);
  glUniformBlockBinding(program, glGetUniformBlockIndex(program, "U"), 2);
  glBindBufferBase(GL_UNIFORM_BUFFER, 2, uniforms);
}

static void frame_uniforms(int n) {
  static const float tints[16] = {1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1};
  clear_all(.1, 0, .1);
  for (int k = 0; k < 3; k++) {
    float block[28] = {k * .5f - .5f, n * .1f, .4, k};
    const float turn[8] = {cosf(k), sinf(k), 0, 0, -sinf(k), cosf(k), 0, 0};
    memcpy(block + 4, tints, sizeof tints);
    memcpy(block + 20, turn, sizeof turn);
    glBindBuffer(GL_UNIFORM_BUFFER, uniforms);
    glBufferSubData(GL_UNIFORM_BUFFER, 0, sizeof block, block);
    glDrawArrays(GL_TRIANGLES, 0, 3);
  }
}

const struct scene buffer_scenes[] = {
    {"tri", init_triangle, frame_triangle, 3},
    {"texquad", init_texture_updates, frame_texture_updates, 3},
    {"persist", init_persistent, frame_persistent, 3},
    {"copied", init_copied, frame_copied, 3},
    {"stream", init_streamed, frame_streamed, 3},
    {"cube", init_cube, frame_cubes, 3},
    {"many", init_cube, frame_many_cubes, 30},
    {"ubo", init_uniforms, frame_uniforms, 3},
    {"pbo", init_pixel_buffer, frame_pixel_buffer, 2},
    {0},
};
