/** Shakes the phone, where it can be shaken. To a page that nobody has touched since it was loaded browsers refuse it, with an error. */
export function vibrate(pattern: number | number[]): void {
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(pattern);
}
