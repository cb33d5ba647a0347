import { describe } from 'vitest';
import { proveEach } from './arbiter.ts';

describe('the arbiter, proved for all time: policies by age and by queues', () => proveEach(['fcfs', 'fr-fcfs-cap', 'host-watermark']));
