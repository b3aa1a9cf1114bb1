import { CommandWriter, SVGA_CAP, SVGA_FIFO, SVGA_OTABLE, SVGA_REG, SVGA3D_MOBFMT } from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { formatByName } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import { FRAMEBUFFER_ID, TexelCodec } from '../index.js';
import type { SvgaEvent } from '../index.js';

const PAGE = 4096;
const ENABLED = 1;
const HIDDEN = 3;

interface Mode {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
}

/** A guest with a legacy driver: mode registers, VRAM and the ring. */
class LegacyGuest extends TestGuest {
  readonly told: SvgaEvent[] = [];
  #next = PAGE;

  constructor(mode?: Mode, vramBytes = 2 ** 20) {
    super({ vramBytes, displayWidth: 320, displayHeight: 200 });
    this.device.events.listen((event) => {
      if (event.kind !== 'command-starts' && event.kind !== 'command-done') {
        this.told.push(event);
      }
    });
    if (mode !== undefined) {
      this.setMode(mode);
    }
    this.writeRegister(SVGA_REG.ENABLE, ENABLED);
    this.device.fifo.set([PAGE, this.device.fifo.byteLength, PAGE, PAGE], SVGA_FIFO.MIN);
    this.writeRegister(SVGA_REG.CONFIG_DONE, 1);
  }

  setMode({ width, height, bits }: Mode): void {
    this.writeRegister(SVGA_REG.WIDTH, width);
    this.writeRegister(SVGA_REG.HEIGHT, height);
    this.writeRegister(SVGA_REG.BITS_PER_PIXEL, bits);
  }

  /** Through the ring. */
  send<N extends CommandName>(name: N, fields: CommandFields<N>): void {
    const writer = new CommandWriter();
    writer.write(name, fields);
    new Uint8Array(this.device.fifo.buffer).set(writer.bytes, this.#next);
    this.#next += writer.bytes.length;
    this.device.fifo[SVGA_FIFO.NEXT_CMD] = this.#next;
    this.writeRegister(SVGA_REG.SYNC, 1);
    expect(this.readRegister(SVGA_REG.BUSY)).toBe(0);
  }

  update(x: number, y: number, width: number, height: number): void {
    this.send('UPDATE', { x, y, width, height });
  }

  pixel(x: number, y: number): number[] | undefined {
    const image = this.device.screenTarget(FRAMEBUFFER_ID);
    const at = 4 * (y * (image?.width ?? 0) + x);
    return image && [...image.pixels.subarray(at, at + 4)];
  }

  kinds(): string[] {
    return this.told.splice(0).map((event) => event.kind);
  }
}

const errorOf = ({ device }: TestGuest) => (device.lastError as { code?: string } | undefined)?.code;

describe('the mode registers', () => {
  it.each([
    [8, 1, 8, [0, 0, 0], 1],
    [15, 2, 15, [0x7c00, 0x3e0, 0x1f], 0],
    [16, 2, 16, [0xf800, 0x7e0, 0x1f], 0],
    [24, 3, 24, [0xff_0000, 0xff00, 0xff], 0],
    [32, 4, 24, [0xff_0000, 0xff00, 0xff], 0],
  ])('with %i bits for a pixel: %i bytes, their depth and masks', (bits, bytes, depth, masks, isPalette) => {
    const guest = new LegacyGuest({ width: 101, height: 10, bits });
    const { BYTES_PER_LINE, DEPTH, RED_MASK, GREEN_MASK, BLUE_MASK, PSEUDOCOLOR } = SVGA_REG;
    expect(guest.readRegister(BYTES_PER_LINE)).toBe(4 * Math.ceil((101 * bytes) / 4));
    expect(guest.readRegister(DEPTH)).toBe(depth);
    expect([RED_MASK, GREEN_MASK, BLUE_MASK].map((mask) => guest.readRegister(mask))).toEqual(masks);
    expect(guest.readRegister(PSEUDOCOLOR)).toBe(isPalette);
  });

  it('keep the depth that the device has when the guest writes one that it has not', () => {
    const guest = new LegacyGuest({ width: 8, height: 8, bits: 16 });
    [0, 1, 4, 12, 64, 0xffff_ffff].forEach((bits) => guest.writeRegister(SVGA_REG.BITS_PER_PIXEL, bits));
    expect(guest.readRegister(SVGA_REG.BITS_PER_PIXEL)).toBe(16);
  });

  it('the capabilities say what is there', () => {
    const capabilities = new LegacyGuest().readRegister(SVGA_REG.CAPABILITIES);
    expect(capabilities & SVGA_CAP.RECT_COPY).not.toBe(0);
    expect(capabilities & SVGA_CAP['8BIT_EMULATION']).not.toBe(0);
  });
});

describe('UPDATE', () => {
  it.each([8, 15, 16, 24, 32])('shows VRAM of %i bits for a pixel, in its rectangle only', (bits) => {
    const [width, height] = [33, 5];
    const guest = new LegacyGuest({ width, height, bits });
    const { vram } = guest.device;
    vram.set(noise(PAGE, bits));
    for (let i = 0; i < 768; i++) {
      guest.writeRegister(SVGA_REG.PALETTE_BASE + i, (i * 7) % 256);
    }
    const pitch = guest.readRegister(SVGA_REG.BYTES_PER_LINE);
    guest.update(2, 1, 30, 3);
    const format = formatByName(bits === 15 ? 'X1R5G5B5' : 'R5G6B5');
    const codec = format && TexelCodec.of(format, false);
    const color = new Float64Array(4);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * pitch + x * Math.ceil(bits / 8);
        let expected = [vram[at + 2], vram[at + 1], vram[at], 255];
        if (bits === 8) {
          expected = [...[0, 1, 2].map((i) => ((3 * vram[at] + i) * 7) % 256), 255];
        } else if (bits < 24) {
          codec?.decode(vram, at, color);
          expected = [...[0, 1, 2].map((i) => Math.round(255 * color[i])), 255];
        }
        const isInside = x >= 2 && x < 32 && y >= 1 && y < 4;
        expect(guest.pixel(x, y)).toEqual(isInside ? expected : [0, 0, 0, 255]);
      }
    }
  });

