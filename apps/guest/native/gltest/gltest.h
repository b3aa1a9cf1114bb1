/*
 * Small OpenGL 3.3 programs («scenes») for i386 Linux with Mesa: each draws some frames into a texture of 256 x 256,
 * and reads it back. main is in gltest.c.
 */
#define GL_GLEXT_PROTOTYPES 1
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdint.h>

enum { WIDTH = 256, HEIGHT = 256 };

struct scene {
  const char *name;
  void (*init)(void);
  void (*frame)(int n);
  /* Frames drawn where the caller names no other number. */
  int frames;
};

/* Lists that end with a scene without a name. */
extern const struct scene buffer_scenes[];
extern const struct scene pixel_scenes[];
extern const struct scene shader_scenes[];
extern const struct scene window_scenes[];

/* Prints a line. On a terminal it has left the serial port on return. */
void mark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The target of the scenes, and its colours. */
extern GLuint target_framebuffer, target_texture;

/* gl-objects.c. All bind what they create. */
extern const char *const VERTEX_COLOUR, *const PIXEL_COLOUR, *const VERTEX_TEXTURE, *const PIXEL_TEXTURE;
/* Three vertices of x, y, red, green, blue; four of x, y, u, v. */
extern const float TRIANGLE[15], TEXTURED_QUAD[16];
GLuint link_program(const char *vertex, const char *geometry, const char *pixel, const char *captured);
GLuint use_program(const char *vertex, const char *pixel);
GLuint make_buffer(GLenum target, const void *data, int bytes, GLenum usage);
GLuint make_texture(int size, const void *data, GLenum min_filter);
void make_vertex_array(void);
/* Floats of the bound buffer; stride and offset in floats. */
void attribute(int index, int floats, int stride, int offset);
void clear_all(float red, float green, float blue);
/* size x size texels in squares of 8; the same memory at each call. */
uint32_t *checkers(int size, uint32_t one, uint32_t other);
void init_triangle(void);
void init_textured_quad(void);
void draw_quad(int n);
/* Rectangles of one colour. */
void init_flat(void);
void flat(float x, float y, float width, float height, float red, float green, float blue, float alpha);
