import { expect, it } from 'vitest';
import { warningsOf } from './kernel-log.js';

it('has warnings and errors, without those that come with the emulator or a program', () => {
  const log = `<6>[    1.0] vmwgfx 0000:00:0f.0: [drm] Running on SVGA version 2.
<3>[   45.2] [drm:vmw_msg_ioctl [vmwgfx]] *ERROR* Failed to open channel.
<4>[   49.0] hrtimer: interrupt took 34969459 ns
<4>[   50.0] vmwgfx 0000:00:0f.0: [drm] Command buffer error.
<3>[   51.0] [drm:vmw_execbuf_process [vmwgfx]] *ERROR* Failed to open channel
<3>[   51.5] [drm:vmw_kms_fb_create [vmwgfx]] *ERROR* failed to create vmw_framebuffer: -22
<5>[   52.0] random: crng init done
`;
  expect(warningsOf(log)).toEqual([
    '[   50.0] vmwgfx 0000:00:0f.0: [drm] Command buffer error.',
    '[   51.0] [drm:vmw_execbuf_process [vmwgfx]] *ERROR* Failed to open channel',
  ]);
});