  it('every value of 16 and of 15 bits is the colour that surfaces of such texels have', () => {
    for (const [bits, name] of [
      [16, 'R5G6B5'],
      [15, 'X1R5G5B5'],
    ] as const) {
      const guest = new LegacyGuest({ width: 256, height: 256, bits });
      new Uint16Array(guest.device.vram.buffer).set(Uint16Array.from({ length: 65536 }, (_, i) => i));
      guest.update(0, 0, 256, 256);
      const format = formatByName(name);
      const codec = format && TexelCodec.of(format, false);
      const color = new Float64Array(4);
      const { pixels } = guest.device.screenTarget(FRAMEBUFFER_ID) ?? {};
      const wrong = Array.from({ length: 65536 }, (_, i) => i).filter((i) => {
        codec?.decode(guest.device.vram, 2 * i, color);
        return [0, 1, 2].some((channel) => pixels?.[4 * i + channel] !== Math.round(255 * color[channel]));
      });
      expect(wrong).toEqual([]);
    }
  });

  it('of a large screen shows what it took, beside pixels that it did not take', () => {
    const [width, height] = [301, 223];
    const guest = new LegacyGuest({ width, height, bits: 32 });
    const bytes = noise(4 * width * height);
    guest.device.vram.set(bytes);
    const texel = (x: number, y: number): number[] => {
      const [blue, green, red] = bytes.subarray(4 * (y * width + x));
      return [red, green, blue, 255];
    };
    guest.update(3, 5, 7, 9);
    expect([guest.pixel(2, 5), guest.pixel(9, 13), guest.pixel(10, 13)]).toEqual([
      [0, 0, 0, 255],
      texel(9, 13),
      [0, 0, 0, 255],
    ]);
    guest.update(0, 0, width, height);
    expect([guest.pixel(0, 0), guest.pixel(150, 111), guest.pixel(width - 1, height - 1)]).toEqual([
      texel(0, 0),
      texel(150, 111),
      texel(width - 1, height - 1),
    ]);
  });

