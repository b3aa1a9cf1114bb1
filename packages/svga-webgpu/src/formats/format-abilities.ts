/** What of a device's features formats depend on. */
export interface FormatFeatures {
  has(feature: string): boolean;
}

/** What WebGPU can do with a texture format. */
export interface FormatAbilities {
  readonly sampleType: 'float' | 'unfilterable-float' | 'depth' | 'sint' | 'uint';
  readonly renders: boolean;
  readonly blends: boolean;
  readonly multisamples: boolean;
}

/** The abilities of a colour format, by the tables of the specification. */
export function colorAbilities(format: string, features: FormatFeatures): FormatAbilities {
  const tier1 = features.has('texture-formats-tier1');
  const base = format.replace('-srgb', '');
  if (base.endsWith('uint') || base.endsWith('sint')) {
    const sampleType = base.endsWith('uint') ? 'uint' : 'sint';
    const is32 = base.includes('32');
    return { sampleType, renders: true, blends: false, multisamples: !is32 };
  }
  if (base.startsWith('bc') || base === 'rgb9e5ufloat') {
    return { sampleType: 'float', renders: false, blends: false, multisamples: false };
  }
  if (/^(r|rg|rgba)8snorm$/.test(base)) {
    return { sampleType: 'float', renders: tier1, blends: tier1, multisamples: tier1 };
  }
  if (/^(r|rg|rgba)16[us]norm$/.test(base)) {
    return { sampleType: 'unfilterable-float', renders: true, blends: true, multisamples: true };
  }
  if (/^(r|rg|rgba)32float$/.test(base)) {
    return {
      sampleType: features.has('float32-filterable') ? 'float' : 'unfilterable-float',
      renders: true,
      blends: features.has('float32-blendable'),
      multisamples: base === 'r32float',
    };
  }
  const renders = base !== 'rg11b10ufloat' || features.has('rg11b10ufloat-renderable');
  return { sampleType: 'float', renders, blends: renders, multisamples: renders };
}
