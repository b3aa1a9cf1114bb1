/* Scenes of targets, tests, blending, samples and queries. */
#include "gltest.h"

static GLuint framebuffer, texture, triangle_program, quad_program, triangle, quad, query;

static void init_none(void) {
}

static void frame_clear(int n) {
  clear_all(.2, .4, .6 + .1 * n);
}

static void attach(GLuint to, GLenum attachment, GLuint what) {
  glBindFramebuffer(GL_FRAMEBUFFER, to);
  glFramebufferTexture2D(GL_FRAMEBUFFER, attachment, GL_TEXTURE_2D, what, 0);
}

static GLuint current_program(void) {
  GLint program;
  glGetIntegerv(GL_CURRENT_PROGRAM, &program);
  return program;
}

static void init_render_to_texture(void) {
  texture = make_texture(64, 0, GL_LINEAR);
  glGenFramebuffers(1, &framebuffer);
  attach(framebuffer, GL_COLOR_ATTACHMENT0, texture);
  init_triangle();
  triangle_program = current_program();
  init_textured_quad();
  quad_program = current_program();
  triangle = make_buffer(GL_ARRAY_BUFFER, TRIANGLE, sizeof TRIANGLE, GL_STATIC_DRAW);
  quad = make_buffer(GL_ARRAY_BUFFER, TEXTURED_QUAD, sizeof TEXTURED_QUAD, GL_STATIC_DRAW);
}

