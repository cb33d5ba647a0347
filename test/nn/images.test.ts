import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImages, imageAt, readImages, sliceImages, writeIdx, writePgm } from '../../src/nn/index.ts';
import { problem } from './helpers.ts';

let root = '';
const at = (...parts: string[]): string => join(root, ...parts);
const picture = (value: number, width = 2): Uint8Array => writePgm({ width, height: 2, pixels: new Uint8Array(2 * width).fill(value) });
const idx = (...dims: number[]): Uint8Array => writeIdx({ dims, data: Uint8Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => i) });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wordline-images-'));
  for (const dir of ['flat', 'tree', 'tree/3', 'tree/7', 'tree/other', 'empty', 'mixed', 'sizes']) mkdirSync(at(dir));
  writeFileSync(at('flat', '7_0002.pgm'), picture(72));
  writeFileSync(at('flat', '7_0001.PGM'), picture(71));
  writeFileSync(at('flat', '12-a.pgm'), picture(120));
  writeFileSync(at('flat', 'readme.txt'), 'not a picture');
  writeFileSync(at('tree', '7', 'a.pgm'), picture(70));
  writeFileSync(at('tree', '3', 'b.pgm'), picture(30));
  writeFileSync(at('mixed', '1_a.pgm'), picture(1));
  writeFileSync(at('mixed', 'b.pgm'), picture(2));
  writeFileSync(at('sizes', '1_a.pgm'), picture(1));
  writeFileSync(at('sizes', '1_b.pgm'), picture(2, 3));
  writeFileSync(at('some-images-idx3-ubyte'), idx(3, 2, 2));
  writeFileSync(at('some-labels-idx1-ubyte.gz'), writeIdx({ dims: [3], data: Uint8Array.from([5, 6, 7]) }, true));
  writeFileSync(at('alone.idx'), idx(3, 2, 2));
  writeFileSync(at('two'), idx(2));
  writeFileSync(at('flat.idx'), idx(3, 4));
  writeFileSync(at('text.txt'), 'hello');
});
afterAll(() => rmSync(root, { recursive: true }));

describe('readImages', () => {
  it('reads IDX and finds the labels beside it', () => {
    const set = readImages(at('some-images-idx3-ubyte'));
    expect(set).toMatchObject({ count: 3, height: 2, width: 2, labels: Uint8Array.from([5, 6, 7]) });
    expect(set.names[2]).toBe('some-images-idx3-ubyte[2]');
    expect([...imageAt(set, 1)]).toEqual([4, 5, 6, 7]);
    expect(sliceImages(set, 1, 9)).toMatchObject({ count: 2, labels: Uint8Array.from([6, 7]) });
    expect(readImages(at('alone.idx')).labels).toBeUndefined();
    expect(sliceImages(readImages(at('alone.idx')), 0, 1).labels).toBeUndefined();
  });

  it('reads directories of PGM, labels in names or subdirectories, in the order of the names', () => {
    const flat = readImages(at('flat'));
    expect([...(flat.labels ?? [])]).toEqual([12, 7, 7]);
    expect([0, 1, 2].map((i) => imageAt(flat, i)[0])).toEqual([120, 71, 72]);
    expect([...(readImages(at('tree')).labels ?? [])]).toEqual([3, 7]);
    expect(readImages(at('mixed')).labels).toBeUndefined();
    expect([...(readImages(at('flat', '7_0002.pgm')).labels ?? [])]).toEqual([7]);
  });

  it.each<[string, () => unknown]>([
    ['images-path: there is no file or directory <root>/none', () => readImages(at('none'))],
    ['images-path: <root>/text.txt holds no pictures that can be read', () => readImages(at('text.txt'))],
    ['images-path: directory <root>/empty holds no .pgm pictures', () => readImages(at('empty'))],
    ['images-path: there is no label file <root>/none', () => readImages(at('alone.idx'), at('none'))],
    ['images-labels: <root>/two has 2 labels for 3 images', () => readImages(at('alone.idx'), at('two'))],
    ['idx-size: <root>/flat.idx has dimensions 3 x 4: labels need one', () => readImages(at('alone.idx'), at('flat.idx'))],
    ['idx-size: <root>/flat.idx has dimensions 3 x 4: images need count x height x width', () => readImages(at('flat.idx'))],
    ['image-size: <root>/sizes/1_b.pgm is 2 x 3 and the others in <root>/sizes are 2 x 2 (rows x columns)', () => readImages(at('sizes'))],
    ['image-size: the images are 1 x 2 x 2 and the network takes 1 x 28 x 28', () => checkImages(readImages(at('flat')), { channels: 1, height: 28, width: 28 })],
    ['image-index: image 3 was asked for and there are 3 (0 to 2)', () => imageAt(readImages(at('flat')), 3)],
  ])('reports %s', (message, action) => {
    expect(problem(action).replaceAll(root, '<root>')).toBe(message);
  });
});
