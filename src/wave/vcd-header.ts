import type { PlacedScope, TracePlan } from './declare.ts';
import { identifierCode } from './vcd-format.ts';

export interface HeaderText {
  readonly timescale: string;
  readonly date?: string | undefined;
  readonly version?: string | undefined;
  readonly comment?: string | undefined;
}

/** The declaration part of a VCD file, line by line. Nothing in it depends on the clock on the wall unless `date` is given. */
export function* headerLines(plan: TracePlan, { timescale, date, version, comment }: HeaderText): Generator<string> {
  if (date !== undefined) yield section('date', date);
  yield section('version', version ?? 'Wordline');
  if (comment !== undefined) yield section('comment', comment);
  yield section('timescale', timescale);
  yield* scopeLines(plan.top);
  yield '$enddefinitions $end\n';
}

function* scopeLines(scope: PlacedScope): Generator<string> {
  yield `$scope module ${scope.name} $end\n`;
  if (scope.comment !== undefined) yield section('comment', scope.comment);
  for (const { variable, name, slot } of scope.vars) {
    const range = variable.width > 1 && variable.type !== 'real' && variable.type !== 'integer' ? ` [${variable.width - 1}:0]` : '';
    yield `$var ${variable.type} ${variable.width} ${identifierCode(slot)} ${name}${range} $end\n`;
  }
  for (const inner of scope.scopes) yield* scopeLines(inner);
  yield '$upscope $end\n';
}

/** Free text ends at the first `$end`, so one inside the text is made harmless. */
function section(keyword: string, text: string): string {
  return `$${keyword} ${text.replace(/\$end/g, '$_end').trim()} $end\n`;
}
