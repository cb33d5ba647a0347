import { bit, flip, module, parametric, uint } from '../../src/index.ts';
import { DramDevice, type SparseRows } from '../dram/index.ts';
import { controllerConfig, controllerShape, type ControllerOptions } from './config.ts';
import { DramController } from './controller.ts';
import { requestPort, responsePort } from './interface.ts';
import { OWED_BITS } from './refresh.ts';
import { statisticsPorts } from './statistics.ts';

export interface MemoryChannelOptions extends ControllerOptions {
  /** Cells that a testbench wants to load or look at. */
  readonly contents?: SparseRows;
}

const channel = parametric(({ options, contents }: { readonly options: ControllerOptions; readonly contents?: SparseRows }) => {
  const config = controllerConfig(options);
  const shape = controllerShape(config.preset);
  return module(
    `MemoryChannel_${config.preset.name.replaceAll(/\W/g, '_')}`,
    {
      io: { request: flip(requestPort(config, shape)), response: responsePort(config, shape) },
      in: { stop: bit },
      out: { drained: bit, idle: bit, refreshOwed: uint(OWED_BITS), ...statisticsPorts(config) },
    },
    ({ request, response, stop }, hw) => {
      const controller = hw.instance('controller', DramController(options), { stop });
      const device = hw.instance('device', DramDevice({ preset: config.preset, ...(contents !== undefined && { contents }) }));
      hw.connect(request, controller.io.request);
      hw.connect(controller.io.response, response);
      hw.connect(controller.io.command, device.io.command);
      hw.connect(controller.io.data, device.io.data);
      return controller.out;
    },
  );
});

/** A controller with its memory: a broken rule stops the simulation. */
export const MemoryChannel = ({ contents, ...options }: MemoryChannelOptions) => channel({ options, ...(contents !== undefined && { contents }) });
