import type { TimedFaultKind } from './fault.ts';

/** The clock of one instance of the application is ahead or behind. */
export const clockSkew: TimedFaultKind<'clock-skew'> = {
  kind: 'clock-skew',
  requires: () => 'clock-skew',
  async begin({ instance, offset_ms: offsetMs }, targets) {
    const clock = targets.appClock(instance);
    clock.offsetMs += offsetMs;
    return {
      async end() {
        clock.offsetMs -= offsetMs;
      },
    };
  },
};
