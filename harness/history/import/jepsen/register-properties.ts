/** The value of a register may decrease, so only properties that are not about progress apply. */
export const registerProperties: readonly string[] = ['integrity', 'linearizable', 'staleness', 'availability'];
