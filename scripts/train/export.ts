import { graph, type Graph, type Window } from '../../src/nn/index.ts';
import { NET, type Parameters } from './parameters.ts';

const convolution: Window = { kernel: [NET.kernel, NET.kernel], stride: [1, 1], pads: [0, 0, 0, 0] };
const halving: Window = { kernel: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0] };

/** The trained network as a graph in float32. */
export function toGraph(p: Parameters): Graph {
  const matrix = (weights: Float64Array, bias: Float64Array): { weights: Float32Array; bias: Float32Array; outputs: number } => {
    return { weights: Float32Array.from(weights), bias: Float32Array.from(bias), outputs: bias.length };
  };
  return graph({
    name: 'digits',
    input: { channels: 1, height: NET.side, width: NET.side },
    layers: [
      { op: 'conv', name: 'conv1', ...convolution, ...matrix(p.w1, p.b1) },
      { op: 'relu', name: 'relu1' },
      { op: 'maxPool', name: 'pool1', ...halving },
      { op: 'conv', name: 'conv2', ...convolution, ...matrix(p.w2, p.b2) },
      { op: 'relu', name: 'relu2' },
      { op: 'maxPool', name: 'pool2', ...halving },
      { op: 'flatten', name: 'flatten' },
      { op: 'dense', name: 'dense1', ...matrix(p.w3, p.b3) },
      { op: 'relu', name: 'relu3' },
      { op: 'dense', name: 'dense2', ...matrix(p.w4, p.b4) },
    ],
  });
}
