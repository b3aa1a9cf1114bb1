#!/usr/bin/env bash
# Samples of pixels outside the scissor rectangle, in targets of 4 samples, on Mesa's llvmpipe.
#
# The scissor test discards fragments by the integer coordinates of their pixel: of a pixel, all samples pass or none
# (OpenGL 4.6, 14.9.2).
#
# Version: Debian's libgl1-mesa-dri 22.3.6-1+deb12u2 (Debian 12).
# Expected before the run: row 0 keeps its content in all samples where the scissor begins at row 1, and column 0 where it
# begins at column 1                     (wrong: samples 2 and 3 of the row are drawn, and 1 and 3 of the column: those
#                                         in the half of the pixel next to the rectangle; right and top edges are right)
# Exits 0 while it behaves as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p cache/archives/partial && touch status
mesa=22.3.6-1+deb12u2
apt-get -qq -y -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1 \
  --no-install-recommends --download-only install \
  libegl1 "libegl-mesa0=$mesa" "libgl1-mesa-dri=$mesa" "libglapi-mesa=$mesa" "libgbm1=$mesa" > /dev/null 2>&1
for package in cache/archives/*.deb; do
  # The machine's own C library runs the programs.
  [[ $package == */libc6_* ]] || dpkg-deb -x "$package" root
done
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu):$(echo "$folder"/root/lib/*-linux-gnu)
export LIBGL_DRIVERS_PATH="${LD_LIBRARY_PATH%%:*}/dri" LIBGL_ALWAYS_SOFTWARE=1
export __EGL_VENDOR_LIBRARY_DIRS="$folder/root/usr/share/glvnd/egl_vendor.d"
cat > try.py << 'PYTHON'
from ctypes import CDLL, CFUNCTYPE, POINTER, c_char_p, c_int, c_ubyte, c_uint, c_void_p

egl = CDLL('libEGL.so.1')
for name in ('eglGetPlatformDisplay', 'eglCreateContext', 'eglGetProcAddress'):
    getattr(egl, name).restype = c_void_p
SURFACELESS_MESA, OPENGL, MAJOR, MINOR, NONE = 0x31DD, 0x30A2, 0x3098, 0x30FB, 0x3038
display = c_void_p(egl.eglGetPlatformDisplay(SURFACELESS_MESA, None, None))
egl.eglInitialize(display, None, None)
egl.eglBindAPI(OPENGL)
wanted = (c_int * 5)(MAJOR, 3, MINOR, 3, NONE)
context = c_void_p(egl.eglCreateContext(display, None, None, wanted))
egl.eglMakeCurrent(display, None, None, context)


def gl(name, *values):
    kinds = [c_uint if isinstance(v, int) else c_void_p if v is None else type(v) for v in values]
    return CFUNCTYPE(c_uint, *kinds)(egl.eglGetProcAddress(name.encode()))(*values)


def made(name):
    one = (c_uint * 1)()
    gl(name, 1, one)
    return one[0]


def program(fragment):
    triangle = 'void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }'
    one = gl('glCreateProgram')
    for kind, text in ((0x8B31, triangle), (0x8B30, fragment)):
        shader = gl('glCreateShader', kind)
        gl('glShaderSource', shader, 1, (c_char_p * 1)(f'#version 330\n{text}'.encode()), None)
        gl('glCompileShader', shader)
        gl('glAttachShader', one, shader)
    gl('glLinkProgram', one)
    return one


TEXTURE_2D, MULTISAMPLE, RGBA8, RGBA, BYTES = 0x0DE1, 0x9100, 0x8058, 0x1908, 0x1401
FRAMEBUFFER, COLOR_0, TRIANGLES, SCISSOR_TEST, COLOR_BIT = 0x8D40, 0x8CE0, 4, 0x0C11, 0x4000
white = program('out vec4 c; void main() { c = vec4(1.0); }')
sample = program(
    'uniform sampler2DMS t; uniform int s; out vec4 c; void main() { c = texelFetch(t, ivec2(gl_FragCoord.xy), s); }'
)
gl('glBindVertexArray', made('glGenVertexArrays'))
gl('glBindFramebuffer', FRAMEBUFFER, made('glGenFramebuffers'))
samples, plain = made('glGenTextures'), made('glGenTextures')
gl('glBindTexture', MULTISAMPLE, samples)
gl('glTexImage2DMultisample', MULTISAMPLE, 4, RGBA8, 4, 4, 1)
gl('glBindTexture', TEXTURE_2D, plain)
gl('glTexImage2D', TEXTURE_2D, 0, RGBA8, 4, 4, 0, RGBA, BYTES, None)
gl('glViewport', 0, 0, 4, 4)
print(CFUNCTYPE(c_char_p, c_uint)(egl.eglGetProcAddress(b'glGetString'))(0x1F01).decode().split()[0])
for box in ((0, 1, 4, 3), (1, 0, 3, 4), (0, 0, 4, 3), (0, 0, 3, 4)):
    gl('glFramebufferTexture2D', FRAMEBUFFER, COLOR_0, MULTISAMPLE, samples, 0)
    gl('glClear', COLOR_BIT)
    gl('glUseProgram', white)
    gl('glEnable', SCISSOR_TEST)
    gl('glScissor', *box)
    gl('glDrawArrays', TRIANGLES, 0, 3)
    gl('glDisable', SCISSOR_TEST)
    gl('glFramebufferTexture2D', FRAMEBUFFER, COLOR_0, TEXTURE_2D, plain, 0)
    gl('glUseProgram', sample)
    seen = []
    for s in range(4):
        gl('glUniform1i', gl('glGetUniformLocation', sample, c_char_p(b's')), s)
        gl('glDrawArrays', TRIANGLES, 0, 3)
        bytes_ = (c_ubyte * 64)()
        gl('glReadPixels', 0, 0, 4, 4, RGBA, BYTES, bytes_)
        seen.append(sum(1 for v in bytes_[::4] if v == 255))
    print('scissor', *box, 'pixels of each sample:', *seen)
PYTHON
python3 try.py | tee seen
diff - seen << 'EXPECTED'
llvmpipe
scissor 0 1 4 3 pixels of each sample: 12 12 16 16
scissor 1 0 3 4 pixels of each sample: 12 16 12 16
scissor 0 0 4 3 pixels of each sample: 12 12 12 12
scissor 0 0 3 4 pixels of each sample: 12 12 12 12
EXPECTED
