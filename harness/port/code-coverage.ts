/** Which branches of an application's code a search has taken. */
export interface CodeCoverage {
  files: readonly {
    /** The source file, relative to the working directory if it is inside it. */
    file: string;
    /** Functions that were called, and blocks in them that ran more or less often than the code around them. */
    taken: number;
    /** The same with those that never ran. */
    all: number;
    /** The lines of what never ran, in order. */
    never: readonly Lines[];
  }[];
}

/** Lines of a source file, counted from 1, both included. */
export interface Lines {
  from: number;
  to: number;
}
