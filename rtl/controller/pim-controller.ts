import { bit, fail, flip, module, parametric, uint, type Hardware, type Signal } from '../../src/index.ts';
import { knownKeys } from '../../src/diag/index.ts';
import type { Policy } from '../../src/pim/policy.ts';
import { pimConfig, type PimOptions } from '../../src/pim/index.ts';
import { commandPort, dataPort } from '../dram/index.ts';
import { conditionPorts } from './arbiter/observe.ts';
import { Arbiter, arbiterStatistics, Owner, Phase, policyOf } from './arbiter/index.ts';
import { controllerConfig, CONTROLLER_KEYS, controllerShape, type ControllerOptions } from './config.ts';
import { GuestController } from './controller.ts';
import { requestPort, responsePort } from './interface.ts';
import { PimPartition } from './pim-partition.ts';
import { pimRequestPort } from './pim-queue.ts';
import { PimSequencer } from './pim-sequencer.ts';
import { OWED_BITS } from './refresh.ts';
import { statisticsPorts } from './statistics.ts';

export interface PimControllerOptions extends Omit<ControllerOptions, 'pim'> {
  readonly pim: Omit<PimOptions, 'preset'>;
  /** PIM requests that wait, 2 to 128. Default 64. */
  readonly pimEntries?: number;
  /** Who gets the memory when: a policy or the name of one. Default `paper`. */
  readonly policy?: Policy | string;
  /** Of a policy with `partition`: how many banks of each unit, from the first, are PIM's. Default: half of them. */
  readonly partition?: number;
}

/** Options of the controller with PIM; the memory adds its own. */
export const PIM_CONTROLLER_KEYS: readonly string[] = [...CONTROLLER_KEYS, 'pimEntries', 'policy', 'partition'];

const parts = ({ pim: given, pimEntries = 64, policy, partition, ...options }: PimControllerOptions) => {
  if (Object.hasOwn(given, 'preset')) fail('unknown-option', 'PIM channel: preset is an option of the channel, and not of its units', { hint: 'leave it out of pim' });
  const pim = pimConfig({ ...given, preset: options.preset });
  const config = controllerConfig({ ...options, pim });
  const shape = controllerShape(config.preset);
  const chosen = policyOf(policy);
  const parted = chosen.partition === true;
  if (!parted && partition !== undefined) fail('pim-policy', `policy "${chosen.name}" hands all banks over, and so there is no partition of ${String(partition)} banks`, { hint: 'policy bank-partition has one' });
  const banks = parted ? (partition ?? pim.banksPerUnit / 2) : 0;
  if (parted && !(Number.isInteger(banks) && banks >= 1 && banks < pim.banksPerUnit)) fail('bad-parameter', `PIM channel: partition must be a whole number from 1 to ${pim.banksPerUnit - 1}, less than the banks of a unit, not ${String(banks)}`);
  if (!Number.isInteger(pimEntries) || pimEntries < 2 || pimEntries > 128) fail('bad-parameter', `PIM channel: pimEntries must be a whole number from 2 to 128, not ${String(pimEntries)}`);
  return { config, shape, pim: { ...pim, partition: banks }, entries: pimEntries, policy: chosen };
};

