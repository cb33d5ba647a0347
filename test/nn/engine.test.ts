import { expect, it } from 'vitest';
import { ExactEngine } from '../../src/nn/index.ts';
import { problem } from './helpers.ts';

const layer = { name: 'dense1', inputs: 3, outputs: 2, weights: Int8Array.from([1, 2, 3, -127, 0, 127]) };

it('multiplies', () => {
  const engine = new ExactEngine();
  engine.load(layer);
  expect([...engine.mvm('dense1', Uint8Array.from([255, 1, 0]))]).toEqual([257, -32385]);
});

it('refuses what does not fit', () => {
  const engine = new ExactEngine();
  engine.load(layer);
  expect(problem(() => engine.load(layer))).toBe('engine-layer: layer "dense1" is already loaded');
  expect(problem(() => engine.load({ ...layer, name: 'b', inputs: 4 }))).toBe('engine-size: layer "b" has 6 weights for 2 outputs x 4 inputs');
  expect(problem(() => engine.mvm('dense1', new Uint8Array(4)))).toBe('engine-size: layer "dense1" takes 3 inputs and got 4');
  expect(problem(() => engine.mvm('dense2', new Uint8Array(3)))).toBe('engine-layer: layer "dense2" is not loaded');
  expect(() => engine.mvm('dense2', new Uint8Array(3))).toThrow('did you mean "dense1"?');
});
