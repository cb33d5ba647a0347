import { z } from 'zod';

/** The part of a JSON schema that says what a parameter takes. */
interface Described {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Described[];
  readonly items?: Described;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** A parameter of a testbench as the command line sees it. */
export interface Parameter {
  readonly name: string;
  readonly description: string;
  /** What it takes, for people: `integer 1..255`, `a|b`. */
  readonly takes: string;
  readonly boolean: boolean;
  readonly required: boolean;
  readonly default?: unknown;
  readonly field: z.core.$ZodType;
  /** What a text may stand for, the likeliest first; the schema decides. */
  readonly readings: (text: string) => unknown[];
}

export function parametersOf(schema: z.ZodObject): Parameter[] {
  return Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([name, field]) => {
    const json = describe(field);
    const required = !z.safeParse(z.looseObject({ value: field }), {}).success;
    const fallback = defaultOf(field, json);
    return {
      name,
      description: descriptionOf(field, json),
      takes: takes(json),
      boolean: json.type === 'boolean',
      required,
      ...(fallback !== undefined && { default: fallback }),
      field,
      readings: (text) => readings(json, text),
    };
  });
}

function describe(field: z.core.$ZodType): Described {
  const json = z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' }) as Described;
  // JSON has no bigint, so zod says nothing of it.
  return baseType(field) === 'bigint' ? { ...json, type: 'bigint' } : json;
}

/** Through defaults and optionals to the type itself. */
function baseType(field: z.core.$ZodType): string {
  const { def } = field._zod;
  return 'innerType' in def ? baseType(def.innerType as z.core.$ZodType) : def.type;
}

/** A default that is computed, or a bigint, is not in the JSON schema. */
function defaultOf(field: z.core.$ZodType, json: Described): unknown {
  if (json.default !== undefined) return json.default;
  const { def } = field._zod;
  return 'defaultValue' in def ? def.defaultValue : undefined;
}

/** A description that was given before the default stays with the inner type. */
function descriptionOf(field: z.core.$ZodType, json: Described): string {
  if (json.description !== undefined) return json.description;
  const { def } = field._zod;
  return 'innerType' in def ? descriptionOf(def.innerType as z.core.$ZodType, describe(def.innerType as z.core.$ZodType)) : '';
}

const literal = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function takes(json: Described): string {
  if (json.enum !== undefined) return json.enum.map(literal).join('|');
  if (json.const !== undefined) return literal(json.const);
  if (json.anyOf !== undefined) return json.anyOf.map(takes).join('|');
  if (json.type === 'array') return `${json.items === undefined ? 'value' : takes(json.items)},...`;
  if (json.type === 'number' || json.type === 'integer') return `${json.type}${range(json)}`;
  return json.type ?? 'value';
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Described): string {
  // Zod states the limits of exact integers where nobody asked for a limit.
  const given = (n: number | undefined): n is number => n !== undefined && Math.abs(n) !== Number.MAX_SAFE_INTEGER;
  const low = given(exclusiveMinimum) ? `>${exclusiveMinimum}` : given(minimum) ? String(minimum) : undefined;
  const high = given(exclusiveMaximum) ? `<${exclusiveMaximum}` : given(maximum) ? String(maximum) : undefined;
  if (low !== undefined && high !== undefined) return exclusiveMinimum === undefined && exclusiveMaximum === undefined ? ` ${low}..${high}` : ` ${low} ${high}`;
  if (low !== undefined) return low.startsWith('>') ? ` ${low}` : ` >=${low}`;
  return high === undefined ? '' : high.startsWith('<') ? ` ${high}` : ` <=${high}`;
}

const YES = ['true', 'yes', 'on', '1'];
const NO = ['false', 'no', 'off', '0'];

function readings(json: Described, text: string): unknown[] {
  if (json.anyOf !== undefined) return [...json.anyOf.flatMap((one) => readings(one, text)), text];
  switch (json.type) {
    case 'boolean':
      // `Boolean('false')` is true, so a schema that coerces must not see the text.
      return YES.includes(text) ? [true] : NO.includes(text) ? [false] : [{ text }];
    case 'number':
    case 'integer': {
      const digits = text.replace(/(?<=\d)_(?=\d)/g, '');
      const number = digits.trim() === '' ? NaN : Number(digits);
      return [Number.isNaN(number) ? text : number];
    }
    case 'bigint':
      return [/^[+-]?(\d+|0x[\da-f]+|0b[01]+)$/i.test(text) ? BigInt(text) : text];
    case 'array': {
      const item = json.items ?? {};
      const parts = text === '' ? [] : text.split(',');
      return [parts.map((part) => readings(item, part.trim())[0]), ...asJson(text)];
    }
    case 'string':
      return [text];
    default:
      return json.enum !== undefined || json.const !== undefined ? [text, ...asJson(text)] : [...asJson(text), text];
  }
}

function asJson(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}
