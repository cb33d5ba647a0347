import type { DramCommand, DramPreset } from './preset.ts';
import { COMMAND_KINDS, rules, type Rule, type RuleScope } from './rules.ts';

/** A command of the picture, to a bank of one pseudo-channel. */
interface Step {
  readonly command: DramCommand;
  readonly group: number;
  readonly bank: number;
}

interface Placed extends Step {
  readonly cycle: number;
}

/** An arrow from one step to where a rule lets another begin. */
interface Arrow {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

interface Panel {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly arrows: readonly Arrow[];
}

const step = (command: DramCommand, group = 0, bank = 0): Step => ({ command, group, bank });
const arrow = (rule: string, from: number, to: number): Arrow => ({ rule, from, to });

/** What is shown; when each step comes, the rules say. */
const panels = (tRTP: string): readonly Panel[] => [
  {
    title: 'Read a row, open the next one of the same bank',
    steps: [step('ACT'), step('RD'), step('PRE'), step('ACT')],
    arrows: [arrow('tRCDRD', 0, 1), arrow(tRTP, 1, 2), arrow('tRAS', 0, 2), arrow('tRP', 2, 3), arrow('tRC', 0, 3)],
  },
  {
    title: 'Write a row, open the next one of the same bank',
    steps: [step('ACT'), step('WR'), step('PRE'), step('ACT')],
    arrows: [arrow('tRCDWR', 0, 1), arrow('tWR', 1, 2), arrow('tRAS', 0, 2), arrow('tRP', 2, 3)],
  },
  {
    title: 'Open many banks: other group, same group, the fifth',
    steps: [step('ACT', 0, 0), step('ACT', 1, 0), step('ACT', 1, 1), step('ACT', 2, 0), step('ACT', 3, 0)],
    arrows: [arrow('tRRDS', 0, 1), arrow('tRRDL', 1, 2), arrow('tFAW', 0, 4)],
  },
  {
    title: 'Columns: other group, same group, read to write, write to read',
    steps: [step('RD', 0), step('RD', 1), step('RD', 1), step('WR', 2), step('RD', 3), step('RD', 2)],
    arrows: [arrow('tCCDS', 0, 1), arrow('tCCDL', 1, 2), arrow('tRTW', 2, 3), arrow('tWTRS', 3, 4), arrow('tWTRL', 3, 5)],
  },
];

const IN_SCOPE: Readonly<Record<RuleScope, (a: Step, b: Step) => boolean>> = {
  bank: (a, b) => a.group === b.group && a.bank === b.bank,
  group: (a, b) => a.group === b.group,
  otherGroup: (a, b) => a.group !== b.group,
  pseudoChannel: () => true,
  channel: () => true,
};

const applies = (rule: Rule, a: Step, b: Step): boolean => rule.from.includes(a.command) && rule.to.includes(b.command) && IN_SCOPE[rule.scope](a, b);

/** Each step as early as the rules allow, not before the one in front of it. */
function place(steps: readonly Step[], all: readonly Rule[]): Placed[] {
  const placed: Placed[] = [];
  for (const next of steps) {
    const limits = all.flatMap((rule) => {
      const before = placed.filter((p) => applies(rule, p, next));
      const binding = before.at(-(rule.window ?? 1));
      return binding === undefined ? [] : [binding.cycle + rule.cycles];
    });
    placed.push({ ...next, cycle: Math.max(0, placed.at(-1)?.cycle ?? 0, ...limits) });
  }
  return placed;
}

const WIDTH = 900;
const LEFT = 70;
const LANE = 26;
const BOX = 20;
const ARROW = 18;
const LANES = ['row', 'column', 'DQ'] as const;
type Lane = (typeof LANES)[number];

/** Only what a panel has something on. */
function lanesOf(steps: readonly Step[]): readonly Lane[] {
  const buses = new Set(steps.map((s) => COMMAND_KINDS[s.command].bus));
  return LANES.filter((lane) => buses.has(lane === 'DQ' ? 'column' : lane));
}

/** Colours follow the reader's light or dark page. */
const STYLE = `
.bg{fill:#fff}text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1f2933}.title{font:bold 13px sans-serif}.dim,.lane{fill:#66717f}.lane{text-anchor:end}.label{text-anchor:middle}
.box{fill:#e6f4ef;stroke:#12805c}.data{fill:#e8eef6;stroke:#5f7ea6}.rail{stroke:#d8dee6}.arrow{stroke:#66717f;fill:none;marker-start:url(#s);marker-end:url(#e)}.mark{fill:#66717f}
@media (prefers-color-scheme:dark){.bg{fill:#0d1117}text{fill:#e6edf3}.dim,.lane{fill:#8b949e}.box{fill:#12352a;stroke:#3fb68b}.data{fill:#1b2738;stroke:#7f9cc4}.rail{stroke:#2a313a}.arrow{stroke:#8b949e}.mark{fill:#8b949e}}
`.trim();

const MARKERS = `<defs><marker id="e" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path class="mark" d="M0 0 6 3 0 6z"/></marker><marker id="s" viewBox="0 0 2 6" refX="1" refY="3" markerWidth="2" markerHeight="6"><path class="mark" d="M0 0H2V6H0z"/></marker></defs>`;

/** An SVG picture of a timing set: commands as early as its rules allow, with the rules as arrows. Drawn to scale, in clock cycles. */
export function timingFigure(preset: DramPreset): string {
  const all = rules(preset);
  const { bankGroups, banksPerGroup } = preset.organisation;
  // Panels about groups make no sense in a set that has fewer.
  const shown = panels(bankGroups > 1 ? 'tRTPL' : 'tRTPS').filter(({ steps }) => steps.every((s) => s.group < bankGroups && s.bank < banksPerGroup));
  const placed = shown.map(({ steps }) => place(steps, all));
  const longest = Math.max(...placed.map((steps) => steps.at(-1)!.cycle)) + Math.max(preset.timing.RL, preset.timing.WL) + preset.organisation.burstCycles + 2;
  const x = (cycle: number): number => Math.round((LEFT + (cycle * (WIDTH - LEFT - 20)) / longest) * 10) / 10;
  const out: string[] = [];
  let y = 40;
  shown.forEach((panel, i) => {
    out.push(...panelLines(panel, placed[i]!, preset, all, x, y));
    y += 22 + lanesOf(panel.steps).length * LANE + panel.arrows.length * ARROW + 26;
  });
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">`;
  const title = `${preset.name}: cycles of ${preset.tCK} ps`;
  return `${[head, `<style>${STYLE}</style>`, MARKERS, `<rect class="bg" width="${WIDTH}" height="${y}"/>`, `<title>${title}</title>`, `<text class="title" x="10" y="22">${title}</text>`, ...out, '</svg>'].join('\n')}\n`;
}

function panelLines({ title, arrows }: Panel, steps: readonly Placed[], { timing, organisation }: DramPreset, all: readonly Rule[], x: (cycle: number) => number, top: number): string[] {
  const out = [`<text class="title" x="10" y="${top + 12}">${title}</text>`];
  const lanes = lanesOf(steps);
  const lane = (name: Lane): number => top + 22 + lanes.indexOf(name) * LANE;
  for (const name of lanes) {
    const y = lane(name);
    out.push(`<text class="lane" x="${LEFT - 10}" y="${y + 14}">${name}</text>`, `<path class="rail" d="M${LEFT} ${y + BOX / 2}H${WIDTH - 20}"/>`);
  }
  for (const { command, group, bank, cycle } of steps) {
    const y = lane(COMMAND_KINDS[command].bus);
    // Commands of one cycle would be too small for their names.
    const label = `${command} ${group}.${bank}`;
    out.push(`<path class="box" d="M${x(cycle)} ${y}V${y + BOX}"/>`, `<text x="${x(cycle) + 3}" y="${y + 14}">${label.startsWith('ACT') || label.startsWith('PRE') ? label : command}</text>`);
    if (COMMAND_KINDS[command].bus === 'column') {
      const start = cycle + (command === 'RD' ? timing.RL : timing.WL);
      const width = Math.round((x(start + organisation.burstCycles) - x(start)) * 10) / 10;
      out.push(`<rect class="data" x="${x(start)}" y="${lane('DQ')}" width="${width}" height="${BOX}"><title>data of ${label} in cycle ${cycle}</title></rect>`);
    }
  }
  arrows.forEach(({ rule: name, from, to }, i) => {
    const [a, b] = [steps[from]!, steps[to]!];
    const rule = all.find((r) => r.name === name && applies(r, a, b))!;
    const y = top + 22 + lanes.length * LANE + i * ARROW + 10;
    const end = a.cycle + rule.cycles;
    out.push(`<path class="arrow" d="M${x(a.cycle)} ${y}H${x(end)}"/>`, `<text class="dim" x="${x(end) + 6}" y="${y + 4}">${name} ${rule.cycles}${rule.formula === name ? '' : ` = ${rule.formula}`}</text>`);
  });
  return out;
}
