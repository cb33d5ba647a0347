/// <reference types="node" preserve="true" />
export { AddressMap, MappedDramController, mappedRequestPort, type MappedControllerOptions } from './address-map.ts';
export { MemoryChannel, type MemoryChannelOptions } from './channel.ts';
export { controllerConfig, controllerShape, type ControllerConfig, type ControllerOptions, type ControllerShape, type RefreshMode, type RowPolicy, type StatisticsLevel } from './config.ts';
export { DramController, GuestController } from './controller.ts';
export { requestPort, responsePort } from './interface.ts';
export { LatencyReport, type LatencyClass, type LatencySummary, type Observed } from './report.ts';
export { timingPlan, type Load, type TimerName, type TimingPlan } from './timing.ts';
export { PimChannel, type PimChannelOptions } from './pim-channel.ts';
export { ChannelBackend, type ChannelBackendOptions, type HostAccess, type HostTraffic, type PimChannelSimulation } from './pim-backend.ts';
export { PimController, type PimControllerOptions } from './pim-controller.ts';
export { pimRequestPort } from './pim-queue.ts';
export { Arbiter, ArbiterSystem, ArbiterTurns, arbiterStatistics, Owner, Phase, type ArbiterOptions, type ArbiterSystemOptions } from './arbiter/index.ts';
export { BUCKETS, CAUSES, PIM_CAUSES, ROW_OUTCOMES, type Cause } from './statistics.ts';