  it('clips its rectangle to the screen, and tells of what it has shown', () => {
    const guest = new LegacyGuest({ width: 10, height: 10, bits: 32 });
    guest.kinds();
    guest.update(8, 9, 0xffff_ffff, 0xffff_ffff);
    guest.update(10, 0, 1, 1);
    guest.update(0xffff_ffff, 0xffff_ffff, 1, 1);
    expect(guest.told).toEqual(
      [
        { kind: 'screen-resized', screenTargetId: FRAMEBUFFER_ID, width: 10, height: 10, xRoot: 0, yRoot: 0 },
        { kind: 'screen-updated', screenTargetId: FRAMEBUFFER_ID, rect: { x: 8, y: 9, w: 2, h: 1 } },
      ].slice(1),
    );
    expect(errorOf(guest)).toBeUndefined();
  });

  it('a mode whose rows do not fit into VRAM, or none, is no screen; nothing is refused', () => {
    for (const mode of [
      { width: 1024, height: 1024, bits: 32 },
      { width: 0, height: 10, bits: 32 },
      { width: 0xffff_ffff, height: 0xffff_ffff, bits: 32 },
    ]) {
      const guest = new LegacyGuest(mode);
      guest.update(0, 0, 1, 1);
      expect([guest.device.shownScreens, guest.pixel(0, 0), errorOf(guest)]).toEqual([
        [],
        undefined,
        undefined,
      ]);
    }
  });

  it('PITCHLOCK is the distance of rows; below a row’s bytes it is no mode', () => {
    const guest = new LegacyGuest({ width: 4, height: 2, bits: 32 });
    guest.writeRegister(SVGA_REG.PITCHLOCK, 100);
    guest.device.vram.set([1, 2, 3], 104);
    guest.update(0, 0, 4, 2);
    expect(guest.pixel(1, 1)).toEqual([3, 2, 1, 255]);
    guest.writeRegister(SVGA_REG.PITCHLOCK, 12);
    guest.device.advance(1);
    expect(guest.device.shownScreens).toEqual([]);
  });

  it('a new palette recolours the screen without an UPDATE', () => {
    const guest = new LegacyGuest({ width: 4, height: 2, bits: 8 });
    guest.device.vram[5] = 1;
    guest.update(0, 0, 4, 2);
    guest.device.advance(1);
    guest.kinds();
    [9, 8, 7].forEach((value, i) => guest.writeRegister(SVGA_REG.PALETTE_BASE + 3 + i, value));
    guest.device.advance(2);
    expect([guest.pixel(1, 1), guest.kinds()]).toEqual([[9, 8, 7, 255], ['screen-updated']]);
    guest.device.advance(3);
    expect(guest.kinds()).toEqual([]);
  });
});

describe('RECT_COPY', () => {
  const size = { width: 20, height: 20, bits: 16 };

  it.each([
    [0, 0, 3, 2],
    [3, 2, 0, 0],
    [0, 5, 4, 5],
    [4, 5, 0, 5],
  ])(
    'from (%i, %i) to (%i, %i) moves VRAM as if by way of a copy, and shows it',
    (srcX, srcY, destX, destY) => {
      const guest = new LegacyGuest(size);
      const { vram } = guest.device;
      vram.set(noise(800, 3));
      const before = vram.slice();
      const at = (x: number, y: number): number => 40 * y + 2 * x;
      guest.send('RECT_COPY', { srcX, srcY, destX, destY, width: 12, height: 9 });
      for (let y = 0; y < 9; y++) {
        const from = at(srcX, srcY + y);
        before.set(noise(800, 3).subarray(from, from + 24), at(destX, destY + y));
      }
      expect(Buffer.compare(vram, before)).toBe(0);
      expect(guest.told.at(-1)).toMatchObject({ rect: { x: destX, y: destY, w: 12, h: 9 } });
    },
  );

  it('outside the screen is refused, and by another operation than copying', () => {
    const guest = new LegacyGuest(size);
    guest.device.vram.set(noise(800));
    const before = guest.device.vram.slice();
    const copy = { srcX: 0, srcY: 0, destX: 0, destY: 0, width: 1, height: 1 };
    for (const bad of [{ srcX: 20 }, { destY: 0xffff_ffff }, { width: 0xffff_ffff }, { height: 21 }]) {
      guest.told.splice(0);
      guest.send('RECT_COPY', { ...copy, ...bad });
      expect(guest.told).toMatchObject([{ kind: 'refused', error: { code: 'EINVAL' } }]);
    }
    guest.told.splice(0);
    guest.send('RECT_ROP_COPY', { ...copy, rop: 6 });
    expect(guest.told).toMatchObject([{ kind: 'refused' }]);
    guest.send('RECT_ROP_COPY', { ...copy, rop: 3 });
    expect(guest.kinds()).toEqual(['refused', 'screen-updated']);
    expect(Buffer.compare(guest.device.vram, before)).toBe(0);
  });
});

