/** Finds global variables with which an application carries state from one run to the next, as no new process does. */

/** @returns a function that gives the global variables that have been added since */
export function watchGlobals(): () => string[] {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  return () => Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
}

/**
 * The added variables without which the plan no longer fails.
 * @param holds whether the plan passes in a complete run
 */
export function decisiveGlobals(added: readonly string[], holds: () => boolean): string[] {
  return added.filter((name) => {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    if (property?.configurable !== true) return false;
    Reflect.deleteProperty(globalThis, name);
    try {
      return holds();
    } finally {
      Object.defineProperty(globalThis, name, property);
    }
  });
}
