import { bit, module, parametric } from '../../../src/index.ts';
import { fifo, fifoPorts, type FifoParameters } from '../fifo.ts';
import { memoryFifo } from '../memory-fifo.ts';
import { pipelineRegister, skidBuffer, stagePorts, type StageParameters } from '../pipeline.ts';
import { follow } from './follow.ts';

/** `Fifo` and one of its words, on free inputs. */
export const FifoProperties = parametric((p: FifoParameters) =>
  module(`FifoProperties${p.depth}x${p.width}`, { ...fifoPorts(p), in: { mark: bit } }, ({ mark, ...ends }, hw) => {
    const queue = fifo(hw, p, ends);
    follow(hw, queue, mark, ends.from.data, ends.to.data);
    return { count: queue.count };
  }),
);

/** `MemoryFifo` and one of its words, on free inputs. */
export const MemoryFifoProperties = parametric((p: FifoParameters) =>
  module(`MemoryFifoProperties${p.depth}x${p.width}`, { ...fifoPorts(p), in: { mark: bit } }, ({ mark, ...ends }, hw) => {
    const queue = memoryFifo(hw, p, ends);
    follow(hw, queue, mark, ends.from.data, ends.to.data);
    return { count: queue.count };
  }),
);

/** `PipelineRegister` and one of its words, on free inputs. */
export const PipelineRegisterProperties = parametric((p: StageParameters) =>
  module(`PipelineRegisterProperties${p.width}`, { ...stagePorts(p), in: { mark: bit } }, ({ mark, ...ends }, hw) => {
    follow(hw, pipelineRegister(hw, p, ends), mark, ends.from.data, ends.to.data);
    return {};
  }),
);

/** `SkidBuffer` and one of its words, on free inputs. */
export const SkidBufferProperties = parametric((p: StageParameters) =>
  module(`SkidBufferProperties${p.width}`, { ...stagePorts(p), in: { mark: bit } }, ({ mark, ...ends }, hw) => {
    follow(hw, skidBuffer(hw, p, ends), mark, ends.from.data, ends.to.data);
    return {};
  }),
);
