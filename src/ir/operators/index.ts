import { arithmetic } from './arithmetic.ts';
import { logic } from './logic.ts';
import { moves } from './move.ts';
import type { Operator } from './operator.ts';
import { shifts } from './shift.ts';
import { vecs } from './vec.ts';

/** The operator table. Adding an operator means adding one row to one of the files it is joined from. */
const table = { ...logic, ...arithmetic, ...shifts, ...moves, ...vecs };

export type OpName = keyof typeof table;
export const operators: Readonly<Record<OpName, Operator>> = table;
export const opNames = Object.keys(table) as OpName[];
export type { Dependence, Operator } from './operator.ts';
