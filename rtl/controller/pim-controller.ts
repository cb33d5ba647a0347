import { bit, fail, flip, module, parametric, uint } from '../../src/index.ts';
import type { Policy } from '../../src/pim/policy.ts';
import { pimConfig, type PimOptions } from '../../src/pim/index.ts';
import { commandPort, dataPort } from '../dram/index.ts';
import { conditionPorts } from './arbiter/observe.ts';
import { Arbiter, arbiterStatistics, Owner, Phase, policyOf } from './arbiter/index.ts';
import { controllerConfig, controllerShape, type ControllerOptions } from './config.ts';
import { GuestController } from './controller.ts';
import { requestPort, responsePort } from './interface.ts';
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
}

const parts = ({ pim: given, pimEntries = 64, policy, ...options }: PimControllerOptions) => {
  const pim = pimConfig({ ...given, preset: options.preset });
  const config = controllerConfig({ ...options, pim });
  const shape = controllerShape(config.preset);
  const chosen = policyOf(policy);
  if (chosen.partition === true) fail('pim-policy', `policy "${chosen.name}" gives host and PIM banks of their own, which this channel cannot do`, { hint: 'its all-bank commands speak to all banks of a number; choose a policy that hands the memory over' });
  if (!Number.isInteger(pimEntries) || pimEntries < 2 || pimEntries > 128) fail('bad-parameter', `PIM channel: pimEntries must be a whole number from 2 to 128, not ${String(pimEntries)}`);
  return { config, shape, pim, entries: pimEntries, policy: chosen };
};

/** Controller, sequencer and arbiter: everything of a PIM channel but the memory. */
export const PimController = parametric((options: PimControllerOptions) => {
  const { config, shape, pim, entries, policy } = parts(options);
  const { preset } = config;
  const { pim: _pim, pimEntries: _entries, policy: _policy, ...rest } = options;
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
      hw.assign(controller.in, { stop: 0, hostGo: a.hostGo, closeRows: a.closeRows, guestAccepts: s.accepts, guestOldest: s.oldest });
      hw.assign(sequencer.in, { pimGo: a.pimGo, leave: a.leave, arrival: c.arrival });
      const { hostReads, hostWrites, hostHit, hostOlder, hostServed, hostQuiet, rowsClosed } = c;
      hw.assign(arbiter.in, {
        ...conditions,
        hostReads, hostWrites, hostHit, hostOlder: hostOlder.and(s.count.ne(0)), hostServed, hostQuiet, rowsClosed,
        pimCount: s.count, pimNewRow: s.newRow, pimServed: s.served, pimOpened: s.opened, pimQuiet: s.quiet, inPim: s.inPim, inHost: s.singleBank.and(rowsClosed),
      }); // prettier-ignore
      const { owner, phase, hostGo: _go, closeRows: _close, pimGo: _pimGo, leave: _leave, ...counted } = a;
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
