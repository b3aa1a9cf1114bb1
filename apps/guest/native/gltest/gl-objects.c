#include "gltest.h"

const char *const VERTEX_COLOUR = "in vec2 a; in vec3 b; out vec3 v; void main(){ v=b; gl_Position=vec4(a,0.,1.); }";
const char *const PIXEL_COLOUR = "in vec3 v; out vec4 o; void main(){ o=vec4(v,1.); }";
const char *const VERTEX_TEXTURE = "in vec2 a; in vec2 b; out vec2 v; void main(){ v=b; gl_Position=vec4(a,0.,1.); }";
const char *const PIXEL_TEXTURE = "in vec2 v; out vec4 o; uniform sampler2D t; void main(){ o=texture(t,v); }";

const float TRIANGLE[15] = {-.8, -.8, 1, 0, 0, .8, -.8, 0, 1, 0, 0, .8, 0, 0, 1};
const float TEXTURED_QUAD[16] = {-.9, -.9, 0, 0, .9, -.9, 1, 0, -.9, .9, 0, 1, .9, .9, 1, 1};

enum { LOG_BYTES = 2000 };

static GLint place, colour;

static GLuint compile(GLenum type, const char *text) {
  const char *const texts[] = {"#version 330\n", text};
  GLuint shader = glCreateShader(type);
  glShaderSource(shader, 2, texts, 0);
  glCompileShader(shader);
  GLint compiled;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
  if (!compiled) {
    char log[LOG_BYTES];
    glGetShaderInfoLog(shader, LOG_BYTES, 0, log);
    mark("error shader %s", log);
  }
  return shader;
}

GLuint link_program(const char *vertex, const char *geometry, const char *pixel, const char *captured) {
  GLuint program = glCreateProgram();
  glAttachShader(program, compile(GL_VERTEX_SHADER, vertex));
  if (geometry) {
    glAttachShader(program, compile(GL_GEOMETRY_SHADER, geometry));
  }
  glAttachShader(program, compile(GL_FRAGMENT_SHADER, pixel));
  glBindAttribLocation(program, 0, "a");
  glBindAttribLocation(program, 1, "b");
  if (captured) {
    glTransformFeedbackVaryings(program, 1, &captured, GL_INTERLEAVED_ATTRIBS);
  }
  glLinkProgram(program);
  GLint linked;
  glGetProgramiv(program, GL_LINK_STATUS, &linked);
  if (!linked) {
    char log[LOG_BYTES];
    glGetProgramInfoLog(program, LOG_BYTES, 0, log);
    mark("error program %s", log);
  }
  glUseProgram(program);
  return program;
}

GLuint use_program(const char *vertex, const char *pixel) {
  return link_program(vertex, 0, pixel, 0);
}

GLuint make_buffer(GLenum target, const void *data, int bytes, GLenum usage) {
  GLuint buffer;
  glGenBuffers(1, &buffer);
  glBindBuffer(target, buffer);
  glBufferData(target, bytes, data, usage);
  return buffer;
}

GLuint make_texture(int size, const void *data, GLenum min_filter) {
  GLuint texture;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, size, size, 0, GL_RGBA, GL_UNSIGNED_BYTE, data);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, min_filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  return texture;
}

void make_vertex_array(void) {
  GLuint array;
  glGenVertexArrays(1, &array);
  glBindVertexArray(array);
}

void attribute(int index, int floats, int stride, int offset) {
  glEnableVertexAttribArray(index);
  glVertexAttribPointer(index, floats, GL_FLOAT, GL_FALSE, stride * 4, (void *)(uintptr_t)(offset * 4));
}

void clear_all(float red, float green, float blue) {
  glClearColor(red, green, blue, 1);
  glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);
}

uint32_t *checkers(int size, uint32_t one, uint32_t other) {
  static uint32_t texels[WIDTH * HEIGHT];
  for (int i = 0; i < size * size; i++) {
    texels[i] = ((i % size / 8 + i / size / 8) & 1) ? one : other;
  }
  return texels;
}

void init_triangle(void) {
  make_vertex_array();
  use_program(VERTEX_COLOUR, PIXEL_COLOUR);
  make_buffer(GL_ARRAY_BUFFER, TRIANGLE, sizeof TRIANGLE, GL_STATIC_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
}

void init_textured_quad(void) {
  make_vertex_array();
  use_program(VERTEX_TEXTURE, PIXEL_TEXTURE);
  make_buffer(GL_ARRAY_BUFFER, TEXTURED_QUAD, sizeof TEXTURED_QUAD, GL_STATIC_DRAW);
  attribute(0, 2, 4, 0);
  attribute(1, 2, 4, 2);
}

void draw_quad(int n) {
  (void)n;
  clear_all(.1, .1, .1);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void init_flat(void) {
  static const float corners[] = {-1, -1, 1, -1, -1, 1, 1, 1};
  make_vertex_array();
  GLuint program = use_program("in vec2 a; uniform vec4 u; void main(){ gl_Position=vec4(a*u.zw+u.xy,0.,1.); }",
                               "uniform vec4 c; out vec4 o; void main(){ o=c; }");
  place = glGetUniformLocation(program, "u");
  colour = glGetUniformLocation(program, "c");
  make_buffer(GL_ARRAY_BUFFER, corners, sizeof corners, GL_STATIC_DRAW);
  attribute(0, 2, 2, 0);
}

void flat(float x, float y, float width, float height, float red, float green, float blue, float alpha) {
  glUniform4f(place, x, y, width, height);
  glUniform4f(colour, red, green, blue, alpha);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}
