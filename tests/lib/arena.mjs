// A hall of 226 agencies of 21 cities, a team and a captain each, under names as long as real ones: who is who, what each does, and the points
// that come of it, counted here and never asked of the server. One captain has a phone with a page, the others have sockets.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client, respond, ticket } from "./contest.mjs";
import { random } from "./weak.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
export const AGENCIES = 226;
export const CITIES = 21;
/** Questions by round; the last round is under the freeze. */
export const ROUNDS = [2, 1, 1, 3];
export const BUZZER = 3;
export const WAGER = 4;
const NAME_MOST = 20;
const AT_ONCE = 25;

const SUFFIXES = ["宪法法律宣传教育普法代表队", "法治宣传教育普法代表队", "法治宣传教育代表队", "普法工作代表队", "代表队"];

function named(unit, i) {
  const fits = SUFFIXES.filter((suffix) => unit.length + suffix.length <= NAME_MOST);
  return unit + (i % 3 === 2 ? fits[fits.length - 1] : fits[0]);
}

/* As a page does: what the server puts off is sent again. */
const PUT_OFF = new Set(["busy", "database_away", "retry_later"]);
const AGAIN_MS = 100;
async function heeded(send) {
  for (;;) {
    const end = await send();
    if (!PUT_OFF.has(end)) return end;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

export class Agency {
  /** hundredths */
  points = 10_000;
  /** as the hall may know them while the board is frozen */
  frozen;
  correct = 0;
  constructor(i, unit, code, captain) {
    this.i = i;
    this.unit = unit;
    this.code = code;
    this.captain = captain;
    this.name = named(unit, i);
    const next = random(226_000 + i);
    this.skill = 0.25 + 0.6 * next();
    this.luck = ROUNDS.flatMap((n) => Array.from({ length: n }, next));
    // One in four dares: each choice is a record of its own, and 226 of them would be the test's longest part.
    this.stake = i % 4 === 3 ? [10, 20, 30][Math.floor(next() * 3)] : 0;
  }
  /** Whether it is right at question q. */
  right(q) { return this.luck[q - 1] < this.skill; }
  gain(points, right) {
    this.points += points * 100;
    if (right) this.correct += 1;
  }
}

export class Arena {
  agencies = [];
  #clients = new Map();

  /** Saves the event on the server that is up; its agencies are the demo's. */
  static async save(server) {
    const arena = new Arena();
    const dir = (await server.run("echo $dir")).said;
    const units = (await server.sql("SELECT code, name FROM leitai.unit WHERE tenant_id = 1")).split(";").map((row) => row.split("|"));
    const unitNames = new Map(units);
    const people = fs.readFileSync(`${dir}/people.csv`, "utf8").trim().split("\n").slice(1).map((row) => row.split(","));
    const first = new Map();
    for (const [sub, , code] of people) if (!first.has(code)) first.set(code, sub);
    arena.agencies = [...first].map(([code, sub], i) => new Agency(i, unitNames.get(code), code, sub));
    const rows = arena.agencies.map((a) => `${a.name},${a.code},${a.captain},1`);
    fs.writeFileSync(`${dir}/arena.csv`, `team,unit_code,ext_id,captain\n${rows.join("\n")}\n`);
    fs.copyFileSync(path.join(here, "arena-sheet.json"), `${dir}/arena.json`);
    const saved = await server.run(`leitai event save --tenant demo --code arena --title 2026年全省宪法宣传周法治知识竞赛总决赛 --season 2026 --sheet $dir/arena.json --bank law --teams $dir/arena.csv --seed 7`);
    if (saved.status !== 0) throw new Error(saved.said);
    arena.event = await server.sql("SELECT event_id FROM leitai.event WHERE code = 'arena'");
    arena.questions = JSON.parse(await server.sql(`SELECT json_agg(body ORDER BY qi) FROM leitai.question_instance WHERE event_id = ${arena.event}`));
    arena.port = Number(new URL(server.base).port);
    arena.secret = server.secret;
    return arena;
  }
  byName(name) { return this.agencies.find((agency) => agency.name === name); }
  client(agency) { return this.#clients.get(agency); }
  get clients() { return [...this.#clients.values()]; }
  /** Who has a socket and is asked at question q: of the wager, only who staked. */
  #asked(q) { return [...this.#clients].filter(([agency]) => q !== WAGER || agency.stake > 0); }

  /** All captains but `without` come in; `heard` is given each of their frames. */
  async enter(without, heard) {
    const coming = this.agencies.filter((agency) => agency !== without);
    for (let at = 0; at < coming.length; at += AT_ONCE) {
      await Promise.all(
        coming.slice(at, at + AT_ONCE).map(async (agency) => {
          const client = await Client.enter(this.port, { role: "play", ticket: ticket(this.secret, agency.captain), event: this.event }, (frame) => heard(frame, agency));
          this.#clients.set(agency, client);
        }),
      );
    }
  }
  leave() { for (const client of this.#clients.values()) client.end(); }

  /** Every captain who has a socket answers question q, right or wrong as planned. */
  async answer(q) {
    const ends = await Promise.all(this.#asked(q).map(([agency, client]) => heeded(() => client.answer(q, this.response(agency, q)))));
    const lost = ends.filter((end) => end !== "saved");
    if (lost.length > 0) throw new Error(`${lost.length} answers to question ${q} were not saved: ${lost[0]}`);
  }
  response(agency, q) { return respond(this.questions[q - 1], agency.right(q)); }
  async stake(q) {
    const ends = await Promise.all(this.#asked(q).map(([agency, client]) => heeded(() => client.command("stake", { q, value: agency.stake * 100 }))));
    const lost = ends.filter((end) => end !== "done");
    if (lost.length > 0) throw new Error(`${lost.length} stakes were refused: ${lost[0]}`);
  }
  /** What question q has given: to who held it, of the buzzer, and else to everybody. */
  count(q, held) {
    for (const agency of this.agencies) {
      if (q === BUZZER && agency !== held) continue;
      const right = q === BUZZER || (agency.right(q) && (q !== WAGER || agency.stake > 0));
      if (q === WAGER) agency.gain(right ? agency.stake : -agency.stake, right);
      else agency.gain(right ? (q > WAGER ? 20 : 10) : 0, right);
    }
  }
  freeze() { for (const agency of this.agencies) agency.frozen = agency.points; }
}
