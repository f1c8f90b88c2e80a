/* A contest of 226 agencies with names of twenty characters, in 21 cities, that was frozen: its boards, and each step of its reveal. */

const CITIES = ["成都市", "自贡市", "攀枝花市", "泸州市", "德阳市", "绵阳市", "广元市", "遂宁市", "内江市", "乐山市", "南充市", "眉山市", "宜宾市", "广安市", "达州市", "雅安市", "巴中市", "资阳市", "阿坝藏族羌族自治州", "甘孜藏族自治州", "凉山彝族自治州"];
/* Where they lie, column and row. */
const PLACES = [[3, 3], [4, 5], [2, 7], [5, 6], [3, 2], [4, 1], [5, 0], [5, 3], [4, 4], [3, 5], [5, 2], [3, 4], [4, 6], [6, 3], [7, 2], [2, 3], [6, 1], [5, 4], [2, 1], [1, 2], [2, 6]];
const ORGANS = ["司法局", "人民检察院", "市场监督管理局", "综合行政执法局", "人力资源和社会保障局", "自然资源和规划局", "经济和信息化局", "教育和体育局", "住房和城乡建设局", "卫生健康委员会", "退役军人事务局"];
const COUNTIES = ["高新技术产业开发区", "北川羌族自治县", "马边彝族自治县", "峨边彝族自治县", "木里藏族自治县", "经济技术开发区"];

