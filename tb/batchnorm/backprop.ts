import { inputShape, type ConvLayer, type DenseLayer, type FloatResult, type Graph, type MaxPoolLayer } from '../../src/nn/index.ts';

/** The gradient of the cross entropy by each layer's output, in doubles, by plain loops: what the layers' derivatives say. */
export function backprop(net: Graph, { layers, logits }: FloatResult, label: number): Float64Array[] {
  const gradients: Float64Array[] = [];
  const total = logits.reduce((s, v) => s + Math.exp(v), 0);
  let dy: Float64Array = Float64Array.from(logits, (v, i) => Math.exp(v) / total - (i === label ? 1 : 0));
  for (let l = net.layers.length - 1; l > 0; l--) {
    gradients[l] = dy;
    const layer = net.layers[l]!;
    const x = layers[l - 1]!;
    if (layer.op === 'dense') dy = denseGradient(layer, x.length, dy);
    else if (layer.op === 'relu') dy = dy.map((g, i) => (x[i]! > 0 ? g : 0));
    else if (layer.op === 'maxPool') dy = poolGradient(net, l, layer, x, dy);
    else if (layer.op === 'conv') dy = convGradient(net, l, layer, dy);
    else if (layer.op !== 'flatten') throw new Error(`no gradient of ${layer.op}`);
  }
  gradients[0] = dy;
  return gradients;
}

function denseGradient({ weights }: DenseLayer, inputs: number, dy: Float64Array): Float64Array {
  return Float64Array.from({ length: inputs }, (_, i) => dy.reduce((s, g, o) => s + g * weights[o * inputs + i]!, 0));
}

function poolGradient(net: Graph, l: number, { kernel, stride }: MaxPoolLayer, x: Float32Array, dy: Float64Array): Float64Array {
  const { height, width } = inputShape(net, l);
  const output = net.shapes[l]!;
  const dx = new Float64Array(x.length);
  dy.forEach((g, i) => {
    const [c, oy, ox] = [Math.floor(i / (output.height * output.width)), Math.floor(i / output.width) % output.height, i % output.width];
    let best = -1;
    for (let y = 0; y < kernel[0]; y++) {
      for (let k = 0; k < kernel[1]; k++) {
        const j = (c * height + oy * stride[0] + y) * width + ox * stride[1] + k;
        if (best < 0 || x[j]! > x[best]!) best = j;
      }
    }
    dx[best]! += g;
  });
  return dx;
}

function convGradient(net: Graph, l: number, { kernel, weights }: ConvLayer, dy: Float64Array): Float64Array {
  const input = inputShape(net, l);
  const output = net.shapes[l]!;
  const dx = new Float64Array(input.channels * input.height * input.width);
  dy.forEach((g, i) => {
    const [o, oy, ox] = [Math.floor(i / (output.height * output.width)), Math.floor(i / output.width) % output.height, i % output.width];
    for (let c = 0; c < input.channels; c++) {
      for (let y = 0; y < kernel[0]; y++) {
        for (let x = 0; x < kernel[1]; x++) dx[(c * input.height + oy + y) * input.width + ox + x]! += g * weights[((o * input.channels + c) * kernel[0] + y) * kernel[1] + x]!;
      }
    }
  });
  return dx;
}
