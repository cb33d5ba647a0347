import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Lines written to a file in blocks; the number of bytes so far can be asked for. */
export class LineFile {
  readonly #fd: number;
  #waiting: string[] = [];
  #size = 0;
  #written = 0;

  constructor(
    readonly path: string,
    start?: { readonly from: string; readonly bytes: number },
  ) {
    this.#fd = openSync(path, 'w');
    if (start !== undefined) this.#copy(start.from, start.bytes);
  }

  put = (line: string): void => {
    this.#waiting.push(line, '\n');
    this.#size += line.length + 1;
    if (this.#size > 1 << 20) this.flush();
  };

  /** Hands everything to the system; the bytes in the file. */
  flush(): number {
    if (this.#size > 0) this.#write(Buffer.from(this.#waiting.join(''), 'latin1'));
    this.#waiting = [];
    this.#size = 0;
    return this.#written;
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    this.#written += bytes.length;
  }

  #copy(from: string, bytes: number): void {
    const fd = openSync(from, 'r');
    const chunk = new Uint8Array(1 << 20);
    for (let left = bytes; left > 0; ) {
      const got = readSync(fd, chunk, 0, Math.min(left, chunk.length), null);
      if (got === 0) break;
      this.#write(chunk.subarray(0, got));
      left -= got;
    }
    closeSync(fd);
  }
}

/** The lines of a file, however large it is. */
export function* readLines(path: string): Generator<string, undefined> {
  const fd = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(1 << 20);
    let rest = '';
    for (;;) {
      const got = readSync(fd, chunk, 0, chunk.length, null);
      if (got === 0) break;
      const lines = (rest + chunk.toString('latin1', 0, got)).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== '') yield rest;
    return undefined;
  } finally {
    closeSync(fd);
  }
}
