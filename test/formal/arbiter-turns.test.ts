import { describe } from 'vitest';
import { proveEach } from './arbiter.ts';

describe('the arbiter, proved for all time: policies by turns and marks', () => proveEach(['round-robin-requests', 'round-robin-time', 'pim-watermark']));