/* Seeded, so that every run shows the same. */
function dice(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

export function agencies(n = 226) {
  return Array.from({ length: n }, (_, i) => {
    const city = CITIES[i % CITIES.length];
    let name = `${city}${COUNTIES[(i * 7) % COUNTIES.length]}${ORGANS[(i * 5 + Math.floor(i / 21)) % ORGANS.length]}`;
    if (i % 5 === 0) name = `${city}${ORGANS[(i * 3) % ORGANS.length]}`;
    else name = name.length > 20 ? name.slice(0, 14) + name.slice(-6) : name;
    return { id: String(1000 + i), name, unit: "" };
  });
}

function ranked(rows) {
  rows.sort((a, b) => b.points - a.points || b.correct - a.correct || Number(a.id) - Number(b.id));
  rows.forEach((row, i) => {
    const above = rows[i - 1];
    row.rank = above && above.points === row.points && above.correct === row.correct ? above.rank : i + 1;
  });
  return rows;
}

export const AWARDS = [{ title: "一等奖", places: 3 }, { title: "二等奖", places: 6 }, { title: "三等奖", places: 12 }];

/** Charts of each step of a reveal; the first is the frozen board. */
export function reveal(n = 226, awards = AWARDS) {
  const roll = dice(20261125);
  const rows = ranked(
    agencies(n).map((agency) => ({ ...agency, rank: 0, points: (roll(260) + roll(260)) * 100 + 5000, correct: 8 + roll(20), moved: 0, hidden: roll(3) === 0 ? 0 : roll(90) * 100, opened: false })),
  );
  const chart = (step, cue) => ({
    of: "entry", round: 0, v: 1000 + step, n, final: false, frozen: true, step, ...(cue ? { cue } : {}),
    rows: rows.map(({ hidden, ...row }) => ({ ...row })),
  });
  const charts = [chart(0)];
  let step = 0;
  const award = (rank) => {
    let before = 0;
    for (let i = 0; i < awards.length; i++) {
      before += awards[i].places;
      if (rank <= before) return i;
    }
    return -1;
  };
  for (let at = rows.length - 1; at >= 0; ) {
    const row = rows[at];
    if (row.opened) {
      at -= 1;
      continue;
    }
    const cue = { step: ++step, kind: "open", entry: row.id, name: row.name, unit: "", rank_from: row.rank, points_from: row.points };
    row.points += row.hidden;
    row.correct += row.hidden > 0 ? 2 : 0;
    row.opened = true;
    ranked(rows);
    charts.push(chart(step, { ...cue, rank_to: row.rank, points_to: row.points }));
    // Whoever stands below all that hide something stays there.
    while (at >= 0 && rows[at].opened) {
      const fixed = rows[at];
      const won = award(fixed.rank);
      if (won >= 0 && fixed.award === undefined && rows.slice(0, at).every((other) => !other.opened || other.rank <= fixed.rank)) {
        fixed.award = won;
        charts.push(chart(++step, { step, kind: "award", entry: fixed.id, name: fixed.name, unit: "", rank_from: fixed.rank, rank_to: fixed.rank, points_from: fixed.points, points_to: fixed.points, award: won }));
      }
      at -= 1;
    }
    at = rows.length - 1;
    while (at >= 0 && rows[at].opened) at -= 1;
  }
  return charts;
}

export function cities(v = 500) {
  const roll = dice(7 + v);
  const rows = CITIES.map((name, i) => {
    const registered = 400 + roll(9000);
    return { id: String(51 + i), rank: 0, name, unit: "", points: 3000 + roll(6000), correct: 0, moved: roll(7) - 3, took: Math.floor(registered * (0.35 + roll(64) / 100)), registered, x: PLACES[i][0] - 1, y: PLACES[i][1] };
  });
  ranked(rows);
  rows[20].rank = 0;
  return { of: "city", round: 0, v, n: 20, final: false, frozen: false, step: 0, rows };
}

export function entries(v, n = 226) {
  const roll = dice(v);
  const rows = ranked(agencies(n).map((agency) => ({ ...agency, rank: 0, points: roll(30000) + 5000, correct: 8 + roll(20), moved: roll(21) - 10 })));
  return { of: "entry", round: 0, v, n, final: false, frozen: false, step: 0, rows };
}

export function boardOf(chart, top = 100) {
  return { v: chart.v, of: chart.n, final: chart.final, frozen: chart.frozen, rows: chart.rows.slice(0, top).map(({ id, rank, name, unit, points, correct, moved }) => ({ entry: id, rank, name, unit, points, correct, moved })) };
}

const round = (title, mode, questions) => ({ title, mode, turns: "all", policy: "captain", questions, burst: 1, seconds: 30, by_judge: false });

export function snapshot(over = {}) {
  return {
    head: {
      event: "7", title: "第十二届全省机关法治知识竞赛总决赛", tenant: "四川省全面依法治省委员会办公室", code: "482913", questions: 30, guests: true, teams: true, appeals: false, approval: false,
      rounds: [round("必答", "required", 10), round("抢答", "buzzer", 10), round("风险题", "wager", 10)], freeze: true, awards: AWARDS, boards: [],
    },
    phase: "running",
    teams: agencies().map(({ id, name }) => ({ entry: id, name, unit: "", in: true, out: false, helped: false })),
    advanced: 0, progress: [], rulings: [],
    presence: { players: 678, entries: 226, stages: 3, answered: 0, partial: false },
    ...over,
  };
}

export function question(over = {}) {
  return {
    q: 21, round: 3, in_round: 1, state: "revealed", mode: "live", n: 1, seats: [], rebounds: 0, silent: false, marks: 0, voided: false, type: "single", topic: "行政处罚法", points: 1000, speed: false, seconds: 30,
    stem: "根据《中华人民共和国行政处罚法》，违法行为在多少年内未被发现的，不再给予行政处罚？（法律另有规定的除外）",
    options: ["一年", "二年", "三年", "五年"], opened_ms: Date.now() - 30_000, deadline_ms: Date.now(), answered: 612, correct: 431, key: [1], dist: [38, 431, 91, 52],
    explanation: "违法行为在二年内未被发现的，不再给予行政处罚；涉及公民生命健康安全、金融安全且有危害后果的，上述期限延长至五年。", source: "《行政处罚法》第三十六条",
    ...over,
  };
}

export const view = (name, more = {}) => ({ t: "screen", screen: { screen: "3", name: "主会场左屏", rev: Date.now(), view: { view: name, ...more } } });