/** Controller, sequencer and arbiter: everything of a PIM channel but the memory. */
export const PimController = parametric((options: PimControllerOptions) => {
  knownKeys('a PIM controller', options, PIM_CONTROLLER_KEYS);
  const { config, shape, pim, entries, policy } = parts(options);
  const { preset } = config;
  const { pim: _pim, pimEntries: _entries, policy: _policy, partition: _partition, ...rest } = options;
  return module(
    `PimController_${preset.name.replaceAll(/\W/g, '_')}`,
    {
      io: {
        request: flip(requestPort(config, shape)),
        response: responsePort(config, shape),
        pim: flip(pimRequestPort(shape, pim)),
        command: commandPort(preset.organisation),
        data: dataPort(preset.organisation),
      },
      /** `load` takes the conditions of a layer. */
      in: { load: bit, ...conditionPorts },
      out: {
        /** All accepted PIM requests have had their effect. */
        pimDone: bit,
        pimCount: uint(8),
        pimFinished: uint(32),
        owner: Owner,
        phase: Phase,
        allBank: uint<number>(shape.pseudoChannels),
        executing: uint<number>(shape.pseudoChannels),
        refreshOwed: uint(OWED_BITS),
        ...statisticsPorts(config),
        ...arbiterStatistics,
      },
    },
    ({ request, response, pim: pimRequest, command, data, ...conditions }, hw) => {
      const controller = hw.instance('controller', GuestController({ ...rest, pim }));
      const sequencer = hw.instance('sequencer', PimSequencer({ preset, pim, entries }));
      const arbiter = hw.instance('arbiter', Arbiter({ policy }));
      hw.connect(request, controller.io.request);
      hw.connect(controller.io.response, response);
      hw.connect(controller.io.command, command);
      hw.connect(controller.io.data, data);
      hw.connect(pimRequest, sequencer.io.request);
      hw.connect(sequencer.io.guest, controller.io.guest);

      const { out: c } = controller;
      const { out: s } = sequencer;
      const { out: a } = arbiter;
      const inParts = pim.partition === 0 ? undefined : partitionOf(hw, controller.out as never, s);
      const turn = inParts ?? { ...a, shut: hw.lit(1, 0), closePims: hw.lit(1, 0) };
      const { owner, phase, hostGo, closeRows, shut, closePims, pimGo, leave } = turn;
      hw.assign(controller.in, { stop: 0, hostGo, closeRows, shut, closePims, guestAccepts: s.accepts, guestOldest: s.oldest });
      hw.assign(sequencer.in, { pimGo, leave, arrival: c.arrival });
      const { hostReads, hostWrites, hostHit, hostOlder, hostServed, hostQuiet, rowsClosed } = c;
      hw.assign(arbiter.in, {
        ...conditions,
        hostReads, hostWrites, hostHit, hostOlder: hostOlder.and(s.count.ne(0)), hostServed, hostQuiet, rowsClosed,
        pimCount: s.count, pimNewRow: s.newRow, pimServed: s.served, pimOpened: s.opened, pimQuiet: s.quiet, inPim: s.inPim, inHost: s.singleBank.and(rowsClosed),
      }); // prettier-ignore
      const { owner: _owner, phase: _phase, hostGo: _go, closeRows: _close, pimGo: _pimGo, leave: _leave, ...counted } = a;
      const { refreshOwed, reads, writes, forwarded, readCycles, writeCycles, causes, writtenCauses } = c;
      return {
        pimDone: s.idle,
        pimCount: s.count,
        pimFinished: s.done,
        owner,
        phase,
        ...counted,
        allBank: controller.io.guest.allBank,
        executing: s.executing,
        refreshOwed,
        ...{ reads, writes, forwarded, readCycles, writeCycles, causes, writtenCauses },
      } as never;
    },
  );
});

type Observed = Readonly<Record<'hostQuiet' | 'rowsClosed' | 'pimsClosed' | 'hostInPims' | 'servedInPims', Signal<1>>>;
interface Sequenced {
  readonly count: Signal<8>;
  readonly served: Signal<1>;
  readonly quiet: Signal<1>;
  readonly inPim: Signal<1>;
  readonly singleBank: Signal<1>;
}

/** The arbiter lets both go at any time; who has PIM's banks is said here. */
function partitionOf(hw: Hardware, c: Observed, s: Sequenced) {
  const { hostQuiet, rowsClosed, pimsClosed, hostInPims, servedInPims } = c;
  return hw.instance('partition', PimPartition({}), { pimCount: s.count, pimServed: s.served, pimQuiet: s.quiet, inPim: s.inPim, singleBank: s.singleBank, hostQuiet, rowsClosed, pimsClosed, hostInPims, hostServed: servedInPims }).out;
}
