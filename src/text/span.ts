/** A part of a text: UTF-16 units from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
