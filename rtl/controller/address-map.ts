import { bit, flip, inp, interfaceOf, module, out, parametric, uint, vec, type Signal } from '../../src/index.ts';
import { addressMapping, type DramPreset, type LocationField } from '../../src/dram/index.ts';
import { commandPort, dataPort } from '../dram/interface.ts';
import { controllerConfig, controllerShape, type ControllerConfig, type ControllerOptions } from './config.ts';
import { DramController } from './controller.ts';
import { responsePort } from './interface.ts';
import { OWED_BITS } from './refresh.ts';
import { statisticsPorts } from './statistics.ts';

/** Where a byte address is: a bit of a field is the exclusive or of some bits of the address. `bank` is {pseudo-channel, group, bank}. */
export const AddressMap = parametric(({ mapping, preset }: { readonly mapping: string; readonly preset: DramPreset }) => {
  const { bits, addressBits } = addressMapping(mapping, preset.organisation);
  const shape = controllerShape(preset);
  return module(
    'DramAddressMap',
    {
      domains: [],
      in: { address: uint<number>(addressBits) },
      out: { bank: uint<number>(shape.bankBits), row: uint<number>(shape.rowBits), column: uint<number>(shape.columnBits) },
    },
    ({ address }) => {
      const of = (field: LocationField): Signal[] => bits.filter((b) => b.field === field).sort((a, b) => b.bit - a.bit).map(({ from }) => from.map((b): Signal => address.bit(b)).reduce((a, b) => a.xor(b))); // prettier-ignore
      const together = (high: readonly Signal[]): Signal => high.reduce((all, low): Signal => all.cat(low));
      return { bank: together([...of('pseudoChannel'), ...of('group'), ...of('bank')]), row: together(of('row')), column: together(of('column')) };
    },
  );
});

export interface MappedControllerOptions extends ControllerOptions {
  /** As of `addressMapping`, most significant field first: `row bank^row column group pc offset`. */
  readonly mapping: string;
}

/** As `requestPort`, with a byte address in the place of bank, row and column. */
export const mappedRequestPort = (config: ControllerConfig, mapping: string) => {
  const shape = controllerShape(config.preset);
  return interfaceOf('DramAddressRequests', {
    valid: out(bit),
    ready: inp(bit),
    write: out(bit),
    id: out(uint<number>(config.idBits)),
    address: out(uint<number>(addressMapping(mapping, config.preset.organisation).addressBits)),
    data: out(vec<number, ReturnType<typeof uint<32>>>(shape.words, uint(32))),
    mask: out(uint<number>(shape.bytes)),
  });
};

const mapped = parametric(({ mapping, options }: { readonly mapping: string; readonly options: ControllerOptions }) => {
  const config = controllerConfig(options);
  const { preset } = config;
  const shape = controllerShape(preset);
  return module(
    `MappedDramController_${preset.name.replaceAll(/\W/g, '_')}`,
    {
      io: { request: flip(mappedRequestPort(config, mapping)), response: responsePort(config, shape), command: commandPort(preset.organisation), data: dataPort(preset.organisation) },
      in: { stop: bit },
      out: { drained: bit, idle: bit, refreshOwed: uint(OWED_BITS), ...statisticsPorts(config) },
    },
    ({ request, response, command, data, stop }, hw) => {
      const { address, ready, ...rest } = request;
      const { io, out: outputs } = hw.instance('controller', DramController(options), { stop });
      const place = hw.instance('map', AddressMap({ mapping, preset }), { address }).out;
      ready.set(io.request.ready);
      hw.assign(io.request.valid, rest.valid);
      hw.assign(io.request.write, rest.write);
      hw.assign(io.request.id, rest.id);
      hw.assign(io.request.data, rest.data);
      hw.assign(io.request.mask, rest.mask);
      io.request.bank.set(place.bank);
      io.request.row.set(place.row);
      io.request.column.set(place.column);
      hw.connect(io.response, response);
      hw.connect(io.command, command);
      hw.connect(io.data, data);
      return outputs;
    },
  );
});

/** The controller with its address mapping in front. */
export const MappedDramController = ({ mapping, ...options }: MappedControllerOptions) => mapped({ mapping, options });
