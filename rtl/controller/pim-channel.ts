import { bit, flip, module, parametric, uint, vec } from '../../src/index.ts';
import { knownKeys } from '../../src/diag/index.ts';
import { pimConfig } from '../../src/pim/index.ts';
import type { SparseRows } from '../dram/index.ts';
import { PimDevice, PimError, PimMode } from '../pim/index.ts';
import { arbiterStatistics, Owner, Phase } from './arbiter/index.ts';
import { conditionPorts } from './arbiter/observe.ts';
import { controllerConfig, controllerShape } from './config.ts';
import { requestPort, responsePort } from './interface.ts';
import { PIM_CONTROLLER_KEYS, PimController, type PimControllerOptions } from './pim-controller.ts';
import { pimRequestPort } from './pim-queue.ts';
import { OWED_BITS } from './refresh.ts';
import { statisticsPorts } from './statistics.ts';

export interface PimChannelOptions extends PimControllerOptions {
  /** Cells that a testbench wants to load or look at. */
  readonly contents?: SparseRows;
  /** Rows of each bank in the Verilog of the cells. Default 16. */
  readonly twinRows?: number;
}

/** A controller of host and PIM with its memory: a broken rule, a wrong use of a mode or a wrong instruction stops the simulation. */
export const PimChannel = parametric(({ contents, twinRows, ...options }: PimChannelOptions) => {
  knownKeys('a PIM channel', options, [...PIM_CONTROLLER_KEYS, 'contents', 'twinRows']);
  const { preset } = options;
  const pim = pimConfig({ ...options.pim, preset });
  const { policy: _policy, pimEntries: _entries, partition: _partition, ...plain } = options;
  const config = controllerConfig({ ...plain, pim });
  const shape = controllerShape(preset);
  const pcs = uint<number>(shape.pseudoChannels);
  return module(
    `PimChannel_${preset.name.replaceAll(/\W/g, '_')}`,
    {
      io: { request: flip(requestPort(config, shape)), response: responsePort(config, shape), pim: flip(pimRequestPort(shape, pim)) },
      /** `load` takes the conditions of a layer. */
      in: { load: bit, ...conditionPorts },
      out: {
        /** All accepted PIM requests have had their effect. */
        pimDone: bit,
        pimCount: uint(8),
        pimFinished: uint(32),
        owner: Owner,
        phase: Phase,
        refreshOwed: uint(OWED_BITS),
        ...statisticsPorts(config),
        ...arbiterStatistics,
        /** Of each pseudo-channel: mode, what was wrong with a trigger, the program has ended. */
        mode: vec<number, typeof PimMode>(shape.pseudoChannels, PimMode),
        error: vec<number, typeof PimError>(shape.pseudoChannels, PimError),
        over: pcs,
      },
    },
    ({ request, response, pim: pimRequest, ...conditions }, hw) => {
      const controller = hw.instance('controller', PimController(options), conditions as never);
      const device = hw.instance('device', PimDevice({ ...options.pim, preset, ...(contents !== undefined && { contents }), ...(twinRows !== undefined && { twinRows }) }));
      hw.connect(request, controller.io.request);
      hw.connect(controller.io.response, response);
      hw.connect(pimRequest, controller.io.pim);
      hw.connect(controller.io.command, device.io.command);
      hw.connect(controller.io.data, device.io.data);
      const { mode, error, over } = device.out;
      const { allBank: _allBank, executing: _executing, ...rest } = controller.out;
      return { ...rest, mode, error, over } as never;
    },
  );
});
