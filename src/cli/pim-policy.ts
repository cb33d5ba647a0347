import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fail, suggest } from '../diag/index.ts';
import { starvedBy, waitBound, type ArbiterEnvironment } from '../pim/policy-bound.ts';
import { readPolicy } from '../pim/policy-file.ts';
import { POLICIES, type Clause, type Policy, type Term } from '../pim/policy.ts';
import { plainTable } from './dram-preset.ts';
import type { Io } from './io.ts';
import { readText } from './pim-files.ts';
import { EXIT } from './report.ts';

/** What bounds are told for: queues of 64, as the sequencer has by default, and a command within 100 cycles. */
const ENVIRONMENT: ArbiterEnvironment = { entries: 64, latency: 100 };

const clause = ({ observation, is, value }: Clause): string => `${observation} ${is} ${value}`;
const term = ({ reason, all }: Term): string => `${reason} (${all.map(clause).join(', ')})`;

const facts = (policy: Policy) => ({
  ...policy,
  starves: starvedBy(policy),
  bounds: { ...ENVIRONMENT, host: waitBound(policy, 'host', ENVIRONMENT), pim: waitBound(policy, 'pim', ENVIRONMENT) },
});

/** `wordline pim policy`: a policy that has a file or a name, or the table of all that have a name. */
export function policy(given: string | undefined, { json = false }: { readonly json?: boolean }, io: Io): number {
  const chosen = given === undefined ? [...POLICIES.values()] : [POLICIES.get(given) ?? policyFile(given, io)];
  if (json) io.out(`${JSON.stringify(given === undefined ? { policies: chosen.map(facts) } : facts(chosen[0]!))}\n`);
  else io.out(given === undefined ? table(chosen) : sheet(chosen[0]!));
  return EXIT.ok;
}

function policyFile(given: string, io: Io): Policy {
  if (extname(given) === '' && !existsSync(resolve(io.cwd, given))) fail('bad-option', `there is no policy ${given}`, { hint: `${suggest(given, POLICIES.keys())}; or the .json file of one` });
  return readPolicy(readText(given, io), given);
}

const bound = (p: Policy, who: 'host' | 'pim'): string => String(waitBound(p, who, ENVIRONMENT) ?? (p.partition === true ? '-' : 'none'));

const table = (policies: readonly Policy[]): string =>
  `${plainTable(['policy', 'host waits', 'PIM waits', 'starves', 'rule'], policies.map((p) => [p.name, bound(p, 'host'), bound(p, 'pim'), starvedBy(p).join(', ') || '-', p.summary]))}\n` +
  `cycles without a service while requests wait, at most, with queues of ${ENVIRONMENT.entries} and a command every ${2 * ENVIRONMENT.latency} cycles\n`;

function sheet(p: Policy): string {
  const conditions = Object.entries(p.conditions).map(([name, value]) => `${name} ${value}`).join(', '); // prettier-ignore
  const layers = Object.entries(p.layers ?? {}).map(([name, tuple]) => [`layer ${name}`, Object.entries(tuple).map(([k, v]) => `${k} ${v}`).join(', ')]);
  const starved = starvedBy(p);
  const rows = [
    ['to PIM', p.toPim.map(term).join('; ') || 'idle only'],
    ['to host', p.toHost.map(term).join('; ') || 'idle only'],
    ['conditions', conditions],
    ...layers,
    ['starves', starved.join(', ') || 'nobody'],
    ['bounds', `host ${bound(p, 'host')}, PIM ${bound(p, 'pim')}`],
  ];
  return `${p.name}: ${p.summary}\n${p.partition === true ? '' : `${plainTable(['', ''], rows)}\n`}`;
}
