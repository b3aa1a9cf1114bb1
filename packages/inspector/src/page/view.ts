import { h, type ComponentChild } from 'preact';
import { describeEvent, eventName } from '../model/describe-event.js';
import type { Link } from '../model/chain.js';
import { PAGE_COUNTS } from '../model/page-states.js';
import type { Player } from '../model/player.js';
import { stepText } from '../model/steps.js';
import { EVENT } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';
import type { HeatMode } from './heat-view.js';
import { STATE_COLORS } from './style.js';

/** Events of the step that the list shows, around the newest one. */
const MOST_LISTED = 300;

/** What the page shows. */
export interface Shown {
  readonly player: Player;
  readonly isPlaying: boolean;
  readonly heat: HeatMode;
  readonly subresource: number;
  readonly tip: string;
  /** The chain of the chosen byte, or why there is none. */
  readonly chain: { readonly byte: number; readonly links: readonly Link[] } | undefined;
  /** Elements that are drawn on, and kept. */
  readonly picture: HTMLElement;
  readonly map: HTMLElement;
  readonly plots: HTMLElement;
}

/** What a user can do. */
export interface Actions {
  toStep(step: number): void;
  toEvent(events: number): void;
  play(): void;
  chooseSurface(index: number): void;
  chooseSubresource(index: number): void;
  chooseHeat(mode: HeatMode): void;
}

/** An element that is kept: preact only gives it a place. */
function kept(element: HTMLElement): ComponentChild {
  return h('div', {
    ref: (place: HTMLElement | null) => {
      if (place !== null && element.parentNode !== place) {
        place.append(element);
      }
    },
  });
}

export function page(shown: Shown, actions: Actions): ComponentChild {
  const { recording, surface } = shown.player;
  return h(
    'main',
    null,
    h('h1', null, recording.title),
    messages(shown),
    bar(shown, actions),
    surface === undefined
      ? h('p', { class: 'soft' }, 'No surface was on the device: there are events only.')
      : h('div', { class: 'columns' }, left(shown, actions), right(shown, actions)),
    h('section', null, h('h2', null, `Over the ${recording.stepName}s`), kept(shown.plots)),
    events(shown, actions),
    totals(shown),
    help(),
  );
}

function messages({ player: { recording } }: Shown): ComponentChild {
  return [
    recording.explained && h('p', { class: 'alert', role: 'alert' }, recording.explained.join('\n')),
    recording.limits.length > 0 && h('p', { class: 'alert' }, `Limits: ${recording.limits.join('; ')}`),
  ];
}

function pressed(label: string, title: string, act: () => void): ComponentChild {
  return h('button', { type: 'button', title, 'aria-label': title, onClick: act }, label);
}

function bar({ player, isPlaying }: Shown, actions: Actions): ComponentChild {
  const { step, steps, at, recording } = player;
  const text = stepText(recording, steps, step);
  return h(
    'div',
    { class: 'bar', role: 'toolbar', 'aria-label': 'steps' },
    pressed('|◀', 'first step (Home)', () => actions.toStep(0)),
    pressed('◀', 'step back (←)', () => actions.toStep(step - 1)),
    pressed(isPlaying ? 'Pause' : 'Play', isPlaying ? 'pause (space)' : 'play (space)', () => actions.play()),
    pressed('▶', 'step forward (→)', () => actions.toStep(step + 1)),
    pressed('▶|', 'last step (End)', () => actions.toStep(steps.count - 1)),
    pressed('−1', 'one event back (shift ←)', () => actions.toEvent(at - 1)),
    pressed('+1', 'one event forward (shift →)', () => actions.toEvent(at + 1)),
    h('input', {
      type: 'range',
      min: 0,
      max: steps.count - 1,
      value: step,
      'aria-label': recording.stepName,
      'aria-valuetext': text,
      onInput: ({ currentTarget }: Event) =>
        actions.toStep(Number((currentTarget as HTMLInputElement).value)),
    }),
    h(
      'output',
      { 'aria-live': isPlaying ? 'off' : 'polite' },
      `${text} — event ${at.toLocaleString('en-US')} of ${recording.events.count.toLocaleString('en-US')}`,
    ),
  );
}

