/** How a channel's values lie over registers and lanes; see the guide, "Order of operations". */
export interface GoldenShape {
  readonly format: 'binary16' | 'binary32';
  readonly fused?: boolean;
  /** Lanes of all units of all pseudo-channels. */
  readonly valuesPerSlot: number;
  /** Registers of a vector file. */
  readonly group: number;
}

/** N x C x H x W, and the windows that it is kept in: `[1, 1]`, or the kernel of a pool whose windows tile the map. */
export interface GoldenTensor {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly tile?: readonly [y: number, x: number];
}

/**
 * Indices into N x C x H x W of the values of a channel, by slot and lane; -1 where there is none. Slot after slot is what one register of each lane meets.
 */
export function slotsOfChannel({ valuesPerSlot, group }: GoldenShape, tensor: GoldenTensor, channel: number): Int32Array[] {
  const [ty, tx] = tensor.tile ?? [1, 1];
  const [down, across] = [tensor.height / ty, tensor.width / tx];
  const perPlane = tensor.images * down * across;
  const groups = Math.ceil(perPlane / valuesPerSlot / group);
  const slots: Int32Array[] = [];
  for (let g = 0; g < groups; g++) {
    for (let ky = 0; ky < ty; ky++) {
      for (let kx = 0; kx < tx; kx++) {
        for (let column = 0; column < group; column++) {
          slots.push(
            Int32Array.from({ length: valuesPerSlot }, (_, lane) => {
              const place = (g * group + column) * valuesPerSlot + lane;
              if (place >= perPlane) return -1;
              const image = Math.floor(place / (down * across));
              const y = (Math.floor(place / across) % down) * ty + ky;
              const x = (place % across) * tx + kx;
              return ((image * tensor.channels + channel) * tensor.height + y) * tensor.width + x;
            }),
          );
        }
      }
    }
  }
  return slots;
}

/**
 * The sum of a channel as units and host make it. Register i of a lane adds up the slots i, i + G, i + 2 G, ... in order, from +0. Then, in each lane, registers i, i + 4,
 * i + 8, ... are added in order for i = 0 to 3, and (0 + 2) + (1 + 3) is the lane's sum. The host adds the lanes in doubles: units, in them pseudo-channels, in them lanes.
 *
 * @param step the new value of a register from its old one and the index of a value
 */
export function reduceChannel(shape: GoldenShape, tensor: GoldenTensor, channel: number, add: (a: number, b: number) => number, step: (sum: number, index: number) => number): number {
  const registers = Array.from({ length: shape.group }, () => new Float64Array(shape.valuesPerSlot));
  slotsOfChannel(shape, tensor, channel).forEach((slot, s) => {
    const sums = registers[s % shape.group]!;
    slot.forEach((index, lane) => {
      if (index >= 0) sums[lane] = step(sums[lane]!, index);
    });
  });
  let total = 0;
  for (let lane = 0; lane < shape.valuesPerSlot; lane++) {
    const chains = [0, 1, 2, 3].map((i) => registers.filter((_, r) => r % 4 === i).map((sums) => sums[lane]!).reduce(add));
    total += add(add(chains[0]!, chains[2]!), add(chains[1]!, chains[3]!));
  }
  return total;
}
