import { bit, flip, module, parametric, uint } from '../../src/index.ts';
import { pimConfig, type PimOptions } from '../../src/pim/index.ts';
import { commandPort, dataPort } from '../dram/index.ts';
import { controllerConfig, controllerShape, type ControllerOptions } from './config.ts';
import { GuestController } from './controller.ts';
import { requestPort, responsePort } from './interface.ts';
import { pimRequestPort } from './pim-queue.ts';
import { PimSequencer } from './pim-sequencer.ts';
import { Owner, Phase, Turns } from './pim-turns.ts';
import { OWED_BITS } from './refresh.ts';
import { statisticsPorts } from './statistics.ts';

export interface PimControllerOptions extends Omit<ControllerOptions, 'pim'> {
  readonly pim: Omit<PimOptions, 'preset'>;
  /** PIM requests that wait, 2 to 128. Default 64. */
  readonly pimEntries?: number;
  readonly slice?: number;
}

const parts = ({ pim: given, pimEntries = 64, slice: _slice, ...options }: PimControllerOptions) => {
  const pim = pimConfig({ ...given, preset: options.preset });
  const config = controllerConfig({ ...options, pim });
  const shape = controllerShape(config.preset);
  return { config, shape, pim, entries: pimEntries };
};

/** Controller, sequencer and arbiter: everything of a PIM channel but the memory. */
export const PimController = parametric((options: PimControllerOptions) => {
  const { config, shape, pim, entries } = parts(options);
  const { preset } = config;
  const { pim: _pim, pimEntries: _entries, slice = 300, ...rest } = options;
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
      out: {
        pimDone: bit,
        pimCount: uint(8),
        pimFinished: uint(32),
        owner: Owner,
        phase: Phase,
        allBank: uint<number>(shape.pseudoChannels),
        executing: uint<number>(shape.pseudoChannels),
        refreshOwed: uint(OWED_BITS),
        ...statisticsPorts(config),
      },
    },
    ({ request, response, pim: pimRequest, command, data }, hw) => {
      const controller = hw.instance('controller', GuestController({ ...rest, pim }));
      const sequencer = hw.instance('sequencer', PimSequencer({ preset, pim, entries }));
      const arbiter = hw.instance('arbiter', Turns(slice));
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
        hostReads, hostWrites, hostHit, hostOlder: hostOlder.and(s.count.ne(0)), hostServed, hostQuiet, rowsClosed,
        pimCount: s.count, pimNewRow: s.newRow, pimServed: s.served, pimOpened: s.opened, pimQuiet: s.quiet, inPim: s.inPim, inHost: s.singleBank.and(rowsClosed),
      }); // prettier-ignore
      const { refreshOwed, reads, writes, forwarded, readCycles, writeCycles, causes, writtenCauses } = c;
      return {
        pimDone: s.idle,
        pimCount: s.count,
        pimFinished: s.done,
        owner: a.owner,
        phase: a.phase,
        allBank: controller.io.guest.allBank,
        executing: s.executing,
        refreshOwed,
        ...{ reads, writes, forwarded, readCycles, writeCycles, causes, writtenCauses },
      } as never;
    },
  );
});
