/** A row and its time in microseconds since 1970, as the platform dated it. */
export interface Place {
  readonly id: string;
  readonly createdAtUs: number;
}

/** The moment of a read: on the clock in milliseconds, and on the platform's at the earliest, in microseconds. */
export interface ReadMoment {
  readonly now: number;
  readonly platformUs: number;
}
