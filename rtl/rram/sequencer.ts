import { bit, derive, enumeration, indexWidth, module, parametric, uint, type CrossbarConfig, type CrossbarTiming } from '../../src/index.ts';

/** What the front stage does: bring one digit of every input to the array and hold the column sums. */
export const FrontStage = enumeration('FrontStage', ['IDLE', 'WAIT', 'BUFFER', 'DAC', 'READ', 'SAMPLE']);
/** What the ADCs do: convert one turn of columns, then wait for the adders if those are slower. */
export const AdcStage = enumeration('AdcStage', ['IDLE', 'CONVERT', 'WAIT']);
/** What happens to the codes of a turn: add up the slices, then add into the output registers. */
export const AddStage = enumeration('AddStage', ['IDLE', 'SHIFT_ADD', 'OUTPUT']);

/** All that the time of an MVM depends on (docs/crossbar.md, section 6). */
export interface SequencerParameters {
  readonly timing: CrossbarTiming;
  /** Cycles from a sample and hold to the next pass. */
  readonly wait: number;
  readonly digits: number;
  readonly rowGroups: number;
  readonly turns: number;
}

export function sequencerParameters(config: CrossbarConfig): SequencerParameters {
  const { timing, digits, rowGroups, turns } = derive(config);
  return { timing: config.timing, wait: timing.passInterval - timing.front, digits: digits.length, rowGroups, turns };
}

/**
 * Steps a crossbar through an MVM. Three stages, each a state and the cycles it has left:
 *
 *     front  (WAIT) (BUFFER) DAC READ SAMPLE | next pass
 *     adc                                    | CONVERT (WAIT) CONVERT ...
 *     add                                              | SHIFT_ADD OUTPUT ...
 *
 * Its outputs are the last cycles of stages: what they enable is written by the edge that ends that cycle.
 */