function choice(
  label: string,
  value: string | number,
  options: readonly (readonly [value: string | number, text: string])[],
  choose: (value: string) => void,
): ComponentChild {
  return h(
    'label',
    null,
    `${label} `,
    h(
      'select',
      {
        value,
        onChange: ({ currentTarget }: Event) => choose((currentTarget as HTMLSelectElement).value),
      },
      options.map(([each, text]) => h('option', { value: each, selected: each === value }, text)),
    ),
  );
}

function left({ player, subresource, picture, chain }: Shown, actions: Actions): ComponentChild {
  const { surface, surfaces } = player;
  const count = surface?.layout.subresourceCount ?? 1;
  const named = surfaces.map(({ name }, index) => [index, name] as const);
  return h(
    'div',
    null,
    h(
      'section',
      null,
      h('h2', null, 'On the device'),
      h(
        'p',
        { class: 'counts' },
        choice('surface', surface?.index ?? 0, named, (value) => actions.chooseSurface(Number(value))),
        count > 1 &&
          choice(
            'subresource',
            subresource,
            Array.from({ length: count }, (_, index) => [index, String(index)] as const),
            (value) => actions.chooseSubresource(Number(value)),
          ),
        h('span', null, surfaceText(surface)),
      ),
      kept(picture),
      legend([
        ['box uploaded in this step', STATE_COLORS.uploaded, 'rules 1.4, 7.2, 7.3'],
        ['box that the device wrote', STATE_COLORS['GPU-dirty'], 'rules 1.2, 6.2'],
      ]),
    ),
    h(
      'section',
      { 'aria-live': 'polite' },
      h(
        'h2',
        null,
        chain === undefined ? 'Chain of a pixel' : `Chain of byte ${chain.byte.toLocaleString('en-US')}`,
      ),
      chainList(chain, actions),
    ),
  );
}

function surfaceText(surface: Player['surface']): string {
  if (surface === undefined) {
    return '';
  }
  const { layout, pages, hasPicture } = surface;
  const { width, height, depth } = layout.mipOf(0);
  const size = layout.format.buffer ? `${width} bytes` : `${width}×${height}${depth > 1 ? `×${depth}` : ''}`;
  const format = layout.format.name.replace('SVGA3D_', '');
  return `${size} ${format}, ${pages} pages${hasPicture ? '' : ', its picture is not recorded'}`;
}

function chainList(chain: Shown['chain'], actions: Actions): ComponentChild {
  if (chain === undefined) {
    return h(
      'p',
      { class: 'soft' },
      'Click a pixel: the chain from its last store to the device appears here.',
    );
  }
  if (chain.links.length === 0) {
    return h('p', { class: 'soft' }, 'Nothing has written this byte so far.');
  }
  const word = { done: '', pending: 'not yet: ', needless: 'not needed: ', missing: 'MISSING: ' };
  return h(
    'ol',
    { class: 'chain' },
    chain.links.map(({ link, state, event, text, rules }) =>
      h(
        'li',
        { class: state, title: `rules ${rules} in docs/rules.md` },
        h('span', null, link, ' ', h('span', { class: 'rules' }, rules)),
        event === undefined
          ? h('span', null, `${word[state]}${text}`)
          : h('button', { type: 'button', onClick: () => actions.toEvent(event + 1) }, text),
      ),
    ),
  );
}

