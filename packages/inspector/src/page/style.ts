/** The page's own style, in a shadow root: it meets no style of the page around it. */
export const STYLE = `
:host { display: block; color-scheme: light dark; --ink: #1b1b1b; --paper: #fdfdfc; --line: #c9c9c5; --soft: #6a6a66;
  --accent: #0a63b0; --sent: #0072b2; --needed: #c77700; --loads: #00805f; --stores: #b5430a; --scans: #8a4a86;
  --missing: #b3151b; font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
@media (prefers-color-scheme: dark) {
  :host { --ink: #e8e8e4; --paper: #161718; --line: #3d4042; --soft: #a2a29c; --accent: #6cb6f5; --sent: #56b4e9;
    --needed: #e69f00; --loads: #4fc7a2; --stores: #f08a4b; --scans: #d99ad5; --missing: #ff7a75; } }
* { box-sizing: border-box; }
main { max-width: 1500px; margin: 0 auto; padding: 12px 16px 32px; }
h1 { font-size: 18px; margin: 0 0 6px; } h2 { font-size: 14px; margin: 0 0 6px; }
.bar { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; padding: 6px 0; position: sticky; top: 0;
  background: var(--paper); z-index: 3; border-bottom: 1px solid var(--line); margin-bottom: 10px; }
.bar input[type=range] { flex: 1 1 220px; }
.bar output { font-variant-numeric: tabular-nums; min-width: 21em; }
button, select { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line);
  border-radius: 4px; padding: 3px 9px; } select option { background: var(--paper); color: var(--ink); }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(240px, 2fr); gap: 18px; align-items: start; }
@media (max-width: 850px) { .columns { grid-template-columns: minmax(0, 1fr); } }
section { margin-bottom: 16px; min-width: 0; }
.picture { position: relative; border: 1px solid var(--line);
  background: repeating-conic-gradient(#8883 0 25%, #0000 0 50%)
  0 0 / 16px 16px; line-height: 0; }
.picture canvas { width: 100%; height: auto; min-height: 110px; image-rendering: pixelated; display: block; }
.picture canvas + canvas { position: absolute; inset: 0; height: 100%; pointer-events: none; }
.picture canvas.flash { animation: flash 0.7s ease-out; }
@keyframes flash { from { filter: brightness(1.7); opacity: 1; } to { opacity: 0.55; } }
@media (prefers-reduced-motion: reduce) { .picture canvas.flash { animation: none; } }
.heat canvas { width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--line); display: block; }
.heat { position: relative; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; padding: 6px 0; list-style: none; margin: 0; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 5px; }
.tip { color: var(--soft); min-height: 1.45em; font-variant-numeric: tabular-nums; }
ol.chain { list-style: none; margin: 0; padding: 0; }
ol.chain li { display: grid; grid-template-columns: 8.5em 1fr; gap: 8px; padding: 3px 0 3px 10px;
  border-left: 3px solid var(--accent); }
ol.chain li.pending, ol.chain li.needless { border-left: 3px dotted var(--line); color: var(--soft); }
ol.chain li.missing { border-left: 3px solid var(--missing); color: var(--missing); font-weight: 600; }
ol.chain button { text-align: left; border: 0; padding: 0; color: inherit; text-decoration: underline dotted; }
.rules { color: var(--soft); font-size: 12px; font-weight: 400; }
.events { max-height: 320px; overflow: auto; border: 1px solid var(--line); margin: 0; padding: 0; list-style: none; }
.events button { display: grid; grid-template-columns: 5em 5.5em 12em 1fr; gap: 8px; width: 100%; text-align: left;
  border: 0; border-radius: 0; padding: 1px 8px; }
.events button span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.events li.after { opacity: 0.45; }
  .events li[aria-current=true] { background: color-mix(in srgb, var(--accent) 22%, transparent); }
.events .number { color: var(--soft); font-variant-numeric: tabular-nums; }
.alert { border-left: 3px solid var(--missing); padding: 4px 10px; margin: 0 0 10px; white-space: pre-wrap;
  font-family: ui-monospace, monospace; font-size: 13px; }
.counts { display: flex; flex-wrap: wrap; gap: 2px 18px; color: var(--soft); font-variant-numeric: tabular-nums; }
.counts b { color: var(--ink); font-weight: 600; }
.soft { color: var(--soft); }
.plot { position: relative; margin-bottom: 6px; cursor: pointer; }
.plot .at { position: absolute; top: 0; bottom: 0; width: 0; border-left: 2px solid var(--accent);
  pointer-events: none; }
.uplot { position: relative; } .uplot canvas { display: block; width: 100%; height: 100%; }
.u-wrap { position: relative; user-select: none; } .u-over, .u-under { position: absolute; }
.u-legend { margin: 0; border-spacing: 0; font-size: 12px; } .u-legend tr { display: inline-block;
  margin-right: 14px; }
.u-legend th, .u-legend td { font-weight: 400; padding: 0 3px; } .u-legend th > * { display: inline-block;
  vertical-align: middle; }
.u-marker { width: 10px; height: 10px; margin-right: 4px; } .u-off > * { opacity: 0.35; }
.u-axis, .u-select, .u-cursor-x, .u-cursor-y, .u-cursor-pt { position: absolute; pointer-events: none; }
.u-cursor-x { height: 100%; border-left: 1px dashed var(--soft); left: 0; top: 0; } .u-cursor-y { display: none; }
details summary { cursor: pointer; color: var(--soft); }
kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 4px; font: inherit; font-size: 12px; }
`;

/** Colours of page states and of boxes, told apart also by most who confuse red and green. */
export const STATE_COLORS = {
  written: [230, 159, 0],
  dirty: [213, 94, 0],
  uploaded: [0, 114, 178],
  'GPU-dirty': [204, 121, 167],
  'read back': [0, 158, 115],
  none: [128, 128, 128],
} as const;
