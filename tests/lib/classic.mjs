// The classic contest as its tests play it, over sockets and in a browser: who is who, who is right where, and the points that come of it,
// counted here by hand and never asked of the server.

export const JUDGES = ["p000031", "p000032", "p000033"];

/** Right or wrong, in the order of the teams or of the turns. */
export const PLAN = {
  /** 共同必答, by question, team and member: the majority counts */
  together: [0, 1, 2].map((i) => [[true, true, false], [true, true, true], [true, false, true], [i !== 1]]),
  /** 轮流必答, by turn */
  turns: [true, true, true, false],
  /** 限时速答, by team: how many each answers; the second is wrong everywhere */
  burst: [5, 3, 4, 1],
  burstRight: (i) => i !== 1,
  /** 情景展示, by turn: in hundredths, the middle one counts */
  marks: (i) => [2000, 2500 - 100 * i, 2900],
  /** 口答抢答, both by the third team */
  spoken: [true, false],
  /** 风险, by turn; 0 declines */
  wagers: [{ stake: 30, right: true }, { stake: 30, right: false }, { stake: 0 }, { stake: 30, right: true }],
  /** the fourth team was wrong here, appeals, and is right after all */
  appealed: 2,
  /** all teams were right here */
  voided: 3,
  /** 加赛, by team: three are tied, then two, then the second of them is first */
  ties: [[true, true, false], [false, true]],
};

/** The four teams with their points in hundredths, as counted. */
export class Count {
  teams = [3, 3, 3, 1].map((size, i) => ({
    name: `第${i + 1}代表队`,
    people: Array.from({ length: size }, (_, k) => `p${String((i + 1) * 10 + k + 1).padStart(6, "0")}`),
    points: 10_000,
  }));

  gain(team, points) { team.points += points * 100; }
  together(i) {
    for (const [k, team] of this.teams.entries()) {
      const right = PLAN.together[i][k].filter(Boolean).length;
      if (right * 2 > PLAN.together[i][k].length) this.gain(team, 10);
    }
  }
  turn(team, i) { if (PLAN.turns[i]) this.gain(team, 10); }
  /** Early, or wrong when it held the question. */
  buzzedWrong(team) { this.gain(team, -10); }
  buzzedRight(team) { this.gain(team, 10); }
  burst() {
    for (const [k, team] of this.teams.entries())
      for (let i = 0; i < PLAN.burst[k]; i++) if (PLAN.burstRight(i)) this.gain(team, 5);
  }
  part(team, i) { this.gain(team, PLAN.marks(i)[1] / 100); }
  spoken(team, right) { this.gain(team, right ? 20 : -20); }
  wager(team, i) {
    const { stake, right } = PLAN.wagers[i];
    this.gain(team, right ? stake : -stake);
  }
  upheld() { this.gain(this.teams[3], 10); }
  voided() { for (const team of this.teams) this.gain(team, -10); }
  /** The first three are made level, above the fourth; what each is given, in plain points. */
  level() {
    const top = Math.max(...this.teams.map((team) => team.points)) + 5000;
    return this.teams.slice(0, 3).map((team) => {
      const by = (top - team.points) / 100;
      this.gain(team, by);
      return [team, by];
    });
  }
  /** After the tie-break, the first first. */
  get places() {
    const [a, b, c, d] = this.teams;
    return [b, a, c, d];
  }
  /** Name, rank and points, a line each. */
  get results() {
    return this.teams.map((team) => `${team.name} ${this.places.indexOf(team) + 1} ${team.points}`);
  }
}
