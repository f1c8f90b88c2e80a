// Does a feature know what is hidden? Ranks are compared within strata (a contest, a question of it): who is right is drawn at random, so any
// order of the entries of a stratum is as likely as any other, whatever the feature is and however noisy the machine.

/** Ranks from 0, of equal ones the middle; centred. */
function ranks(xs) {
  const order = xs.map((x, i) => [x, i]).sort((a, b) => a[0] - b[0]), r = new Float64Array(xs.length), mid = (xs.length - 1) / 2;
  for (let i = 0; i < order.length; ) {
    let k = i;
    while (k < order.length && order[k][0] === order[i][0]) k++;
    for (let j = i; j < k; j++) r[order[j][1]] = (i + k - 1) / 2 - mid;
    i = k;
  }
  return r;
}
function correlation(a, b) {
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) { ab += a[i] * b[i]; aa += a[i] * a[i]; bb += b[i] * b[i]; }
  return aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb);
}

/** log10 of the two-sided tail of the normal distribution. */
export function log_tail(z) {
  const x = Math.abs(z);
  if (x < 1) return 0;
  return Math.log10(2 / (x * Math.sqrt(2 * Math.PI))) - (x * x) / 2 / Math.LN10;
}

/** Spearman's correlation, added up over the strata: under every permutation within strata its mean is 0 and its variance 1.
 * `samples`: [stratum, feature, target]. */
export function rank_test(samples) {
  const strata = new Map();
  for (const [s, x, y] of samples) {
    if (!strata.has(s)) strata.set(s, [[], []]);
    strata.get(s)[0].push(x);
    strata.get(s)[1].push(y);
  }
  let sum = 0, n = 0;
  for (const [xs, ys] of strata.values()) {
    const r = xs.length < 4 ? null : correlation(ranks(xs), ranks(ys));
    if (r === null) continue;
    sum += Math.sqrt(xs.length - 1) * r;
    n++;
  }
  const z = n ? sum / Math.sqrt(n) : 0;
  return { z, log_p: log_tail(z), strata: n };
}

/** Of all pairs of a stratum that differ in the target: how many the feature puts in order, half for those that it does not tell apart. */
export function pairs_in_order(samples) {
  let right = 0, all = 0;
  for (const [i, [s, x, y]] of samples.entries())
    for (let k = 0; k < i; k++) {
      const [s2, x2, y2] = samples[k];
      if (s2 !== s || y2 === y) continue;
      all++;
      right += x === x2 ? 0.5 : (x > x2) === (y > y2) ? 1 : 0;
    }
  return all ? right / all : 0.5;
}

/** Few samples that all but fit: Pearson's t over ranks, centred within strata; log10 of the (generous) two-sided tail. */
export function fit_test(samples) {
  const strata = new Map();
  for (const [s, x, y] of samples) {
    if (!strata.has(s)) strata.set(s, [[], []]);
    strata.get(s)[0].push(x);
    strata.get(s)[1].push(y);
  }
  const a = [], b = [];
  for (const [xs, ys] of strata.values()) {
    a.push(...ranks(xs));
    b.push(...ranks(ys));
  }
  const r = correlation(a, b), df = a.length - strata.size - 1;
  if (r === null || df < 6) return { r: 0, log_p: 0 };
  // P(|T| > t) <= (1 − r²)^(df/2 − 1/2): the tail of a correlation of df + 2 points, with room to spare.
  return { r, log_p: ((df - 1) / 2) * Math.log10(Math.max(1 - r * r, 1e-12)) };
}

export const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