function right({ player, heat, map, tip }: Shown, actions: Actions): ComponentChild {
  const modes = ['state', ...PAGE_COUNTS] as const;
  const named = modes.map((mode) => [mode, mode === 'state' ? 'state' : `times ${mode}`] as const);
  return h(
    'section',
    null,
    h('h2', null, `Pages of ${player.surface?.name ?? ''}`),
    choice('show', heat, named, (value) => actions.chooseHeat(value as HeatMode)),
    h('p', { class: 'tip' }, tip),
    kept(map),
    legend([
      ['written, not found yet', STATE_COLORS.written, 'rule 1.1'],
      ['dirty, not uploaded yet', STATE_COLORS.dirty, 'rules 5.1 to 5.3'],
      ['GPU-dirty', STATE_COLORS['GPU-dirty'], 'rules 1.3, 6.2'],
      ['read back', STATE_COLORS['read back'], 'rules 1.2, 6.4, 9.3'],
      ['uploaded', STATE_COLORS.uploaded, 'rules 1.4, 7.3'],
    ]),
  );
}

function legend(
  entries: readonly (readonly [text: string, color: readonly number[], rules: string])[],
): ComponentChild {
  return h(
    'ul',
    { class: 'legend' },
    entries.map(([text, color, rules]) =>
      h('li', { title: rules }, h('i', { style: { background: `rgb(${color.join(' ')})` } }), text),
    ),
  );
}

function events({ player, isPlaying }: Shown, actions: Actions): ComponentChild {
  const { recording, steps, step, at } = player;
  const title = h('h2', null, `Events of ${stepText(recording, steps, step)}`);
  if (isPlaying) {
    return h('section', null, title, h('p', { class: 'soft' }, 'Pause to see them.'));
  }
  const [start, end] = [steps.starts[step], steps.starts[step + 1]];
  const first = Math.max(Math.min(at - MOST_LISTED / 2, end - MOST_LISTED), start);
  const last = Math.min(first + MOST_LISTED, end);
  const rows = Array.from({ length: Math.max(last - first, 0) }, (_, i) => first + i);
  const cut =
    end - start > last - first ? `, ${last - first} of ${(end - start).toLocaleString('en-US')}` : '';
  return h(
    'section',
    null,
    title,
    cut !== '' && h('p', { class: 'soft' }, `around the newest one${cut}`),
    h(
      'ol',
      { class: 'events' },
      rows.map((event) =>
        h(
          'li',
          {
            key: event,
            class: event >= at ? 'after' : '',
            'aria-current': event === at - 1 ? 'true' : undefined,
          },
          h(
            'button',
            { type: 'button', onClick: () => actions.toEvent(event + 1) },
            h('span', { class: 'number' }, event.toLocaleString('en-US')),
            h('span', null, laneOf(recording, event)),
            h('span', null, eventName(recording, event)),
            h('span', null, describeEvent(recording, event)),
          ),
        ),
      ),
    ),
  );
}

function laneOf({ lanes, events }: Recording, event: number): string {
  return events.kind[event] === EVENT.STEP ? '' : lanes[events.lane[event]];
}

function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function totals({ player: { recording, surface } }: Shown): ComponentChild {
  const all = { ...recording.total, ...(surface && recording.counts[surface.index]) };
  const { commands, fences } = recording.total;
  const entries = Object.entries({ ...all, commands, fences });
  return h(
    'details',
    null,
    h('summary', null, `Totals of the whole run${surface === undefined ? '' : ` of ${surface.name}`}`),
    h(
      'p',
      { class: 'counts' },
      entries.map(([key, value]) =>
        h('span', null, `${inWords(key)} `, h('b', null, value.toLocaleString('en-US'))),
      ),
    ),
  );
}

function kbd(text: string): ComponentChild {
  return h('kbd', null, text);
}

function help(): ComponentChild {
  return h(
    'details',
    null,
    h('summary', null, 'Keys'),
    h(
      'p',
      null,
      kbd('←'),
      ' ',
      kbd('→'),
      ' step, with ',
      kbd('shift'),
      ' one event; ',
      kbd('space'),
      ' play; ',
    ),
    h(
      'p',
      null,
      kbd('Home'),
      ' ',
      kbd('End'),
      ' first and last step; arrow keys on the picture choose a pixel.',
    ),
    h('p', { class: 'soft' }, 'The address of this page leads to the place that is shown.'),
  );
}