describe('what is shown', () => {
  const target = { stid: 2, width: 64, height: 48, xRoot: -5, yRoot: 7, flags: 0, dpi: 0 };

  function withTargets(): LegacyGuest {
    const guest = new LegacyGuest();
    guest.start();
    const table = { type: SVGA_OTABLE.SCREENTARGET, sizeInBytes: PAGE, validSizeInBytes: 0 };
    const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
    guest.must('SET_OTABLE_BASE64', { ...table, baseAddress: guest.allocatePage(), ptDepth });
    guest.told.splice(0);
    return guest;
  }

  it('is the framebuffer from ENABLE on, and another size once the whole mode is set', () => {
    const guest = new LegacyGuest();
    expect(guest.kinds()).toEqual(['screen-defined']);
    guest.setMode({ width: 640, height: 350, bits: 8 });
    expect(guest.kinds()).toEqual([]);
    guest.device.advance(1);
    expect(guest.told).toMatchObject([{ kind: 'screen-resized', width: 640, height: 350 }]);
    guest.writeRegister(SVGA_REG.ENABLE, HIDDEN);
    guest.writeRegister(SVGA_REG.ENABLE, ENABLED);
    guest.writeRegister(SVGA_REG.ENABLE, 0);
    expect(guest.kinds().slice(1)).toEqual(['screen-destroyed', 'screen-defined', 'screen-destroyed']);
  });

  it('keeps the pixels that the host looks at when only the depth or the pitch is another', () => {
    const guest = new LegacyGuest({ width: 8, height: 8, bits: 32 });
    const pixels = guest.device.screenTarget(FRAMEBUFFER_ID)?.pixels;
    guest.device.vram.fill(0xff);
    guest.update(0, 0, 8, 8);
    guest.kinds();
    guest.setMode({ width: 8, height: 8, bits: 16 });
    guest.writeRegister(SVGA_REG.PITCHLOCK, 64);
    guest.device.vram.fill(0);
    guest.update(2, 0, 6, 8);
    expect(guest.device.screenTarget(FRAMEBUFFER_ID)?.pixels).toBe(pixels);
    expect([...(pixels?.subarray(4, 12) ?? [])]).toEqual([255, 255, 255, 255, 0, 0, 0, 255]);
    expect(guest.kinds()).toEqual(['screen-updated']);
  });

  it('is the screen targets instead as long as there are any', () => {
    const guest = withTargets();
    guest.must('DEFINE_GB_SCREENTARGET', target);
    guest.update(0, 0, 8, 8);
    expect(guest.told).toEqual([
      { kind: 'screen-destroyed', screenTargetId: FRAMEBUFFER_ID },
      { kind: 'screen-defined', screenTargetId: 2, width: 64, height: 48, xRoot: -5, yRoot: 7 },
    ]);
    guest.must('DESTROY_GB_SCREENTARGET', { stid: 2 });
    expect(guest.kinds().slice(2)).toEqual(['screen-destroyed', 'screen-defined']);
    guest.must('DEFINE_GB_SCREENTARGET', target);
    guest.writeRegister(SVGA_REG.ENABLE, 0);
    expect(guest.kinds().slice(2)).toEqual(['screen-destroyed']);
  });

  it('after a restore is told anew, with its pixels, and the pointer', () => {
    const guest = new LegacyGuest({ width: 16, height: 8, bits: 32 });
    guest.device.vram.set([5, 6, 7], 4);
    guest.update(0, 0, 16, 8);
    guest.device.vram.fill(0);
    const other = new LegacyGuest();
    other.told.splice(0);
    other.device.restore(guest.device.snapshot());
    expect(other.pixel(1, 0)).toEqual([7, 6, 5, 255]);
    const all = { x: 0, y: 0, w: 16, h: 8 };
    expect(other.told).toMatchObject([
      { kind: 'restored' },
      { kind: 'screen-defined', screenTargetId: FRAMEBUFFER_ID, width: 16, height: 8 },
      { kind: 'screen-updated', screenTargetId: FRAMEBUFFER_ID, rect: all },
      { kind: 'pointer-defined' },
      { kind: 'pointer-moved' },
    ]);
    expect(Buffer.compare(other.device.snapshot(), guest.device.snapshot())).toBe(0);
  });
});

