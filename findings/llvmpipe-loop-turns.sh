#!/usr/bin/env bash
# How often Mesa's llvmpipe runs a loop of a shader.
#
# GLSL sets no limit for the turns of a loop; a GPU that takes too long is reset, and the context lost.
#
# Version: Debian's libgl1-mesa-dri 22.3.6-1+deb12u2 (Debian 12).
# Expected before the run: a loop counts to 100,000, as no time limit is near    (wrong: it ends after 65,535 turns, and
#                          the shader goes on; no error, and nothing in the context tells)
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


TEXTURE_2D, RGBA8, RGBA, BYTES, FRAMEBUFFER, COLOR_0, TRIANGLES = 0x0DE1, 0x8058, 0x1908, 0x1401, 0x8D40, 0x8CE0, 4
counting = program("""uniform int turns; uniform int step; out vec4 c;
void main() {
  int n = 0;
  for (int i = 0; i < turns; i++) n += step;
  c = vec4(n & 255, (n >> 8) & 255, (n >> 16) & 255, 255) / 255.0;
}""")
gl('glBindVertexArray', made('glGenVertexArrays'))
gl('glBindFramebuffer', FRAMEBUFFER, made('glGenFramebuffers'))
target = made('glGenTextures')
gl('glBindTexture', TEXTURE_2D, target)
gl('glTexImage2D', TEXTURE_2D, 0, RGBA8, 1, 1, 0, RGBA, BYTES, None)
gl('glFramebufferTexture2D', FRAMEBUFFER, COLOR_0, TEXTURE_2D, target, 0)
gl('glViewport', 0, 0, 1, 1)
gl('glUseProgram', counting)
gl('glUniform1i', gl('glGetUniformLocation', counting, c_char_p(b'step')), 1)
print(CFUNCTYPE(c_char_p, c_uint)(egl.eglGetProcAddress(b'glGetString'))(0x1F01).decode().split()[0])
for turns in (1000, 65535, 65536, 100000):
    gl('glUniform1i', gl('glGetUniformLocation', counting, c_char_p(b'turns')), turns)
    gl('glDrawArrays', TRIANGLES, 0, 3)
    pixel = (c_ubyte * 4)()
    gl('glReadPixels', 0, 0, 1, 1, RGBA, BYTES, pixel)
    print(turns, 'turns count', pixel[0] | pixel[1] << 8 | pixel[2] << 16, 'error', gl('glGetError'))
PYTHON
python3 try.py | tee seen
diff - seen << 'EXPECTED'
llvmpipe
1000 turns count 1000 error 0
65535 turns count 65535 error 0
65536 turns count 65535 error 0
100000 turns count 65535 error 0
EXPECTED
