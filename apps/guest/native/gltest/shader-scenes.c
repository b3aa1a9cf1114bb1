/* Scenes of shaders, of the textures that they read, and of primitives. */
#include "gltest.h"
#include <math.h>

static GLint phase;

static void init_instances(void) {
  static const float corners[] = {-.1, -.1, .1, -.1, 0, .1};
  float colours[16 * 3];
  for (int i = 0; i < 16; i++) {
    colours[3 * i] = i / 15.;
    colours[3 * i + 1] = 1 - i / 15.;
    colours[3 * i + 2] = .5;
  }
  make_vertex_array();
  use_program("in vec2 a; in vec3 b; out vec3 v; void main(){ v=b; int i=gl_InstanceID;"
              "gl_Position=vec4(a+vec2(float(i%4),float(i/4))*.45-.7,0.,1.); }",
              PIXEL_COLOUR);
  make_buffer(GL_ARRAY_BUFFER, corners, sizeof corners, GL_STATIC_DRAW);
  attribute(0, 2, 2, 0);
  make_buffer(GL_ARRAY_BUFFER, colours, sizeof colours, GL_STATIC_DRAW);
  attribute(1, 3, 3, 0);
  glVertexAttribDivisor(1, 1);
}

static void frame_instances(int n) {
  clear_all(0, 0, .3);
  glDrawArraysInstanced(GL_TRIANGLES, 0, 3, 16 - n % 16);
}

static void init_capture(void) {
  make_vertex_array();
  link_program("in vec2 a; in vec3 b; out vec3 v; void main(){ v=b; gl_Position=vec4(a*2.,3.,1.); }", 0, PIXEL_COLOUR,
               "gl_Position");
  make_buffer(GL_ARRAY_BUFFER, TRIANGLE, sizeof TRIANGLE, GL_STATIC_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
  GLuint captured = make_buffer(GL_TRANSFORM_FEEDBACK_BUFFER, 0, 256, GL_STREAM_READ);
  glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 0, captured);
}

static void frame_capture(int n) {
  float read[12];
  (void)n;
  clear_all(0, 0, 0);
  glEnable(GL_RASTERIZER_DISCARD);
  glBeginTransformFeedback(GL_TRIANGLES);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glEndTransformFeedback();
  glDisable(GL_RASTERIZER_DISCARD);
  glGetBufferSubData(GL_TRANSFORM_FEEDBACK_BUFFER, 0, sizeof read, read);
  mark("value captured %g %g %g %g %g %g", read[0], read[1], read[2], read[3], read[4], read[5]);
}

static void init_geometry(void) {
  make_vertex_array();
  link_program("in vec2 a; in vec3 b; out vec3 w; void main(){ w=b; gl_Position=vec4(a,0.,1.); }",
               "layout(points) in; layout(triangle_strip,max_vertices=4) out; in vec3 w[]; out vec3 v;"
               "void main(){ for(int i=0;i<4;i++){ v=w[0];"
               "gl_Position=gl_in[0].gl_Position+vec4(vec2(i&1,i>>1)*.3-.15,0.,0.); EmitVertex(); } EndPrimitive(); }",
               PIXEL_COLOUR, 0);
  make_buffer(GL_ARRAY_BUFFER, TRIANGLE, sizeof TRIANGLE, GL_STATIC_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
}

static void frame_geometry(int n) {
  (void)n;
  clear_all(.1, 0, 0);
  glDrawArrays(GL_POINTS, 0, 3);
}

static void bind_quad(void) {
  make_buffer(GL_ARRAY_BUFFER, TEXTURED_QUAD, sizeof TEXTURED_QUAD, GL_STATIC_DRAW);
  attribute(0, 2, 4, 0);
  attribute(1, 2, 4, 2);
}

static void init_cube_map(void) {
  GLuint texture;
  make_vertex_array();
  use_program("in vec2 a; in vec2 b; out vec3 v; void main(){ v=vec3((b*2.-1.)*1.5,.7); gl_Position=vec4(a,0.,1.); }",
              "in vec3 v; out vec4 o; uniform samplerCube t; void main(){ o=texture(t,v); }");
  bind_quad();
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_CUBE_MAP, texture);
  for (int face = 0; face < 6; face++) {
    int channel = face % 3 * 8;
    uint32_t dark = 0xff000000 | 0x40 << channel;
    uint32_t light = 0xff000000 | 0xff << channel | (face > 2 ? 0x808080 : 0);
    glTexImage2D(GL_TEXTURE_CUBE_MAP_POSITIVE_X + face, 0, GL_RGBA8, 32, 32, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                 checkers(32, dark, light));
  }
  glTexParameteri(GL_TEXTURE_CUBE_MAP, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
}

static void make_array_texture(void) {
  glTexImage3D(GL_TEXTURE_2D_ARRAY, 0, GL_RGBA8, 16, 16, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, 0);
  for (int layer = 0; layer < 4; layer++) {
    glTexSubImage3D(GL_TEXTURE_2D_ARRAY, 0, 0, 0, layer, 16, 16, 1, GL_RGBA, GL_UNSIGNED_BYTE,
                    checkers(16, 0xff000040 << layer, 0xffffffff));
  }
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_WRAP_S, GL_MIRRORED_REPEAT);
}

