import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../diag/index.ts';
import { isGzip, isIdx, readIdx } from './idx.ts';
import { readPgm } from './pgm.ts';
import { textOf, type Shape } from './shape.ts';

/** Grey pictures of one size. */
export interface ImageSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** count x height x width, 0 to 255. */
  readonly pixels: Uint8Array;
  /** One an image, when they are known. */
  readonly labels?: Uint8Array;
  /** One an image: its file, or `name[index]`. */
  readonly names: readonly string[];
}

/**
 * Reads pictures from a path:
 * - an IDX file (`.gz` or not). Labels come from `labelsPath`, or from the file beside it whose name says `labels` for `images` and
 *   `idx1` for `idx3`, if there is one;
 * - a PGM picture, or a directory of them. The label is the number before the first `_` or `-` of the name (`7_0001.pgm`), or the name
 *   of the subdirectory (`7/0001.pgm`). Files are taken in the order of their names; either all have a label or none is used.
 * @throws WordlineError `images-path`, `images-labels`, `image-size`, and the codes of `readIdx` and `readPgm`
 */
export function readImages(path: string, labelsPath?: string): ImageSet {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) fail('images-path', `there is no file or directory ${path}`);
  if (stat.isDirectory()) return fromPictures(pgmFiles(path), path);
  const bytes = new Uint8Array(readFileSync(path));
  if (isGzip(bytes) || isIdx(bytes)) return fromIdx(path, bytes, labelsPath ?? labelsBeside(path));
  if (bytes[0] === 0x50) return fromPictures([{ file: path, label: labelOf(path) }], path);
  return fail('images-path', `${path} holds no pictures that can be read`, { hint: 'an IDX file (gzipped or not), a PGM picture, or a directory of PGM pictures' });
}

/** The pixels of one picture (not a copy). */
export function imageAt(set: ImageSet, index: number): Uint8Array {
  if (!Number.isInteger(index) || index < 0 || index >= set.count) fail('image-index', `image ${index} was asked for and there are ${set.count} (0 to ${set.count - 1})`);
  const size = set.height * set.width;
  return set.pixels.subarray(index * size, (index + 1) * size);
}

/** The images from `from` on, at most `count`. */
export function sliceImages(set: ImageSet, from: number, count: number): ImageSet {
  const to = Math.min(set.count, from + count);
  const size = set.height * set.width;
  const { labels } = set;
  return {
    ...set,
    count: to - from,
    pixels: set.pixels.subarray(from * size, to * size),
    names: set.names.slice(from, to),
    ...(labels === undefined ? {} : { labels: labels.subarray(from, to) }),
  };
}

/** @throws WordlineError `image-size` unless the pictures fit a network with this input */
export function checkImages({ height, width }: ImageSet, input: Shape): void {
  if (input.channels === 1 && input.height === height && input.width === width) return;
  fail('image-size', `the images are 1 x ${height} x ${width} and the network takes ${textOf(input)}`, { hint: 'channels x height x width; images are not resized' });
}

function fromIdx(path: string, bytes: Uint8Array, labelsPath: string | undefined): ImageSet {
  const { dims, data } = readIdx(bytes, path);
  const [count, height, width] = dims;
  if (count === undefined || height === undefined || width === undefined || dims.length !== 3 || height * width === 0) {
    fail('idx-size', `${path} has dimensions ${dims.join(' x ')}: images need count x height x width`);
  }
  const names = Array.from({ length: count }, (_, i) => `${basename(path)}[${i}]`);
  const set = { count, height, width, pixels: data, names };
  if (labelsPath === undefined) return set;
  if (statSync(labelsPath, { throwIfNoEntry: false })?.isFile() !== true) fail('images-path', `there is no label file ${labelsPath}`);
  const labels = readIdx(new Uint8Array(readFileSync(labelsPath)), labelsPath);
  if (labels.dims.length !== 1) fail('idx-size', `${labelsPath} has dimensions ${labels.dims.join(' x ')}: labels need one`);
  if (labels.dims[0] !== count) fail('images-labels', `${labelsPath} has ${labels.dims[0]} labels for ${count} images`);
  return { ...set, labels: labels.data };
}

/** MNIST's own naming: `train-images-idx3-ubyte` goes with `train-labels-idx1-ubyte`; a `.gz` may be on one of them only. */
function labelsBeside(path: string): string | undefined {
  const name = basename(path);
  if (!name.includes('images')) return undefined;
  const bare = name.replace('images', 'labels').replace('idx3', 'idx1').replace(/\.gz$/, '');
  return [bare, `${bare}.gz`].map((n) => join(dirname(path), n)).find((p) => statSync(p, { throwIfNoEntry: false })?.isFile());
}

interface Picture {
  readonly file: string;
  readonly label: number | undefined;
}

function pgmFiles(directory: string): Picture[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  const isPgm = (name: string): boolean => name.toLowerCase().endsWith('.pgm');
  const here = entries.filter((e) => e.isFile() && isPgm(e.name)).map((e) => ({ file: join(directory, e.name), label: labelOf(e.name) }));
  const below = entries
    .filter((e) => e.isDirectory() && /^\d+$/.test(e.name))
    .flatMap((e) => readdirSync(join(directory, e.name)).filter(isPgm).map((n) => ({ file: join(directory, e.name, n), label: byte(e.name) })));
  // Byte order of names, not the locale's: the order must be the same everywhere.
  const files = [...here, ...below].sort((a, b) => (a.file < b.file ? -1 : 1));
  if (files.length === 0) fail('images-path', `directory ${directory} holds no .pgm pictures`, { hint: 'named 7_0001.pgm, or 7/0001.pgm in subdirectories' });
  return files;
}

function labelOf(file: string): number | undefined {
  const match = /^(\d+)[_-]/.exec(basename(file));
  return match === null ? undefined : byte(match[1]!);
}

function byte(digits: string): number | undefined {
  const value = Number(digits);
  return value <= 255 ? value : undefined;
}

function fromPictures(files: readonly Picture[], path: string): ImageSet {
  const pictures = files.map(({ file }) => readPgm(new Uint8Array(readFileSync(file)), file));
  const { width, height } = pictures[0]!;
  const pixels = new Uint8Array(files.length * width * height);
  for (const [i, picture] of pictures.entries()) {
    if (picture.width !== width || picture.height !== height) {
      fail('image-size', `${files[i]!.file} is ${picture.height} x ${picture.width} and the others in ${path} are ${height} x ${width} (rows x columns)`);
    }
    pixels.set(picture.pixels, i * width * height);
  }
  const labels = files.map(({ label }) => label);
  const known = labels.filter((label) => label !== undefined);
  return { count: files.length, height, width, pixels, names: files.map(({ file }) => file), ...(known.length === labels.length ? { labels: Uint8Array.from(known) } : {}) };
}