export const Sequencer = parametric(({ timing, wait, digits, rowGroups, turns }: SequencerParameters) => {
  const passes = digits * rowGroups;
  const adcWait = Math.max(0, timing.shiftAdd + timing.output - timing.adc);
  return module(
    'Sequencer',
    {
      in: { start: bit },
      out: {
        busy: bit,
        /** One cycle, the first in which the results are valid. */
        done: bit,
        /** `start` is accepted. */
        accept: bit,
        /** Write the wordline registers for pass `digit * rowGroups + group`. */
        drive: bit,
        digit: uint(indexWidth(digits)),
        group: uint(indexWidth(rowGroups)),
        sample: bit,
        /** Write the codes of `turn`, and count its saturations under `backPass`. */
        capture: bit,
        turn: uint(indexWidth(turns)),
        backPass: uint(indexWidth(passes)),
        /** Write the slice sums. */
        sum: bit,
        /** Add the slice sums into the outputs of `addTurn`. */
        add: bit,
        addTurn: uint(indexWidth(turns)),
        /** Inputs are still needed. */
        reading: bit,
      },
    },
    ({ start }, hw) => {
      const longest = Math.max(wait, adcWait, ...Object.values<number>({ ...timing }));
      const left = uint(indexWidth(longest));
      const busy = hw.reg('busyQ', bit, { reset: 0 });
      const done = hw.reg('doneQ', bit, { reset: 0 });
      hw.assume(start.and(busy).not(), 'start only when the crossbar is idle');
      const accept = start.and(busy.not());

      // ---- front stage
      const front = hw.reg('front', FrontStage, { reset: FrontStage.IDLE });
      const frontLeft = hw.reg('frontLeft', left, { reset: 0 });
      const digit = hw.reg('digitQ', uint(indexWidth(digits)), { reset: 0 });
      const group = hw.reg('groupQ', uint(indexWidth(rowGroups)), { reset: 0 });
      const frontPass = hw.reg('frontPass', uint(indexWidth(passes)), { reset: 0 });
      const enterFront = (stage: number, cycles: number): void => {
        front.next(stage);
        frontLeft.next(cycles - 1);
      };
      const readInputs = (): void => (timing.inputBuffer > 0 ? enterFront(FrontStage.BUFFER, timing.inputBuffer) : enterFront(FrontStage.DAC, timing.dac));
      const nextPass = (): void => {
        readInputs();
        frontPass.next(frontPass.add(1));
        const lastGroup = group.eq(rowGroups - 1);
        group.next(lastGroup.mux(0, group.add(1)));
        hw.when(lastGroup, () => digit.next(digit.add(1)));
      };
      const frontEnds = frontLeft.eq(0);
      const sample = front.eq(FrontStage.SAMPLE).and(frontEnds);
      hw.when(accept, () => {
        readInputs();
        frontPass.next(0);
        digit.next(0);
        group.next(0);
      }).elsewhen(front.ne(FrontStage.IDLE), () => {
        hw.when(frontEnds.not(), () => frontLeft.next(frontLeft.sub(1))).otherwise(() => {
          hw.switch(front)
            .case(FrontStage.BUFFER, () => enterFront(FrontStage.DAC, timing.dac))
            .case(FrontStage.DAC, () => enterFront(FrontStage.READ, timing.read))
            .case(FrontStage.READ, () => enterFront(FrontStage.SAMPLE, timing.sampleHold))
            .case(FrontStage.SAMPLE, () => {
              hw.when(frontPass.eq(passes - 1), () => front.next(FrontStage.IDLE)).otherwise(() => (wait > 0 ? enterFront(FrontStage.WAIT, wait) : nextPass()));
            })
            .case(FrontStage.WAIT, nextPass);
        });
      });

      // ---- ADCs, turn by turn
      const adc = hw.reg('adc', AdcStage, { reset: AdcStage.IDLE });
      const adcLeft = hw.reg('adcLeft', left, { reset: 0 });
      const turn = hw.reg('turnQ', uint(indexWidth(turns)), { reset: 0 });
      const backPass = hw.reg('backPassQ', uint(indexWidth(passes)), { reset: 0 });
      const enterAdc = (stage: number, cycles: number): void => {
        adc.next(stage);
        adcLeft.next(cycles - 1);
      };
      const nextTurn = (): void => {
        enterAdc(AdcStage.CONVERT, timing.adc);
        turn.next(turn.add(1));
      };
      const capture = adc.eq(AdcStage.CONVERT).and(adcLeft.eq(0));
      hw.when(sample, () => {
        enterAdc(AdcStage.CONVERT, timing.adc);
        turn.next(0);
        backPass.next(frontPass);
      }).elsewhen(adc.ne(AdcStage.IDLE), () => {
        hw.when(adcLeft.ne(0), () => adcLeft.next(adcLeft.sub(1)))
          .elsewhen(adc.eq(AdcStage.WAIT), nextTurn)
          .elsewhen(turn.eq(turns - 1), () => adc.next(AdcStage.IDLE))
          .otherwise(() => (adcWait > 0 ? enterAdc(AdcStage.WAIT, adcWait) : nextTurn()));
      });

      // ---- adders: conversions are at least as far apart as one turn takes here, so there is never more than one
      const add = hw.reg('addStage', AddStage, { reset: AddStage.IDLE });
      const addLeft = hw.reg('addLeft', left, { reset: 0 });
      const addTurn = hw.reg('addTurnQ', uint(indexWidth(turns)), { reset: 0 });
      const addEnds = addLeft.eq(0);
      const sumNow = add.eq(AddStage.SHIFT_ADD).and(addEnds);
      const addNow = add.eq(AddStage.OUTPUT).and(addEnds);
      hw.when(capture, () => {
        add.next(AddStage.SHIFT_ADD);
        addLeft.next(timing.shiftAdd - 1);
        addTurn.next(turn);
      }).elsewhen(add.ne(AddStage.IDLE), () => {
        hw.when(addEnds.not(), () => addLeft.next(addLeft.sub(1)))
          .elsewhen(add.eq(AddStage.SHIFT_ADD), () => {
            add.next(AddStage.OUTPUT);
            addLeft.next(timing.output - 1);
          })
          .otherwise(() => add.next(AddStage.IDLE));
      });
      hw.assert(capture.and(add.ne(AddStage.IDLE)).and(addNow.not()).not(), 'codes are not overwritten before they are added');

      // ---- the whole
      const lastTurn = addNow.and(addTurn.eq(turns - 1));
      const finish = lastTurn.and(backPass.eq(passes - 1));
      const held = hw.reg('held', bit, { reset: 0 });
      hw.when(sample, () => held.next(1)).elsewhen(lastTurn, () => held.next(0));
      hw.assert(sample.and(held).and(lastTurn.not()).not(), 'sample and hold is not overwritten before its last column is added');
      done.next(finish);
      hw.when(accept, () => busy.next(1)).elsewhen(finish, () => busy.next(0));

      const drive = front.eq(FrontStage.DAC).and(frontEnds);
      const reading = front.ne(FrontStage.IDLE).and(hw.vec([front.eq(FrontStage.READ), front.eq(FrontStage.SAMPLE)]).any().and(frontPass.eq(passes - 1)).not());
      return { busy, done, accept, drive, digit, group, sample, capture, turn, backPass, sum: sumNow, add: addNow, addTurn, reading };
    },
  );
});
