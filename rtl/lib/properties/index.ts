export { AsyncFifoProperties, PulseSynchroniserProperties, WordSynchroniserProperties } from './crossings.ts';
export { follow } from './follow.ts';
export { FifoProperties, MemoryFifoProperties, PipelineRegisterProperties, SkidBufferProperties } from './queues.ts';
