#!/usr/bin/env node
import { processIo } from './io.ts';
import { main } from './program.ts';

const { io, end } = processIo();
end(await main(process.argv.slice(2), io));
