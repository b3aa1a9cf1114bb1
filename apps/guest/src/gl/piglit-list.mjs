/**
 * Prints the list of tests that `golden/piglit-quick.txt` has: every n-th of piglit's `quick` profile up to OpenGL 3.3.
 *
 *   node piglit-list.mjs <folder with quick_gl.xml.gz and quick_shader.xml.gz> [n] > golden/piglit-quick.txt
 *
 * The folder is `tests` of Debian's package piglit. `quick` has a third part, `glslparser`, which draws nothing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [folder = '.', step = '15'] = process.argv.slice(2);

/** Groups of tests outside of `spec`. Those of `glx`, `wgl` and `egl` need windows. */
const GENERAL = new Set(['shaders', 'hiz', 'fast_color_clear', 'object namespace pollution', 'security']);

const VERSIONS = /^(?:!opengl [12]\.\d|!opengl 3\.[0-3]|gl-3\.1|glsl-1\.\d\d(?:-compat)?|glsl-3\.30)$/;
const MOST_GLSL = 3.3;

/** More samples than any of the two drivers has, which then skips the test. */
const TOO_MANY_SAMPLES = /(?:multisample|2DMS).* (?:6|8|16|32)\b|-samples=(?:6|8|16|32)\b/;

/** Extensions that OpenGL 3.3 and the versions before it have taken in. */
const EXTENSIONS = new Set(
  `arb_blend_func_extended arb_color_buffer_float arb_copy_buffer arb_depth_buffer_float arb_depth_clamp
  arb_depth_texture arb_draw_buffers arb_draw_elements_base_vertex arb_draw_instanced arb_explicit_attrib_location
  arb_fragment_coord_conventions arb_fragment_program arb_fragment_program_shadow arb_framebuffer_object
  arb_framebuffer_srgb arb_geometry_shader4 arb_half_float_vertex arb_instanced_arrays arb_map_buffer_range
  arb_multisample arb_occlusion_query arb_occlusion_query2 arb_pixel_buffer_object arb_point_parameters
  arb_point_sprite arb_provoking_vertex arb_sampler_objects arb_seamless_cube_map arb_shader_bit_encoding
  arb_shader_objects arb_shader_texture_lod arb_sync arb_texture_buffer_object arb_texture_compression
  arb_texture_cube_map arb_texture_env_crossbar arb_texture_float arb_texture_multisample arb_texture_rectangle
  arb_texture_rg arb_texture_rgb10_a2ui arb_timer_query arb_uniform_buffer_object arb_vertex_array_bgra
  arb_vertex_array_object arb_vertex_buffer_object arb_vertex_program arb_vertex_type_2_10_10_10_rev
  ext_draw_buffers2 ext_draw_instanced ext_fog_coord ext_framebuffer_blit ext_framebuffer_multisample
  ext_framebuffer_object ext_gpu_shader4 ext_packed_depth_stencil ext_packed_float ext_provoking_vertex
  ext_texture_array ext_texture_compression_rgtc ext_texture_env_combine ext_texture_integer ext_texture_lod_bias
  ext_texture_shared_exponent ext_texture_snorm ext_texture_srgb ext_texture_swizzle ext_transform_feedback
  ext_vertex_array_bgra nv_conditional_render nv_primitive_restart sgis_generate_mipmap`.split(/\s+/),
);

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescape = (text) => text.replaceAll(/&(\w+);/g, (_, name) => ENTITIES[name]);

/** The tests of a profile: name, command, and options of the test. */
function testsOf(profile) {
  const xml = gunzipSync(readFileSync(join(folder, `${profile}.xml.gz`))).toString();
  return [...xml.matchAll(/<Test type="(\w+)" name="([^"]*)">(.*?)<\/Test>/g)].map(([, , name, body]) => {
    const options = Object.fromEntries(
      [...body.matchAll(/<option name="(\w+)" value="([^"]*)"/g)].map(([, key, value]) => [
        key,
        unescape(value),
      ]),
    );
    // The commands are lists in Python: ['program', 'argument'].
    const words = [...options.command.matchAll(/'([^']*)'/g)].map(([, word]) => word.trim()).filter(Boolean);
    return { name: unescape(name), words, options };
  });
}

function isUpTo33({ name, words, options }) {
  const [group, spec] = name.split('@');
  const isCovered = group === 'spec' ? VERSIONS.test(spec) || EXTENSIONS.has(spec) : GENERAL.has(group);
  const { api = "'core'", shader_version: glsl = '1.1' } = options;
  const isGenerated = words.some((word) => word.startsWith('generated_tests/'));
  // A word with a blank would be two on the list.
  const isPlain = words.every((word) => !/\s/.test(word));
  const isPossible = !TOO_MANY_SAMPLES.test(words.join(' '));
  return (
    isCovered && isPlain && isPossible && !isGenerated && !api.includes('gles') && Number(glsl) <= MOST_GLSL
  );
}

const tests = ['quick_gl', 'quick_shader']
  .flatMap(testsOf)
  .filter(isUpTo33)
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));
const chosen = tests.filter((_, i) => i % Number(step) === 0);
process.stdout.write(
  `# Every ${step}th of the ${tests.length} tests of piglit's quick profile up to OpenGL 3.3, by name (piglit-list.mjs).\n` +
    chosen.map(({ words }) => `${words.join(' ')}\n`).join(''),
);
