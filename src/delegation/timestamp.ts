/** A timestamp of the platform in milliseconds since 1970; NaN for anything else: `Date.parse` takes "7" for a year. */
export const timestampMs = (text: string): number =>
  /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
