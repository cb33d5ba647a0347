export { controllerConfig, controllerShape, type ControllerConfig, type ControllerOptions, type ControllerShape, type RefreshMode, type RowPolicy, type StatisticsLevel } from './config.ts';
export { DramController } from './controller.ts';
export { requestPort, responsePort } from './interface.ts';
export { timingPlan, type Load, type TimerName, type TimingPlan } from './timing.ts';