static void make_volume(void) {
  static uint32_t texels[8 * 8 * 8];
  for (int i = 0; i < 512; i++) {
    texels[i] = 0xff000000 | (i % 8 * 32) | (i / 8 % 8 * 32 << 8) | (i / 64 * 32 << 16);
  }
  glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA8, 8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
  glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
}

static void make_integers(void) {
  int texels[64];
  for (int i = 0; i < 64; i++) {
    texels[i] = i * 2;
  }
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA32I, 4, 4, 0, GL_RGBA_INTEGER, GL_INT, texels);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

static void init_texture_kinds(void) {
  GLuint textures[3];
  make_vertex_array();
  GLuint program = use_program(
      VERTEX_TEXTURE, "in vec2 v; out vec4 o; uniform sampler2DArray t; uniform sampler3D w; uniform isampler2D n;"
                      "void main(){ o=mix(texture(t,vec3(v*2.,floor(v.x*4.))),texture(w,vec3(v,v.y)),.5)"
                      "+vec4(texelFetch(n,ivec2(v*4.),0))/255.; }");
  bind_quad();
  glGenTextures(3, textures);
  glBindTexture(GL_TEXTURE_2D_ARRAY, textures[0]);
  make_array_texture();
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_3D, textures[1]);
  make_volume();
  glActiveTexture(GL_TEXTURE2);
  glBindTexture(GL_TEXTURE_2D, textures[2]);
  make_integers();
  glActiveTexture(GL_TEXTURE0);
  glUniform1i(glGetUniformLocation(program, "t"), 0);
  glUniform1i(glGetUniformLocation(program, "w"), 1);
  glUniform1i(glGetUniformLocation(program, "n"), 2);
}

static void init_loops(void) {
  static const float colours[16] = {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1};
  make_vertex_array();
  GLuint program =
      use_program(VERTEX_TEXTURE, "in vec2 v; out vec4 o; uniform vec4 k[4]; uniform float z;"
                                  "void main(){ vec2 c=v*3.-vec2(2.,1.5),q=c; float n=0.;"
                                  "for(int i=0;i<24;i++){ if(dot(q,q)>4.) break;"
                                  "q=vec2(q.x*q.x-q.y*q.y,2.*q.x*q.y)+c; n+=1.; }"
                                  "if(n<2.&&v.x<.1) discard;"
                                  "o=k[int(mod(n,4.))]*(n/24.)+vec4(abs(dFdx(v.x))*20.,fract(sin(v.y*9.)*z),0.,1.); }");
  glUniform4fv(glGetUniformLocation(program, "k"), 4, colours);
  phase = glGetUniformLocation(program, "z");
  bind_quad();
}

static void frame_loops(int n) {
  glUniform1f(phase, 1 + n);
  draw_quad(n);
}

static void init_primitives(void) {
  static const uint8_t indices[] = {0, 10, 20, 255, 5, 15, 25, 35};
  float vertices[40 * 5];
  for (int i = 0; i < 40; i++) {
    float *vertex = vertices + 5 * i;
    vertex[0] = cosf(i * .157) * .9;
    vertex[1] = sinf(i * .157) * .9;
    vertex[2] = i & 1;
    vertex[3] = i / 40.;
    vertex[4] = 1;
  }
  make_vertex_array();
  use_program(VERTEX_COLOUR, PIXEL_COLOUR);
  make_buffer(GL_ARRAY_BUFFER, vertices, sizeof vertices, GL_STATIC_DRAW);
  attribute(0, 2, 5, 0);
  attribute(1, 3, 5, 2);
  make_buffer(GL_ELEMENT_ARRAY_BUFFER, indices, sizeof indices, GL_STATIC_DRAW);
}

static void frame_primitives(int n) {
  (void)n;
  clear_all(0, 0, 0);
  glPointSize(5);
  glDrawArrays(GL_POINTS, 0, 10);
  glDrawArrays(GL_LINE_LOOP, 10, 10);
  glDrawArrays(GL_LINES, 20, 10);
  glDrawArrays(GL_TRIANGLE_FAN, 30, 8);
  glEnable(GL_PRIMITIVE_RESTART);
  glPrimitiveRestartIndex(255);
  glDrawElements(GL_LINE_STRIP, 8, GL_UNSIGNED_BYTE, 0);
  glDisable(GL_PRIMITIVE_RESTART);
  glEnable(GL_CULL_FACE);
  glCullFace(GL_FRONT);
  glDrawArrays(GL_TRIANGLES, 0, 6);
  glDisable(GL_CULL_FACE);
}

const struct scene shader_scenes[] = {
    {"instance", init_instances, frame_instances, 2}, {"xfb", init_capture, frame_capture, 1},
    {"gs", init_geometry, frame_geometry, 1},         {"cubemap", init_cube_map, draw_quad, 1},
    {"texarr", init_texture_kinds, draw_quad, 1},     {"flow", init_loops, frame_loops, 2},
    {"prims", init_primitives, frame_primitives, 1},  {0},
};
