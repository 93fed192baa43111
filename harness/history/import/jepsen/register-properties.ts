/** A register may go back: only what does not speak of progress can be asked of it. */
export const registerProperties: readonly string[] = ['integrity', 'linearizable', 'staleness', 'availability'];