static void frame_render_to_texture(int n) {
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glViewport(0, 0, 64, 64);
  glClearColor(.5, .5, .1 * n, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glUseProgram(triangle_program);
  glBindBuffer(GL_ARRAY_BUFFER, triangle);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
  glViewport(0, 0, WIDTH, HEIGHT);
  clear_all(0, .3, 0);
  glUseProgram(quad_program);
  glBindTexture(GL_TEXTURE_2D, texture);
  glBindBuffer(GL_ARRAY_BUFFER, quad);
  attribute(0, 2, 4, 0);
  attribute(1, 2, 4, 2);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void frame_blend(int n) {
  clear_all(.2, .2, .2);
  glEnable(GL_BLEND);
  glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
  flat(-.3, 0, .5, .5, 1, 0, 0, .5);
  flat(.3, .2, .5, .5, 0, 1, 0, .25 * n + .25);
  glBlendFunc(GL_ONE, GL_ONE);
  flat(0, -.5, .8, .2, .2, .2, .5, 1);
  glBlendEquation(GL_FUNC_REVERSE_SUBTRACT);
  flat(0, .8, .9, .1, .1, .1, 0, 0);
  glBlendEquation(GL_FUNC_ADD);
  glColorMask(1, 0, 0, 1);
  glDisable(GL_BLEND);
  flat(-.8, -.8, .2, .2, 1, 1, 1, 1);
  glColorMask(1, 1, 1, 1);
}

static void frame_scissor(int n) {
  clear_all(0, 0, 0);
  glEnable(GL_SCISSOR_TEST);
  glScissor(20 + n, 30, 100, 80);
  glClearColor(1, .5, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glScissor(100, 60, 100, 150);
  flat(0, 0, .9, .9, 0, .5, 1, 1);
  glDisable(GL_SCISSOR_TEST);
  glViewport(200, 10, 40, 40);
  flat(0, 0, 1, 1, 1, 0, 1, 1);
  glViewport(0, 0, WIDTH, HEIGHT);
}

static void frame_stencil(int n) {
  clear_all(.3, .3, 0);
  glEnable(GL_STENCIL_TEST);
  glStencilFunc(GL_ALWAYS, 1, 255);
  glStencilOp(GL_KEEP, GL_KEEP, GL_REPLACE);
  glColorMask(0, 0, 0, 0);
  flat(0, 0, .5, .3, 1, 1, 1, 1);
  glColorMask(1, 1, 1, 1);
  glStencilFunc(GL_NOTEQUAL, 1, 255);
  glStencilOp(GL_KEEP, GL_KEEP, GL_KEEP);
  flat(.1 * n, 0, .8, .8, 0, .8, .8, 1);
  glDisable(GL_STENCIL_TEST);
}

static void init_mipmaps(void) {
  static const float corners[] = {-.9, -.9, 0, 0, .9, -.9, 8, 0, -.9, .9, 0, 8, .9, .9, 8, 8};
  make_vertex_array();
  use_program(VERTEX_TEXTURE, PIXEL_TEXTURE);
  make_buffer(GL_ARRAY_BUFFER, corners, sizeof corners, GL_STATIC_DRAW);
  attribute(0, 2, 4, 0);
  attribute(1, 2, 4, 2);
  make_texture(64, checkers(64, 0xff2020ff, 0xffffff40), GL_LINEAR_MIPMAP_LINEAR);
  glGenerateMipmap(GL_TEXTURE_2D);
}

static void init_samples(void) {
  GLuint samples;
  glGenFramebuffers(1, &framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glGenRenderbuffers(1, &samples);
  glBindRenderbuffer(GL_RENDERBUFFER, samples);
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, 4, GL_RGBA8, WIDTH, HEIGHT);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, samples);
  init_triangle();
}

static void frame_samples(int n) {
  (void)n;
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glClearColor(0, 0, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, target_framebuffer);
  glBlitFramebuffer(0, 0, WIDTH, HEIGHT, 0, 0, WIDTH, HEIGHT, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
}

static void init_query(void) {
  init_flat();
  glGenQueries(1, &query);
}

static void frame_query(int n) {
  GLuint samples = 0;
  (void)n;
  clear_all(0, .2, .2);
  glBeginQuery(GL_SAMPLES_PASSED, query);
  flat(0, 0, .5, .25, 1, 1, 0, 1);
  glEndQuery(GL_SAMPLES_PASSED);
  glGetQueryObjectuiv(query, GL_QUERY_RESULT, &samples);
  mark("value samples %u", samples);
}

static void init_two_targets(void) {
  glGenFramebuffers(1, &framebuffer);
  texture = make_texture(WIDTH, 0, GL_NEAREST);
  attach(framebuffer, GL_COLOR_ATTACHMENT0, target_texture);
  attach(framebuffer, GL_COLOR_ATTACHMENT1, texture);
  make_vertex_array();
  use_program(VERTEX_COLOUR, "layout(location=0) out vec4 x; layout(location=1) out vec4 y; in vec3 v;"
                             "void main(){ x=vec4(v,1.); y=vec4(1.-v,1.); }");
  make_buffer(GL_ARRAY_BUFFER, TRIANGLE, sizeof TRIANGLE, GL_STATIC_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
}

static void frame_two_targets(int n) {
  static const GLenum both[2] = {GL_COLOR_ATTACHMENT0, GL_COLOR_ATTACHMENT1};
  (void)n;
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glDrawBuffers(2, both);
  glClearColor(0, .1, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glReadBuffer(GL_COLOR_ATTACHMENT1);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, target_framebuffer);
  glBlitFramebuffer(0, 0, WIDTH, HEIGHT, 0, 0, WIDTH / 2, HEIGHT / 2, GL_COLOR_BUFFER_BIT, GL_LINEAR);
  glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
}

const struct scene pixel_scenes[] = {
    {"clear", init_none, frame_clear, 2},
    {"rtt", init_render_to_texture, frame_render_to_texture, 2},
    {"blend", init_flat, frame_blend, 2},
    {"scissor", init_flat, frame_scissor, 2},
    {"stencil", init_flat, frame_stencil, 2},
    {"mipmap", init_mipmaps, draw_quad, 1},
    {"msaa", init_samples, frame_samples, 1},
    {"query", init_query, frame_query, 2},
    {"mrt", init_two_targets, frame_two_targets, 1},
    {0},
};
