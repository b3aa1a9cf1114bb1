import { arrayOf, Struct } from '@cg/svga-protocol';

/*
 * The structures of include/uapi/drm/vmwgfx_drm.h, named after theirs and with their fields, as 64-bit Linux lays them
 * out: each field on a multiple of its size, so all padding is named. Nested structures are expanded. Enumerations are
 * u32. A 64-bit value that needs every bit is two words, the lower first.
 */

const word = 'u32' as const;
const words = arrayOf('u32', 2);

export const getparam = new Struct({ value: 'u64', param: word, pad64: word });

export const context = new Struct({ cid: 'i32', pad64: word });

export const surfaceCreateReq = new Struct({
  flags: word,
  format: word,
  mip_levels: arrayOf('u32', 6),
  size_addr: 'u64',
  shareable: 'i32',
  scanout: 'i32',
});

export const surface = new Struct({ sid: 'u32', handle_type: word });

const sizeFields = { width: word, height: word, depth: word, pad64: word } as const;

export const size = new Struct(sizeFields);

export const execbuf = new Struct({
  commands: 'u64',
  command_size: word,
  throttle_us: word,
  fence_rep: 'u64',
  version: word,
  flags: word,
  context_handle: word,
  imported_fence_fd: 'i32',
});

export const fenceRep = new Struct({
  handle: word,
  mask: word,
  seqno: word,
  passed_seqno: word,
  fd: 'i32',
  error: 'i32',
});

export const allocBoReq = new Struct({ size: word, pad64: word });

export const boRep = new Struct({
  map_handle: 'u64',
  handle: word,
  cur_gmr_id: word,
  cur_gmr_offset: word,
  pad64: word,
});

/** drm_vmw_handle_close_arg, drm_vmw_fence_arg, drm_vmw_shader_arg and drm.h's drm_gem_close: all are alike. */
export const handle = new Struct({ handle: word, pad64: word });

export const get3dCap = new Struct({ buffer: 'u64', max_size: word, pad64: word });

export const fenceWait = new Struct({
  handle: word,
  cookie_valid: 'i32',
  kernel_cookie: words,
  timeout_us: 'u64',
  lazy: 'i32',
  flags: 'i32',
  wait_options: 'i32',
  pad64: 'i32',
});

export const fenceSignaled = new Struct({
  handle: word,
  flags: word,
  signaled: 'i32',
  passed_seqno: word,
  signaled_flags: word,
  pad64: word,
});

export const eventFence = new Struct({
  type: word,
  length: word,
  user_data: words,
  tv_sec: word,
  tv_usec: word,
});

export const fenceEvent = new Struct({ fence_rep: 'u64', user_data: words, handle: word, flags: word });

export const shaderCreate = new Struct({
  shader_type: word,
  size: word,
  buffer_handle: word,
  shader_handle: word,
  offset: 'u64',
});

const gbSurfaceCreateFields = {
  svga3d_flags: word,
  format: word,
  mip_levels: word,
  drm_surface_flags: word,
  multisample_count: word,
  autogen_filter: word,
  buffer_handle: word,
  array_size: word,
  ...sizeFields,
} as const;

export const gbSurfaceCreateReq = new Struct(gbSurfaceCreateFields);

export const gbSurfaceCreateExtReq = new Struct({
  ...gbSurfaceCreateFields,
  version: word,
  svga3d_flags_upper_32_bits: word,
  multisample_pattern: word,
  quality_level: word,
  buffer_byte_stride: word,
  must_be_zero: word,
});

export const gbSurfaceCreateRep = new Struct({
  handle: word,
  backup_size: word,
  buffer_handle: word,
  buffer_size: word,
  buffer_map_handle: 'u64',
});

export const synccpu = new Struct({ op: word, flags: word, handle: word, pad64: word });

/* Of include/uapi/drm/drm.h. */

export const version = new Struct({
  version_major: 'i32',
  version_minor: 'i32',
  version_patchlevel: 'i32',
  pad: word,
  name_len: 'u64',
  name: 'u64',
  date_len: 'u64',
  date: 'u64',
  desc_len: 'u64',
  desc: 'u64',
});

export const getCap = new Struct({ capability: 'u64', value: 'u64' });

export const primeHandle = new Struct({ handle: word, flags: word, fd: 'i32' });

/* Structures of unsupported calls, for their request numbers. */

const rectFields = { x: 'i32', y: 'i32', w: word, h: word } as const;

export const controlStream = new Struct({
  stream_id: word,
  enabled: word,
  flags: word,
  color_key: word,
  handle: word,
  offset: word,
  format: 'i32',
  size: word,
  width: word,
  height: word,
  pitch: arrayOf('u32', 3),
  pad64: word,
  src: arrayOf(rectFields, 1),
  dst: arrayOf(rectFields, 1),
});

export const cursorBypass = new Struct({
  flags: word,
  crtc_id: word,
  xpos: 'i32',
  ypos: 'i32',
  xhot: 'i32',
  yhot: 'i32',
});

export const stream = new Struct({ stream_id: word, pad64: word });

export const present = new Struct({
  fb_id: word,
  sid: word,
  dest_x: 'i32',
  dest_y: 'i32',
  clips_ptr: 'u64',
  num_clips: word,
  pad64: word,
});

export const presentReadback = new Struct({
  fb_id: word,
  num_clips: word,
  clips_ptr: 'u64',
  fence_rep: 'u64',
});

export const updateLayout = new Struct({ num_outputs: word, pad64: word, rects: 'u64' });

export const msg = new Struct({ send: 'u64', receive: 'u64', send_only: 'i32', receive_len: word });

export const mksstatAdd = new Struct({
  stat: 'u64',
  info: 'u64',
  strs: 'u64',
  stat_len: 'u64',
  info_len: 'u64',
  strs_len: 'u64',
  description: 'u64',
  id: 'u64',
});

export const mksstatRemove = new Struct({ id: 'u64' });
