#!/usr/bin/env bash
# The size of a texture's level on Mesa's llvmpipe, where the level differs from pixel to pixel.
#
# textureSize(t, lod) is the size of level lod of each invocation (GLSL 4.60, 8.9.1): nothing says that lod is uniform.
#
# Version: Debian's libgl1-mesa-dri 22.3.6-1+deb12u2 (Debian 12).
# Expected before the run:
#   1. each pixel of a row of 4 has the size of the level that it asks for      (wrong: all have the first pixel's)
#   2. texelFetch takes the level of each pixel                                 (right)
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


TEXTURE_2D, RGBA8, RGBA, BYTES, NEAREST, NEAREST_MIPMAP_NEAREST = 0x0DE1, 0x8058, 0x1908, 0x1401, 0x2600, 0x2700
FRAMEBUFFER, COLOR_0, TRIANGLES, MAG_FILTER, MIN_FILTER = 0x8D40, 0x8CE0, 4, 0x2800, 0x2801
gl('glBindVertexArray', made('glGenVertexArrays'))
gl('glBindFramebuffer', FRAMEBUFFER, made('glGenFramebuffers'))
target, mips = made('glGenTextures'), made('glGenTextures')
gl('glBindTexture', TEXTURE_2D, target)
gl('glTexImage2D', TEXTURE_2D, 0, RGBA8, 4, 1, 0, RGBA, BYTES, None)
gl('glFramebufferTexture2D', FRAMEBUFFER, COLOR_0, TEXTURE_2D, target, 0)
gl('glViewport', 0, 0, 4, 1)
gl('glBindTexture', TEXTURE_2D, mips)
for level, side in enumerate((16, 8, 4, 2, 1)):
    texels = (c_ubyte * (4 * side * side))(*([10 * level] * (4 * side * side)))
    gl('glTexImage2D', TEXTURE_2D, level, RGBA8, side, side, 0, RGBA, BYTES, texels)
gl('glTexParameteri', TEXTURE_2D, MIN_FILTER, NEAREST_MIPMAP_NEAREST)
gl('glTexParameteri', TEXTURE_2D, MAG_FILTER, NEAREST)
print(CFUNCTYPE(c_char_p, c_uint)(egl.eglGetProcAddress(b'glGetString'))(0x1F01).decode().split()[0])
for name, value in (
    ('textureSize', 'vec4(textureSize(t, int(gl_FragCoord.x)).x) / 255.0'),
    ('texelFetch', 'texelFetch(t, ivec2(0), int(gl_FragCoord.x))'),
):
    gl('glUseProgram', program(f'uniform sampler2D t; out vec4 c; void main() {{ c = {value}; }}'))
    gl('glDrawArrays', TRIANGLES, 0, 3)
    row = (c_ubyte * 16)()
    gl('glReadPixels', 0, 0, 4, 1, RGBA, BYTES, row)
    print(name, *row[::4])
PYTHON
python3 try.py | tee seen
printf 'llvmpipe\ntextureSize 16 16 16 16\ntexelFetch 0 10 20 30\n' | diff - seen
