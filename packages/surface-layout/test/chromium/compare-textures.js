/**
 * Runs in a page. `compareTextures` fills one texture with `before` and applies the writes to it, which take
 * `after`; it fills another with `expected`, whole levels at a time; and it samples both.
 */
globalThis.compareTextures = ({ texture, levels, writes, ...bytes }) => {
  const gl = (globalThis.cgContext ??= new OffscreenCanvas(1, 1).getContext('webgl2'));
  if (texture.extension !== undefined && gl.getExtension(texture.extension) === null) {
    return { lacks: texture.extension };
  }
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const [before, after, expected] = [bytes.before, bytes.after, bytes.expected].map((text) => {
    const view = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return texture.array === 'Uint8Array' ? view : new globalThis[texture.array](view.buffer);
  });

  function make() {
    const { call, target, internalFormat, width, height, depth } = texture;
    const made = gl.createTexture();
    gl.bindTexture(target, made);
    const size = call === 'texStorage3D' ? [width, height, depth] : [width, height];
    gl[call](target, texture.levels, internalFormat, ...size);
    gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, gl.NEAREST_MIPMAP_NEAREST);
    gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    return made;
  }

  function write(data, { call, target, level, xoffset, yoffset, zoffset, width, height, depth, ...source }) {
    const is3D = call.endsWith('3D');
    const box = is3D ? [xoffset, yoffset, zoffset, width, height, depth] : [xoffset, yoffset, width, height];
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, source.unpackRowLength);
    gl.pixelStorei(gl.UNPACK_IMAGE_HEIGHT, source.unpackImageHeight);
    if (call.startsWith('compressed')) {
      gl[call](target, level, ...box, texture.format, data, source.srcOffset, source.srcLength);
    } else {
      gl[call](target, level, ...box, texture.format, texture.type, data, source.srcOffset);
    }
  }

  const written = make();
  levels.forEach((level) => write(before, level));
  const untouched = sampleAll(gl, written, texture, levels);
  gl.bindTexture(texture.target, written);
  writes.forEach((box) => write(after, box));
  const sampled = sampleAll(gl, written, texture, levels);
  const reference = make();
  levels.forEach((level) => write(expected, level));
  const wanted = sampleAll(gl, reference, texture, levels);
  gl.deleteTexture(written);
  gl.deleteTexture(reference);
  return { error: gl.getError(), wrong: differ(sampled, wanted), changed: differ(untouched, wanted) };
};

function differ(a, b) {
  return a.reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0);
}

/** All texels as bits, level by level. */
function sampleAll(gl, texture, { name, target, levels: count, width, height, depth }) {
  const prefix = name.endsWith('UI') ? 'u' : /\dI$/.test(name) ? 'i' : '';
  const isFlat = target === gl.TEXTURE_2D;
  const isCube = target === gl.TEXTURE_CUBE_MAP;
  const isVolume = target === gl.TEXTURE_3D;
  const program = programOf(gl, prefix, isFlat ? '2D' : isCube ? 'Cube' : isVolume ? '3D' : '2DArray');
  gl.useProgram(program);
  gl.bindTexture(target, texture);
  const out = [];
  for (let level = 0; level < count; level++) {
    const halved = (length) => Math.max(Math.floor(length / 2 ** level), 1);
    const images = isCube ? 6 : isVolume ? halved(depth) : depth;
    for (let image = 0; image < images; image++) {
      gl.uniform3i(gl.getUniformLocation(program, 'at'), level, image, halved(width));
      gl.viewport(0, 0, halved(width), halved(height));
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      const texels = new Uint32Array(4 * halved(width) * halved(height));
      gl.readPixels(0, 0, halved(width), halved(height), gl.RGBA_INTEGER, gl.UNSIGNED_INT, texels);
      out.push(...texels);
    }
  }
  return out;
}

const fetches = {
  '2D': 'texelFetch(texels, xy, at.x)',
  '2DArray': 'texelFetch(texels, ivec3(xy, at.y), at.x)',
  '3D': 'texelFetch(texels, ivec3(xy, at.y), at.x)',
  Cube: 'textureLod(texels, direction((2.0 * vec2(xy) + 1.0) / float(at.z) - 1.0), float(at.x))',
};

const programs = new Map();

function programOf(gl, prefix, kind) {
  const key = prefix + kind;
  if (!programs.has(key)) {
    const program = gl.createProgram();
    const shader = (type, source) => {
      const made = gl.createShader(type);
      gl.shaderSource(made, `#version 300 es\n${source}`);
      gl.compileShader(made);
      gl.attachShader(program, made);
    };
    shader(
      gl.VERTEX_SHADER,
      'void main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1, 0, 1); }',
    );
    shader(
      gl.FRAGMENT_SHADER,
      `precision highp float; precision highp int;
      uniform highp ${prefix}sampler${kind} texels;
      uniform ivec3 at; // level, image, width
      out uvec4 bits;
      // Table 3.17 of OpenGL ES 3.0, turned round.
      vec3 direction(vec2 p) {
        return at.y == 0 ? vec3(1, -p.y, -p.x) : at.y == 1 ? vec3(-1, -p.y, p.x) :
          at.y == 2 ? vec3(p.x, 1, p.y) : at.y == 3 ? vec3(p.x, -1, -p.y) :
          at.y == 4 ? vec3(p.x, -p.y, 1) : vec3(-p.x, -p.y, -1);
      }
      void main() {
        ivec2 xy = ivec2(gl_FragCoord.xy);
        bits = ${prefix === '' ? 'floatBitsToUint' : 'uvec4'}(${fetches[kind]});
      }`,
    );
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      throw new Error(
        `${key}: ${gl
          .getAttachedShaders(program)
          .map((made) => gl.getShaderInfoLog(made))
          .join()}`,
      );
    }
    const target = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, target);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32UI, 64, 64);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, target, 0);
    programs.set(key, program);
  }
  return programs.get(key);
}