describe('the pointer', () => {
  it.each<[string, (guest: LegacyGuest) => void]>([
    [
      'CURSOR_ON',
      (guest) =>
        [
          [25, 3],
          [26, -4 >>> 0],
          [27, 1],
        ].forEach(([i, v]) => guest.writeRegister(i, v)),
    ],
    [
      'CURSOR4_SUBMIT',
      (guest) =>
        [
          [71, 3],
          [72, -4 >>> 0],
          [70, 1],
          [74, 1],
        ].forEach(([i, v]) => guest.writeRegister(i, v)),
    ],
    [
      'cursor bypass 3',
      (guest) => {
        guest.device.fifo.set([1, 3, -4 >>> 0, 1], SVGA_FIFO.CURSOR_ON);
        guest.device.fifo[SVGA_FIFO.CURSOR_SCREEN_ID] = 0xffff_ffff;
        guest.device.advance(1);
      },
    ],
  ])('moved by %s is told once', (_how, move) => {
    const guest = new LegacyGuest();
    guest.told.splice(0);
    move(guest);
    guest.device.advance(2);
    expect(guest.told).toMatchObject([{ kind: 'pointer-moved', pointer: { x: 3, y: -4, visible: true } }]);
  });

  it('with a new image is told, too', () => {
    const guest = new LegacyGuest();
    guest.told.splice(0);
    const shape = { id: 0, hotspotX: 0, hotspotY: 0, width: 1, height: 1 };
    guest.send('DEFINE_ALPHA_CURSOR', { ...shape, pixels: Uint8Array.of(1, 2, 3, 255) });
    expect(guest.told).toMatchObject([{ kind: 'pointer-defined', pointer: { image: { width: 1 } } }]);
  });
});

describe('requestDisplays', () => {
  const two = [
    { x: 0, y: 0, width: 800, height: 600 },
    { x: 800, y: -20, width: 640, height: 480 },
  ];

  it('is what the registers of displays read, and the mode of a device that starts', () => {
    const guest = new TestGuest();
    guest.device.requestDisplays(two);
    expect(
      [SVGA_REG.NUM_DISPLAYS, SVGA_REG.WIDTH, SVGA_REG.HEIGHT].map((i) => guest.readRegister(i)),
    ).toEqual([2, 800, 600]);
    guest.writeRegister(SVGA_REG.DISPLAY_ID, 1);
    const attributes = [36, 37, 38, 39, 40].map((i) => guest.readRegister(i));
    expect(attributes).toEqual([0, 800, -20 >>> 0, 640, 480]);
    guest.writeRegister(SVGA_REG.ENABLE, 1);
    guest.device.requestDisplays([{ x: 0, y: 0, width: 320, height: 200 }]);
    expect(guest.readRegister(SVGA_REG.WIDTH)).toBe(800);
    guest.writeRegister(SVGA_REG.ENABLE, 0);
    expect(guest.readRegister(SVGA_REG.WIDTH)).toBe(320);
  });

  it.each([
    ['none', []],
    ['eleven', Array.from({ length: 11 }, () => two[0])],
    ['an empty one', [{ ...two[0], width: 0 }]],
    ['a huge one', [{ ...two[0], height: 8193 }]],
    ['a place that is no number of pixels', [{ ...two[0], x: 0.5 }]],
  ])('%s is refused', (_what, displays) => {
    const { device } = new TestGuest();
    expect(() => device.requestDisplays(displays)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});
